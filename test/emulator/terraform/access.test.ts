/** Users, roles, policies and identity providers, from nothing to nothing, by real terraform. */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { rpc } from "../../support/rpc";
import { terraformFile, testWithTerraform as test, Workspace, type Ended } from "./workspace";

const instance = "i-local0000000000000001";
let workspace: Workspace;

interface Wishes {
  readonly action?: string;
  readonly description?: string;
  readonly role?: string;
  readonly tags?: string;
  readonly duration?: number;
  readonly user?: string;
  readonly status?: string;
  readonly clients?: readonly string[];
  readonly prints?: readonly string[];
}

const access = (wishes: Wishes = {}): string => `
provider "alicloud" {}
resource "alicloud_ram_role" "agent" {
  role_name                   = "${wishes.role ?? "agent-role"}"
  description                 = "${wishes.description ?? "first"}"
  max_session_duration        = ${wishes.duration ?? 3600}
  tags                        = ${wishes.tags ?? '{ team = "a", env = "dev" }'}
  assume_role_policy_document = jsonencode({
    Version   = "1"
    Statement = [{ Action = "sts:AssumeRole", Effect = "Allow", Principal = { Service = ["ecs.aliyuncs.com"] } }]
  })
}
resource "alicloud_ram_policy" "collect" {
  policy_name     = "collect"
  description     = "${wishes.description ?? "first"}"
  rotate_strategy = "DeleteOldestNonDefaultVersionWhenLimitExceeded"
  tags            = ${wishes.tags ?? '{ team = "a" }'}
  force           = true
  policy_document = jsonencode({
    Version   = "1"
    Statement = [{ Effect = "Allow", Action = ["${wishes.action ?? "log:GetAppliedConfigs"}"], Resource = "*" }]
  })
}
resource "alicloud_ram_role_policy_attachment" "agent" {
  role_name   = alicloud_ram_role.agent.role_name
  policy_name = alicloud_ram_policy.collect.policy_name
  policy_type = alicloud_ram_policy.collect.type
}
resource "alicloud_ram_user" "ci" {
  name     = "${wishes.user ?? "ci-user"}"
  comments = "${wishes.description ?? "first"}"
}
resource "alicloud_ram_user_policy_attachment" "ci" {
  user_name   = alicloud_ram_user.ci.name
  policy_name = "AliyunLogReadOnlyAccess"
  policy_type = "System"
}
resource "alicloud_ram_access_key" "ci" {
  user_name   = alicloud_ram_user.ci.name
  status      = "${wishes.status ?? "Active"}"
  secret_file = "key.json"
}
resource "alicloud_ims_oidc_provider" "gitlab" {
  oidc_provider_name  = "gitlab"
  issuer_url          = "https://gitlab.example.com"
  description         = "${wishes.description ?? "first"}"
  issuance_limit_time = 12
  client_ids          = ${JSON.stringify(wishes.clients ?? ["b", "a"])}
  fingerprints        = ${JSON.stringify(wishes.prints ?? ["902ef2deeb3c5b13ea4c3d5193629309e231ae55"])}
}
resource "alicloud_ecs_ram_role_attachment" "vm" {
  instance_id   = "${instance}"
  ram_role_name = alicloud_ram_role.agent.role_name
}
`;

const apply = async (wishes?: Wishes): Promise<string> => {
  workspace.write("access", access(wishes));
  const { code, text } = await workspace.terraform("access", ["apply", "-auto-approve"]);
  expect(text).toContain("Apply complete!");
  expect(code).toBe(0);
  return text;
};
const plan = (): Promise<Ended> => workspace.terraform("access", ["plan", "-detailed-exitcode"]);
const expectNoChanges = async (): Promise<void> => {
  const { code, text } = await plan();
  expect(text).toContain("No changes.");
  expect(code).toBe(0);
};
const state = (address: string): Promise<Record<string, unknown>> => workspace.attributes("access", address);

