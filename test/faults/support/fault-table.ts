/** The table at the end of `npm run test:faults`: what each case found. */
import { writeFileSync } from "node:fs";
import type { Reporter, TestCase, TestModule } from "vitest/node" with { "resolution-mode": "import" };
import type { Row } from "./outcome";
import { isShort } from "./short.js";

interface Told extends Row {
  readonly file: string;
  readonly test: string;
  readonly state: string;
}

/** Prints the rows of all tests, and writes them as JSON into the file that `jsonFile` names. */
export class FaultTable implements Reporter {
  constructor(private readonly jsonFile: string | undefined) {}

  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const rows = tests.flatMap(rowsOf);
    const wanted = (test: TestCase): boolean => !isShort || (test.options.tags ?? []).includes("short");
    const skipped = tests.filter((test) => test.result().state === "skipped" && wanted(test));
    const text = [table(rows), ...skipped.map(({ fullName }) => `skipped: ${fullName}`), ""].join("\n");
    process.stdout.write(`\n${text}`);
    if (this.jsonFile !== undefined) writeFileSync(this.jsonFile, `${JSON.stringify(rows, undefined, 2)}\n`);
  }
}

const rowsOf = (test: TestCase): Told[] =>
  (test.meta().faults ?? []).map((row) => ({
    ...row,
    file: test.module.relativeModuleId,
    test: test.fullName,
    state: test.result().state,
  }));

const columns = ["case", "in", "stored", "lost", "doubled", "seconds", "state"] as const;

function table(rows: readonly Told[]): string {
  const cells = [columns as readonly string[], ...rows.map((row) => columns.map((name) => String(row[name])))];
  const widths = columns.map((_, at) => Math.max(...cells.map((line) => (line[at] ?? "").length)));
  const isText = (at: number): boolean => columns[at] === "case" || columns[at] === "state";
  return cells
    .map((line) =>
      line.map((cell, at) => (isText(at) ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join("  "),
    )
    .map((line) => line.trimEnd())
    .join("\n");
}
