import { expect, test } from "vitest";
import { GitlabOidcProvider, PipelineRef, PipelineRole, type PipelineRoleProps } from "../../constructs";
import { messageOf, only, synth, type Synthesised } from "../support/synth";

const arn = "acs:ram::1000000000000000:oidc-provider/gitlab";

function withRole(more: Partial<PipelineRoleProps> = {}): Synthesised {
  return synth((stack) => {
    new PipelineRole(stack, "role", {
      roleName: "web-pipeline",
      oidcProvider: GitlabOidcProvider.fromArn(stack, "gitlab", arn),
      projectPath: "acme/web",
      refs: [PipelineRef.branch("main")],
      access: "deploy",
      logProjects: ["web-logs"],
      ...more,
    });
  });
}

interface Statement {
  readonly Effect: string;
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
}

const statementsOf = (synthesised: Synthesised): readonly Statement[] =>
  (JSON.parse(String(only(synthesised, "alicloud_ram_policy")["policy_document"])) as { Statement: Statement[] })
    .Statement;
const actionsOf = (synthesised: Synthesised): readonly string[] =>
  statementsOf(synthesised).flatMap(({ Effect, Action }) => (Effect === "Allow" ? Action : []));

test("the trust is pinned to issuer, audience, project and ref", () => {
  const role = only(withRole({ refs: [PipelineRef.branch("main"), PipelineRef.tag("v*")] }), "alicloud_ram_role");
  expect(JSON.parse(String(role["assume_role_policy_document"]))).toEqual({
    Version: "1",
    Statement: [
      {
        Action: "sts:AssumeRole",
        Effect: "Allow",
        Principal: { Federated: [arn] },
        Condition: {
          StringEquals: { "oidc:aud": ["sts.aliyuncs.com"], "oidc:iss": ["https://gitlab.com"] },
          StringLike: {
            "oidc:sub": ["project_path:acme/web:ref_type:branch:ref:main", "project_path:acme/web:ref_type:tag:ref:v*"],
          },
        },
      },
    ],
  });
});

test("a branch's name is no template of Terraform's", () => {
  const role = only(withRole({ refs: [PipelineRef.branch("fix-${env}")] }), "alicloud_ram_role");
  expect(String(role["assume_role_policy_document"])).toContain(
    '"project_path:acme/web:ref_type:branch:ref:fix-$${env}"',
  );
});

test("its log rights end at its projects, and role rights at its agents' roles", () => {
  const statements = statementsOf(withRole({ agentRoles: ["web.agent"] }));
  const about = (product: string): readonly string[] =>
    statements
      .filter(({ Action }) => Action.every((one) => one.startsWith(product)))
      .flatMap(({ Resource }) => Resource);
  expect(about("log:")).toEqual(["acs:log:*:*:project/web-logs", "acs:log:*:*:project/web-logs/*"]);
  const changing = statements.find(({ Action }) => Action.includes("ram:CreateRole"));
  expect(changing?.Resource).toEqual(["acs:ram:*:*:role/web.agent", "acs:ram:*:*:policy/web-agent-policy"]);
  expect(statements.flatMap(({ Action }) => Action)).not.toContain("*");
});

test("rights for machines and for images come when they are asked for", () => {
  expect(actionsOf(withRole())).not.toContain("ecs:RunInstances");
  expect(actionsOf(withRole({ machines: true }))).toContain("ecs:RunInstances");
  expect(actionsOf(withRole({ machines: true }))).not.toContain("ecs:CreateImage");
  expect(actionsOf(withRole({ images: true }))).toEqual(
    expect.arrayContaining(["ecs:RunInstances", "ecs:CreateImage"]),
  );
});

test("a plan's role changes nothing, and reads no log", () => {
  const synthesised = withRole({ access: "plan", agentRoles: ["web-agent"], machines: true, images: true });
  for (const action of actionsOf(synthesised)) expect(action).toMatch(/^\w+:(?:Get|List|Describe)/);
  const denied = statementsOf(synthesised).filter(({ Effect }) => Effect === "Deny");
  // RAM tells no capitals from small letters.
  const patterns = denied.flatMap(({ Action }) =>
    Action.map((one) => new RegExp(`^${one.replaceAll("*", ".*")}$`, "i")),
  );
  for (const name of ["GetLogStoreLogs", "GetLogStoreLogsV2", "GetProjectLogs", "GetCursorOrData", "GetContextLogs"]) {
    expect([name, patterns.some((pattern) => pattern.test(`log:${name}`))]).toEqual([name, true]);
  }
  for (const name of ["GetLogStore", "GetLogging", "GetConfig", "ListLogStores"]) {
    expect([name, patterns.some((pattern) => pattern.test(`log:${name}`))]).toEqual([name, false]);
  }
});

test.each<[Partial<PipelineRoleProps>, string]>([
  [
    { projectPath: "acme/*" },
    'stack/role: projectPath must be the whole path of one project, such as acme/app, got "acme/*"',
  ],
  [
    { projectPath: "acme" },
    'stack/role: projectPath must be the whole path of one project, such as acme/app, got "acme"',
  ],
  [{ refs: [] }, 'stack/role: refs must name whose jobs get the role, such as PipelineRef.branch("main")'],
  [{ logProjects: [] }, 'stack/role: logProjects must name at least one, such as "sample-app-log-project-dev"'],
  [{ maxSessionSeconds: 60 }, "stack/role: maxSessionSeconds must be 3600 to 43200, got 60"],
])("%j is refused", (props, message) => {
  expect(messageOf(() => withRole(props))).toBe(message);
});

test("a ref is a name of git", () => {
  expect(messageOf(() => PipelineRef.branch("main:x"))).toBe(
    'branch must be a name as git takes it, in which * stands for anything, such as main or release/*, got "main:x"',
  );
  expect(PipelineRef.any().subject("acme/web")).toBe("project_path:acme/web:*");
});