describe("access under terraform", () => {
  beforeAll(async () => {
    if (terraformFile === undefined) return;
    workspace = await Workspace.open();
    workspace.write("access", access());
    await workspace.terraform("access", ["init"]);
  });
  afterAll(() => workspace?.close());

  test("is made, ids as the real provider's, and the next plan is empty", async () => {
    const text = await apply();
    expect(text).toContain("8 added, 0 changed, 0 destroyed");
    expect(text).toContain("[id=role:collect:Custom:agent-role]");
    expect(text).toContain("[id=user:AliyunLogReadOnlyAccess:System:ci-user]");
    expect(text).toContain(`[id=${instance}:agent-role]`);
    await expectNoChanges();
    expect(await state("alicloud_ram_role.agent")).toMatchObject({
      id: "agent-role",
      arn: "acs:ram::1000000000000000:role/agent-role",
      services: ["ecs.aliyuncs.com"],
      tags: { team: "a", env: "dev" },
    });
    expect(await state("alicloud_ram_policy.collect")).toMatchObject({ type: "Custom", default_version: "v1" });
    expect(await state("alicloud_ims_oidc_provider.gitlab")).toMatchObject({
      arn: "acs:ram::1000000000000000:oidc-provider/gitlab",
      client_ids: ["a", "b"],
    });
  });

  test("the key works, its secret is in the state alone and in the file that was asked for", async () => {
    const { id, secret } = await state("alicloud_ram_access_key.ci");
    const credentials = { accessKeyId: String(id), accessKeySecret: String(secret) };
    expect(await rpc(workspace.cloud, "sts", "GetCallerIdentity", {}, { credentials })).toMatchObject({
      Arn: "acs:ram::1000000000000000:user/ci-user",
    });
    const file = join(workspace.folder, "access/key.json");
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ AccessKeyId: id, AccessKeySecret: secret });
    expect(statSync(file).mode & 0o077).toBe(0);
    const shown = await workspace.terraform("access", ["show"]);
    expect(shown.text).toMatch(/secret\s+= \(sensitive value\)/);
    expect(shown.text).not.toContain(String(secret));
  });

  test("is changed in place, and the policy gets another version each time until the oldest goes", async () => {
    const wishes = {
      action: "log:*",
      description: "second",
      duration: 7200,
      tags: '{ env = "prod" }',
      status: "Inactive",
      clients: ["c"],
      prints: ["0000000000000000000000000000000000000000"],
    };
    expect(await apply(wishes)).toContain("0 added, 5 changed, 0 destroyed");
    await expectNoChanges();
    expect(await state("alicloud_ram_role.agent")).toMatchObject({ max_session_duration: 7200, tags: { env: "prod" } });
    expect(await state("alicloud_ims_oidc_provider.gitlab")).toMatchObject({
      client_ids: ["c"],
      description: "second",
    });
    for (const n of [3, 4, 5, 6]) {
      await apply({ ...wishes, action: `log:Get${n}` });
      expect(await state("alicloud_ram_policy.collect")).toMatchObject({ version_id: `v${n}`, attachment_count: 1 });
    }
    await apply();
    await expectNoChanges();
  });

  test("a user is renamed in place, and what hangs on its name is made anew", async () => {
    const { id } = await state("alicloud_ram_user.ci");
    expect(await apply({ user: "ci-renamed" })).toContain("Plan: 2 to add, 1 to change, 2 to destroy.");
    expect(await state("alicloud_ram_user.ci")).toMatchObject({ id, name: "ci-renamed" });
    await apply();
    await expectNoChanges();
  });

  test("another name replaces the role, and its attachments", async () => {
    const text = await apply({ role: "other-role" });
    expect(text).toMatch(/role_name\s+= "agent-role" -> "other-role" # forces replacement/);
    expect(text).toContain("Plan: 3 to add, 0 to change, 3 to destroy.");
    await apply();
    await expectNoChanges();
  });

  test("a change by hand is seen and mended", async () => {
    const { api } = workspace;
    await api.ram("UpdateRole", { RoleName: "agent-role", NewDescription: "by hand" });
    await api.ram("DetachPolicyFromUser", {
      UserName: "ci-user",
      PolicyName: "AliyunLogReadOnlyAccess",
      PolicyType: "System",
    });
    await api.ims("AddClientIdToOIDCProvider", { OIDCProviderName: "gitlab", ClientId: "by-hand" });
    await api.ecs("DetachInstanceRamRole", { InstanceIds: JSON.stringify([instance]), RamRoleName: "agent-role" });
    const { code, text } = await plan();
    expect(code).toBe(2);
    expect(text).toMatch(/description\s+= "by hand" -> "first"/);
    expect(text).toMatch(/- "by-hand"/);
    expect(text).toContain("alicloud_ecs_ram_role_attachment.vm will be created");
    expect(text).toContain("Plan: 2 to add, 2 to change, 0 to destroy.");
    await apply();
    await expectNoChanges();
  });

  test("a document in other words is no change", async () => {
    const found = await workspace.api.ram("GetRole", { RoleName: "agent-role" });
    const { AssumeRolePolicyDocument: text } = found["Role"] as { AssumeRolePolicyDocument: string };
    const spread = JSON.stringify(JSON.parse(text), null, 2);
    await workspace.api.ram("UpdateRole", { RoleName: "agent-role", NewAssumeRolePolicyDocument: spread });
    await expectNoChanges();
  });

  test("all but the key are imported by their ids, and then nothing is to be done", async () => {
    const ids = {
      "alicloud_ram_role.agent": "agent-role",
      "alicloud_ram_policy.collect": "collect",
      "alicloud_ram_role_policy_attachment.agent": "role:collect:Custom:agent-role",
      "alicloud_ram_user.ci": "ci-user",
      "alicloud_ram_user_policy_attachment.ci": "user:AliyunLogReadOnlyAccess:System:ci-user",
      "alicloud_ims_oidc_provider.gitlab": "gitlab",
      "alicloud_ecs_ram_role_attachment.vm": `${instance}:agent-role`,
    };
    await workspace.terraform("access", ["state", "rm", ...Object.keys(ids)]);
    for (const [address, id] of Object.entries(ids)) {
      expect((await workspace.terraform("access", ["import", address, id])).text).toContain("Import successful!");
    }
    // What says how to act is in no service: it is written into the state.
    await apply();
    await expectNoChanges();
    expect(await state("alicloud_ram_user.ci")).toMatchObject({ id: expect.stringMatching(/^\d{18}$/) as string });
  });

  test("a policy that something else uses goes all the same, with force", async () => {
    await workspace.api.ram("CreateUser", { UserName: "by-hand" });
    const attached = { UserName: "by-hand", PolicyName: "collect", PolicyType: "Custom" };
    await workspace.api.ram("AttachPolicyToUser", attached);
    const { code, text } = await workspace.terraform("access", ["destroy", "-auto-approve"]);
    expect(text).toContain("Destroy complete! Resources: 8 destroyed.");
    expect(code).toBe(0);
    for (const [call, given] of [
      ["GetRole", { RoleName: "agent-role" }],
      ["GetPolicy", { PolicyName: "collect", PolicyType: "Custom" }],
      ["GetUser", { UserName: "ci-user" }],
    ] as const) {
      await expect(workspace.api.ram(call, given)).rejects.toMatchObject({ httpStatus: 404 });
    }
    expect(workspace.cloud.requests.filter(({ status }) => status >= 500)).toEqual([]);
  });

  test("a user whose policies do not allow it is told what to do", async () => {
    const { api } = workspace;
    await api.ram("CreateUser", { UserName: "weak" });
    const key = (await api.ram("CreateAccessKey", { UserName: "weak" }))["AccessKey"] as Record<string, string>;
    const weak = { ALICLOUD_ACCESS_KEY: key["AccessKeyId"], ALICLOUD_SECRET_KEY: key["AccessKeySecret"] };
    const project = 'resource "alicloud_log_project" "p" {\n  project_name = "weak-project"\n}';
    workspace.write("weak", `provider "alicloud" {}\n${project}`);
    await workspace.terraform("weak", ["init"]);
    const { code, text } = await workspace.terraform("weak", ["apply", "-auto-approve"], weak);
    expect(code).toBe(1);
    const flat = text.replace(/\s+/g, " ");
    expect(flat).toContain("alicloud_log_project: CreateProject failed with Unauthorized");
    expect(flat).toContain("denied by sts or ram, action: log:CreateProject, resource: acs:log:cn-hangzhou:");
    expect(flat).toContain("The access key's policies do not allow this.");
  });

  test("an OpenPGP key is refused by name", async () => {
    workspace.write(
      "pgp",
      'provider "alicloud" {}\nresource "alicloud_ram_access_key" "k" {\n  pgp_key = "keybase:x"\n}',
    );
    await workspace.terraform("pgp", ["init"]);
    const { code, text } = await workspace.terraform("pgp", ["validate"]);
    expect(code).toBe(1);
    expect(text.replace(/\s+/g, " ")).toContain("The offline stand-in does not encrypt with OpenPGP");
  });
});
