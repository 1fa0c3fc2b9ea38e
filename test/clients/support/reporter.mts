import type { Reporter, TestCase } from "vitest/node";
import { report } from "./world.js";

/** Tells each test's outcome to the runner of suites. */
export default class SuiteReporter implements Reporter {
  onTestCaseResult(test: TestCase): void {
    const { state, errors } = test.result();
    if (state === "pending") return;
    const message = errors?.map((error) => error.stack ?? error.message).join("\n");
    report({ test: test.fullName, outcome: state, ...(message ? { message } : {}) });
  }
}
