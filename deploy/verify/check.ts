/** What a verification found, each with its remedy. */
import { colors as pc } from "../colors";

export type CheckKind = "project" | "config" | "binding" | "machines" | "canary";

export interface Check {
  readonly check: CheckKind;
  /** What was looked at: a project, a config, a machine group, a logstore. */
  readonly subject: string;
  readonly passed: boolean;
  /** What was seen. */
  readonly found: string;
  /** What to do; only where it failed. */
  readonly remedy?: string;
}

export const pass = (check: CheckKind, subject: string, found: string): Check => ({
  check,
  subject,
  passed: true,
  found,
});

export const fail = (check: CheckKind, subject: string, found: string, remedy: string): Check => ({
  check,
  subject,
  passed: false,
  found,
  remedy,
});

export function checkText({ check, subject, passed, found, remedy }: Check): string {
  const head = `${passed ? pc.green("pass") : pc.red("FAIL")}  ${check.padEnd(8)}  ${subject}: ${found}`;
  return remedy === undefined ? head : `${head}\n      ${pc.yellow(`-> ${remedy}`)}`;
}
