import * as fs from "node:fs";
import { join } from "node:path";
import type { SyslogConfig } from "./discovery";
import { writeFileAtomically } from "../status/status-file";

/** The configs of the last successful look, for a start at which the service cannot be reached. */
export interface LastGood {
  readonly endpoint: string;
  /** A machine that was given other ids since must not act on the configs of the old ones. */
  readonly userDefinedIds: readonly string[];
  readonly projects: Readonly<Record<string, readonly SyslogConfig[]>>;
}

/** In the data folder. */
export const lastGoodFile = (dataDir: string): string => join(dataDir, "configs.json");

export function saveLastGood(file: string, value: LastGood): void {
  writeFileAtomically(file, `${JSON.stringify(value, undefined, 2)}\n`);
}

/** Undefined when there is none, it cannot be read, or it is another machine's. */
export function readLastGood(file: string, mine: Omit<LastGood, "projects">): LastGood | undefined {
  const value = readAnyLastGood(file);
  if (value === undefined) return undefined;
  const sameIds = JSON.stringify([...value.userDefinedIds].sort()) === JSON.stringify([...mine.userDefinedIds].sort());
  return value.endpoint === mine.endpoint && sameIds ? value : undefined;
}

/** Whatever machine it is of: for people to look at. */
export function readAnyLastGood(file: string): LastGood | undefined {
  try {
    const value: unknown = JSON.parse(fs.readFileSync(file, "utf8"));
    return isLastGood(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The file may be of another version, or have lost its end in a power cut. */
function isLastGood(value: unknown): value is LastGood {
  if (!isObject(value)) return false;
  const { endpoint, userDefinedIds, projects } = value;
  if (!isText(endpoint) || !Array.isArray(userDefinedIds) || !userDefinedIds.every(isText)) return false;
  return isObject(projects) && Object.values(projects).every((list) => Array.isArray(list) && list.every(isConfig));
}

const texts = ["project", "config", "logstore", "tag", "topic", "group"] satisfies (keyof SyslogConfig)[];
const isConfig = (value: unknown): boolean =>
  isObject(value) &&
  texts.every((key) => isText(value[key])) &&
  (value["rules"] === undefined || isRules(value["rules"]));
const isRules = (value: unknown): boolean =>
  isObject(value) &&
  [value["filters"] ?? [], value["masks"] ?? []].every((list) => Array.isArray(list) && list.every(isObject));
const isText = (value: unknown): value is string => typeof value === "string";
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
