import type { Verdict } from "./judge";

const columns: readonly (readonly [string, (verdict: Verdict) => string | number])[] = [
  ["client", ({ client }) => client],
  ["version", ({ version }) => version],
  ["calls", ({ calls }) => calls],
  ["methods", ({ methods }) => methods],
  ["requests", ({ requests }) => requests],
  ["passed", ({ passed }) => passed],
  ["failed", ({ failed }) => failed],
  ["skipped", ({ skipped }) => skipped],
  ["unsupported", ({ unsupported }) => unsupported.length],
  ["seconds", ({ seconds }) => seconds.toFixed(1)],
];

/** Columns under their names; numbers to the right. */
export function table(verdicts: readonly Verdict[]): string {
  const rows = [
    columns.map(([name]) => name),
    ...verdicts.map((verdict) => columns.map(([, cell]) => String(cell(verdict)))),
  ];
  const widths = columns.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows
    .map((row) =>
      row.map((cell, i) => (i < 2 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join("  "),
    )
    .join("\n");
}

/** Everything that went wrong, each with its suite. */
export function complaints(verdicts: readonly Verdict[]): string {
  return verdicts
    .flatMap(({ client, failures, unsupported }) => [
      ...failures.map(({ name, message = "" }) => `${client}: ${name}\n${indented(message)}`),
      ...unsupported.map((what) => `${client}: not served: ${what}`),
    ])
    .join("\n\n");
}

const indented = (text: string): string => text.replace(/^/gm, "    ");

/** Whether every suite that ran is green and saw nothing that is not served. */
export const isGreen = (verdicts: readonly Verdict[]): boolean =>
  verdicts.every(({ failed, unsupported }) => failed === 0 && unsupported.length === 0);
