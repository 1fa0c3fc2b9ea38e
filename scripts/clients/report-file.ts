/** What a suite's process writes while it runs: one JSON object a line. */
import { existsSync, readFileSync } from "node:fs";
import type { SuiteReport, TestOutcome } from "./suite";

/** `{"version"}` once, `{"call"}` for each call of the client, `{"test", "outcome", "message"?}` for each test. */
interface Line {
  readonly version?: string;
  readonly call?: string;
  readonly test?: string;
  readonly outcome?: TestOutcome["outcome"];
  readonly message?: string;
}

/** A file that was never made: a suite that ended before its first line. */
export function readReport(file: string): SuiteReport {
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
  const parsed = lines.map((line) => JSON.parse(line) as Line);
  return {
    version: parsed.find(({ version }) => version !== undefined)?.version ?? "?",
    calls: parsed.flatMap(({ call }) => (call === undefined ? [] : [call])),
    tests: parsed.flatMap(({ test: name, outcome, message }) =>
      name === undefined || outcome === undefined ? [] : [{ name, outcome, ...(message ? { message } : {}) }],
    ),
  };
}
