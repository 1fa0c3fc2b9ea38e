/** examples/gitlab, as the project of a team that includes the templates of another project, and whose jobs have no key. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import { repository } from "../support/tools";
import type { Checkout } from "./support/checkout";
import { deployRoles } from "./support/deploy-roles";
import { idTokens, type IdToken } from "./support/id-token";
import { hasTools, pipelineTest } from "./support/pipeline-test";
import { makeStage, type Stage } from "./support/stage";

const test = pipelineTest();
let stage: Stage;
let orders: Checkout;
let idToken: IdToken;
let roles: Record<string, string>;

/** Packages as `npm ci` would have put them there, with cdktf-sls among them. */
function installed(folder: string): void {
  const modules = join(folder, "node_modules");
  rmSync(modules);
  mkdirSync(modules);
  for (const name of readdirSync(join(repository, "node_modules"))) {
    if (name !== ".bin") symlinkSync(join(repository, "node_modules", name), join(modules, name));
  }
  symlinkSync(repository, join(modules, "cdktf-sls"));
  mkdirSync(join(modules, ".bin"));
  for (const name of ["cdktf", "ts-node"]) {
    symlinkSync(join(repository, "node_modules/.bin", name), join(modules, ".bin", name));
  }
  symlinkSync(join(repository, "dist/cli/main.js"), join(modules, ".bin/cdktf-sls"));
}

/** As the example's own comment says: the constructs come from the package. */
function fromPackage(folder: string): void {
  for (const file of ["main.ts", "pipeline-role.ts"]) {
    const path = join(folder, file);
    writeFileSync(path, readFileSync(path, "utf8").replace('"../../constructs"', '"cdktf-sls"'));
  }
}

/** The project that the example includes from, where git finds it. */
function templatesProject(): void {
  const { folder } = stage.checkout("cdktf-sls", (file) => (file.startsWith("ci/") ? file : undefined));
  execFileSync("git", ["-C", folder, "tag", "v0.1.0"]);
  const hosts = ["https://gitlab.example.com/", "git@gitlab.example.com:", "ssh://git@gitlab.example.com/"];
  const lines = hosts.map((host) => `\tinsteadOf = ${host}acme/cdktf-sls.git\n`).join("");
  writeFileSync(join(stage.env["HOME"] ?? "", ".gitconfig"), `[url "file://${folder}"]\n${lines}`);
}

beforeAll(async () => {
  if (!hasTools()) return;
  stage = await makeStage();
  idToken = idTokens(stage.local);
  orders = stage.checkout("orders", (file) => /^examples\/gitlab\/(.*)/.exec(file)?.[1]);
  installed(orders.folder);
  fromPackage(orders.folder);
  orders.write("package.json", '{ "name": "orders", "private": true }\n');
  orders.write("package-lock.json", '{ "name": "orders", "lockfileVersion": 3, "packages": {} }\n');
  orders.write("tsconfig.json", readFileSync(join(repository, "tsconfig.json"), "utf8"));
  templatesProject();
  roles = deployRoles({
    program: "pipeline-role.ts",
    cwd: orders.folder,
    stack: "orders-pipeline",
    env: stage.env,
  });
});
afterAll(() => stage?.close());

/** What GitLab gives to the jobs of a ref. */
const variables = (projectPath: string, ref: string): Record<string, string> => ({
  ALIBABA_CLOUD_OIDC_PROVIDER_ARN: roles["ALIBABA_CLOUD_OIDC_PROVIDER_ARN"] ?? "",
  ALIBABA_CLOUD_PLAN_ROLE_ARN: roles["ALIBABA_CLOUD_PLAN_ROLE_ARN"] ?? "",
  ALIBABA_CLOUD_ROLE_ARN: roles["ALIBABA_CLOUD_ROLE_ARN_dev"] ?? "",
  CDKTF_SLS_ID_TOKEN: idToken(projectPath, ref),
});

test("its role is enough for a whole pipeline, by GitLab's token alone", async () => {
  const options = { folder: orders.folder, env: stage.keyless, variables: variables("acme/orders", "main") };
  const run = await stage.pipeline("the example: push to main", options);
  expect(run.code, run.text).toBe(0);
  expect(run.jobs.map(({ name }) => name)).toEqual([
    "plan:dev:basis",
    "deploy:dev:basis",
    "deploy:dev:logtail",
    "verify:dev",
  ]);
  expect(await stage.client().getAppliedConfigs("orders-log-project-dev", "orders-log-machine-group-dev")).toEqual([
    "orders-logtail-config-dev",
  ]);
  expect(run.text).not.toContain(variables("acme/orders", "main")["CDKTF_SLS_ID_TOKEN"]?.slice(0, 200));
  for (const state of stage.gitlab.states.values()) expect(state).not.toMatch(/access_key|secret|STS\./i);
});

test("jobs of another branch may plan and not deploy; jobs of another project get nothing", async () => {
  const folder = orders.folder;
  const feature = { folder, env: stage.keyless, variables: variables("acme/orders", "feature") };
  const ofBranch = await stage.pipeline("the example: a branch of the project", {
    ...feature,
    jobs: ["plan:dev:basis", "deploy:dev:basis"],
  });
  expect(ofBranch.resultOf("plan:dev:basis"), ofBranch.text).toBe("PASS");
  expect(ofBranch.resultOf("deploy:dev:basis")).toBe("FAIL");
  expect(ofBranch.logOf("deploy:dev:basis")).toMatch(
    /the role acs:ram::\d+:role\/orders-pipeline-dev was not given to this job: .*does the role's trust name this project's path and this ref/,
  );
  const foreign = { folder, env: stage.keyless, variables: variables("acme/orders-fork", "main") };
  const ofOther = await stage.pipeline("the example: another project", { ...foreign, jobs: ["plan:dev:basis"] });
  expect(ofOther.resultOf("plan:dev:basis")).toBe("FAIL");
});
