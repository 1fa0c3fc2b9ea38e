/** The project's own .gitlab-ci.yml, from a push to logs. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import { findTerraform } from "../../deploy";
import { testWith } from "../support/tools";
import type { Checkout } from "./support/checkout";
import { startMachine } from "./support/machine";
import { node22 } from "./support/run-pipeline";
import { makeStage, type Stage } from "./support/stage";

const tools = findTerraform(process.env) && node22();
const test = testWith("terraform, or Node 22 for gitlab-ci-local,", tools);
let stage: Stage;
let app: Checkout;

beforeAll(async () => {
  if (tools === undefined) return;
  stage = await makeStage();
  app = stage.checkout("app");
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
/** All but the checks, which need no cloud and are the same each time. */
const rest = (environment: string): string[] => [
  ...plans(environment),
  ...deploys(environment),
  `verify:${environment}`,
];

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
  const run = await stage.pipeline("push to main", { folder: app.folder, jobs: rest("dev") });
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
  const run = await stage.pipeline("push to main, again", { folder: app.folder, jobs: rest("dev") });
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
