/** The project's own .gitlab-ci.yml, from a push to logs. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import { bins } from "../../scripts/demo/world";
import type { Checkout } from "./support/checkout";
import { deployRoles } from "./support/deploy-roles";
import { idTokens } from "./support/id-token";
import { startMachine } from "./support/machine";
import { hasTools, pipelineTest } from "./support/pipeline-test";
import type { PipelineOptions, PipelineRun } from "./support/run-pipeline";
import { makeStage, type Stage } from "./support/stage";

const test = pipelineTest();
let stage: Stage;
let app: Checkout;
let variables: (branch: string) => Record<string, string>;

beforeAll(async () => {
  if (!hasTools()) return;
  stage = await makeStage();
  app = stage.checkout("app");
  const idToken = idTokens(stage.local);
  const program = join(__dirname, "support/sample-role.ts");
  const roles = deployRoles({ program, cwd: stage.folder, stack: "sample-app-pipeline", env: stage.env });
  variables = (branch) => ({
    ALICLOUD_REGION: "cn-hangzhou",
    ALIBABA_CLOUD_OIDC_PROVIDER_ARN: roles["provider"] ?? "",
    ALIBABA_CLOUD_ROLE_ARN: roles["role"] ?? "",
    CDKTF_SLS_ID_TOKEN: idToken("acme/app", branch),
  });
  startMachine(stage, "dev");
});
afterAll(() => stage?.close());

const stacks = ["basis", "webapp", "certman"];
const plans = (environment: string): string[] => stacks.map((name) => `plan:${environment}:${name}`);
const deploys = (environment: string): string[] => [
  `image:${environment}:app`,
  `image:${environment}:certman`,
  ...["basis", "logtail", "webapp", "certman"].map((name) => `deploy:${environment}:${name}`),
];
/** All but the checks, which need no cloud and find the same each time. */
const rest = (environment: string): string[] => [
  ...plans(environment),
  ...deploys(environment),
  `verify:${environment}`,
];

/** A push to a branch, by a runner without a key. */
function push(title: string, branch: string, options: Partial<PipelineOptions> = {}): Promise<PipelineRun> {
  app.branch(branch);
  const given = { ...variables(branch), ...options.variables };
  return stage.pipeline(title, { folder: app.folder, env: stage.keyless, ...options, variables: given });
}

const built = (): string[] => readFileSync(join(stage.folder, "images-built"), "utf8").trim().split("\n");
const artifact = (file: string): string => readFileSync(join(app.folder, file), "utf8");
const counts = (file: string): unknown => JSON.parse(artifact(`plan/${file}.json`));

interface State {
  readonly resources: readonly {
    readonly type: string;
    readonly instances: readonly { attributes: { id?: string } }[];
  }[];
}

/** Every resource of a state: a changed one would be another. */
const idsIn = (state = '{"resources":[]}'): string[] =>
  (JSON.parse(state) as State).resources
    .flatMap(({ type, instances }) => instances.map(({ attributes }) => `${type} ${attributes.id ?? ""}`))
    .filter((one) => !one.startsWith("terraform_remote_state"))
    .sort();

test("a push to main deploys dev, in order, and logs are found", async () => {
  const run = await push("push to main", "main");
  expect(run.code, run.text).toBe(0);
  expect(run.text).toContain("json schema validated");
  expect(run.jobs.map(({ name }) => name)).toEqual(expect.arrayContaining(rest("dev")));
  expect(built().sort()).toEqual(["app", "certman"]);
  expect([...stage.gitlab.states.keys()].sort()).toEqual([
    "sample-app-certman-dev",
    "sample-app-dev",
    "sample-app-webapp-dev",
  ]);
  expect(stage.gitlab.locks.size).toBe(0);
  expect(run.logOf("verify:dev")).toContain("0 failed");
});

test("a second push changes nothing, and builds no image", async () => {
  const before = new Map(stage.gitlab.states);
  const run = await push("push to main, again", "main", { jobs: rest("dev") });
  expect(run.code, run.text).toBe(0);
  const none = { create: 0, update: 0, delete: 0 };
  for (const stack of ["sample-app-dev", "sample-app-webapp-dev", "sample-app-certman-dev"]) {
    expect([stack, counts(`${stack}.terraform`)]).toEqual([stack, none]);
  }
  expect(counts("sample-app-dev.logtail")).toEqual(none);
  expect(run.logOf("deploy:dev:logtail")).toContain("0 writes sent.");
  expect(built()).toHaveLength(2);
  for (const [name, state] of stage.gitlab.states) expect(idsIn(state)).toEqual(idsIn(before.get(name)));
});

