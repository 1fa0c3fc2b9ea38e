import * as fs from "node:fs";
import type { SyslogConfig } from "./discovery";
import { writeFileAtomically } from "../status/status-file";

/** The configs of the last successful look, for a start at which the service cannot be reached. */
export interface LastGood {
  readonly endpoint: string;
  /** A machine that was given other ids since must not act on the configs of the old ones. */
  readonly userDefinedIds: readonly string[];
  readonly projects: Readonly<Record<string, readonly SyslogConfig[]>>;
}

export function saveLastGood(file: string, value: LastGood): void {
  writeFileAtomically(file, `${JSON.stringify(value, undefined, 2)}\n`);
}

/** Undefined when there is none, it cannot be read, or it is another machine's. */
export function readLastGood(file: string, mine: Omit<LastGood, "projects">): LastGood | undefined {
  let value: LastGood;
  try {
    value = JSON.parse(fs.readFileSync(file, "utf8")) as LastGood;
  } catch {
    return undefined;
  }
  const sameIds = JSON.stringify([...value.userDefinedIds].sort()) === JSON.stringify([...mine.userDefinedIds].sort());
  return value.endpoint === mine.endpoint && sameIds ? value : undefined;
}
