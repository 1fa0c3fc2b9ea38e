/** Terraform's state in GitLab, when pipelines meet. */
import { afterAll, beforeAll, expect } from "vitest";
import type { Checkout } from "./support/checkout";
import { hasTools, pipelineTest } from "./support/pipeline-test";
import { makeStage, type Stage } from "./support/stage";

const test = pipelineTest();
let stage: Stage;
let app: Checkout;

beforeAll(async () => {
  if (!hasTools()) return;
  stage = await makeStage();
  app = stage.checkout("app");
});
afterAll(() => stage?.close());

const jobs = ["deploy:dev:basis"];
const state = "sample-app-dev";

/** As Terraform says who holds a lock. */
const heldByAnother = JSON.stringify({
  ID: "0b0e6f4a-0000-4000-8000-000000000001",
  Operation: "OperationTypeApply",
  Who: "pipeline-of-somebody-else@runner",
  Version: "1.11.4",
  Created: "2026-11-21T12:00:00Z",
  Path: "",
});

const resourcesIn = (text = "{}"): readonly unknown[] =>
  (JSON.parse(text) as { resources?: readonly unknown[] }).resources ?? [];

test("two pipelines at once: both end well, one after the other", async () => {
  const other = stage.checkout("other");
  const runs = await Promise.all(
    [app, other].map(({ folder }, n) => stage.pipeline(`pipeline ${n + 1} of two at once`, { folder, jobs })),
  );
  for (const run of runs) expect(run.code, run.text).toBe(0);
  const resources = resourcesIn(stage.gitlab.states.get(state));
  // Nothing twice, nothing lost.
  const types = resources.map((one) => (one as { type: string }).type);
  expect(types.filter((type) => type === "alicloud_log_project")).toHaveLength(1);
  expect(types).toContain("alicloud_vswitch");
  expect(stage.gitlab.locks.size).toBe(0);
});

test("a deploy waits for a state that another pipeline holds", async () => {
  stage.gitlab.locks.set(state, heldByAnother);
  let refused = 0;
  stage.gitlab.onRefused = (name) => {
    refused++;
    stage.gitlab.locks.delete(name);
  };
  const run = await stage.pipeline("the state is held, then let go", { folder: app.folder, jobs });
  expect(run.code, run.text).toBe(0);
  expect(refused).toBe(1);
});

test("a state that is not let go fails the deploy, which names the lock", async () => {
  stage.gitlab.locks.set(state, heldByAnother);
  stage.gitlab.onRefused = () => undefined;
  const before = stage.gitlab.states.get(state);
  const run = await stage.pipeline("the state is held for ever", {
    folder: app.folder,
    jobs,
    variables: { TF_CLI_ARGS_apply: "-lock-timeout=1s" },
  });
  expect(run.resultOf("deploy:dev:basis"), run.text).toBe("FAIL");
  expect(run.logOf("deploy:dev:basis")).toMatch(/Error acquiring the state lock/);
  // Terraform tells its own name under `Who`, not the holder's: GitLab's page of states has that.
  expect(run.logOf("deploy:dev:basis")).toContain("ID=0b0e6f4a-0000-4000-8000-000000000001");
  expect(stage.gitlab.states.get(state)).toBe(before);
});

test("a plan asks for no lock, so that a deploy never waits for it", async () => {
  stage.gitlab.locks.set(state, heldByAnother);
  const run = await stage.pipeline("a plan while the state is held", { folder: app.folder, jobs: ["plan:dev:basis"] });
  expect(run.code, run.text).toBe(0);
});