test("a merge request is planned, with a note of what would change, and nothing is changed", async () => {
  app.branch("shorter");
  const program = readFileSync(join(app.folder, "main.ts"), "utf8");
  app.write(
    "main.ts",
    program
      .replace("agentRole: true,", 'agentRole: true,\n  format: LogFormat.syslog({ tag: "app" }),')
      .replace("ImageId, LogCollection", "ImageId, LogCollection, LogFormat"),
  );
  const before = new Map(stage.gitlab.states);
  const run = await push("merge request into main", "shorter", {
    mergeInto: "main",
    jobs: ["plan:dev:basis"],
    variables: variables("main"),
  });
  expect(run.code, run.text).toBe(0);
  expect(counts("sample-app-dev.logtail")).toEqual({ create: 0, update: 1, delete: 0 });
  expect(counts("sample-app-dev.report")).toEqual({ create: 0, update: 1, delete: 0 });
  const note = artifact("plan/sample-app-dev.md");
  expect(note).toContain("### sample-app-dev\n\nTerraform: 0 to create, 0 to change, 0 to remove.");
  expect(note).toContain('~ inputDetail.tag: "sys_tag" -> "app"');
  expect(stage.gitlab.states).toEqual(before);
  app.branch("main");
  app.write("main.ts", program);
});

test("of a merge request there are no jobs but checks and plans", async () => {
  const run = await push("merge request into main: its jobs", "shorter", {
    mergeInto: "main",
    list: true,
    variables: variables("main"),
  });
  expect(run.text.match(/^(?:plan|image|deploy|verify|destroy):\S+/gm)).toEqual(plans("dev"));
});

test("prod waits for a person", async () => {
  const run = await push("push to production", "production", { list: true });
  expect(run.text).toMatch(/^deploy:prod:basis\s+deploy\s+manual\s+false\s+prod/m);
  expect(run.text).not.toMatch(/^destroy:/m);
  const basis = { jobs: ["plan:prod:basis", "deploy:prod:basis", "deploy:prod:logtail"] };
  const idle = await push("push to production, nobody there", "production", { jobs: [], manual: [], stage: "deploy" });
  expect(idle.resultOf("deploy:prod:basis")).toBeUndefined();
  expect(stage.gitlab.states.has("sample-app-prod")).toBe(false);
  const started = await push("push to production, started by hand", "production", {
    ...basis,
    manual: ["deploy:prod:basis"],
  });
  expect(started.code, started.text).toBe(0);
  expect(stage.gitlab.states.has("sample-app-prod")).toBe(true);
});

test("a step that fails stops those after it, and the next run completes", async () => {
  const fault = ["local", "fault", "add", "--state", stage.local, "--service", "ecs", "--operation", "RunInstances"];
  const error = ["--error", "403 OperationDenied.NoStock The requested resource is sold out.", "--times", "1"];
  execFileSync(process.execPath, [bins.cdktfSls, ...fault, ...error]);
  const jobs = deploys("pre-prod");
  const first = await push("push to pre-production, no stock", "pre-production", { jobs });
  expect(first.code).toBe(1);
  expect(first.resultOf("deploy:pre-prod:logtail"), first.text).toBe("PASS");
  expect(first.resultOf("deploy:pre-prod:webapp")).toBe("FAIL");
  expect(first.resultOf("deploy:pre-prod:certman")).toBeUndefined();
  expect(stage.gitlab.locks.size).toBe(0);
  const second = await push("push to pre-production, again", "pre-production", { jobs });
  expect(second.code, second.text).toBe(0);
  expect(second.resultOf("deploy:pre-prod:certman")).toBe("PASS");
});

test.each([
  ["ALICLOUD_REGION", "", "ALICLOUD_REGION is missing; set it in Settings > CI/CD > Variables of the project or group"],
  ["ALICLOUD_REGION", "Hangzhou", "ALICLOUD_REGION must be a region such as cn-hangzhou, got 'Hangzhou'; set it in"],
  ["ALIBABA_CLOUD_ROLE_ARN", "", "ALIBABA_CLOUD_ROLE_ARN must be acs:ram::ACCOUNT:role/NAME, got ''; set it in"],
])("%s=%j fails a job before anything that takes time", async (name, value, message) => {
  const run = await push(`${name}=${value}`, "main", { jobs: ["deploy:dev:basis"], variables: { [name]: value } });
  expect(run.resultOf("deploy:dev:basis")).toBe("FAIL");
  expect(run.text).toContain(message);
  expect(run.logOf("deploy:dev:basis")).not.toMatch(/^\$ (?:mkdir|test -[xe])/m);
});

test("dev can be destroyed by hand, by the same role, and leaves nothing", async () => {
  const run = await push("destroy dev by hand", "main", { jobs: ["destroy:dev"], manual: ["destroy:dev"] });
  expect(run.resultOf("destroy:dev"), run.text).toBe("PASS");
  for (const name of ["sample-app-dev", "sample-app-webapp-dev", "sample-app-certman-dev"]) {
    expect([name, idsIn(stage.gitlab.states.get(name))]).toEqual([name, []]);
  }
});
