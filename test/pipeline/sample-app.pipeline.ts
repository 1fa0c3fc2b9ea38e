/** The project's own .gitlab-ci.yml, from a push to logs. */
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

test("a push to main deploys dev, in order, and logs are found", async () => {
  const run = await stage.pipeline("push to main", { folder: app.folder });
  if (run.code !== 0) process.stdout.write(run.text.slice(-6000));
  expect(run.code).toBe(0);
});
