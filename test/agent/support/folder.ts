import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A folder of the test's own; gone when the test is, and everything that began after it and may write there. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "sls-agent-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
