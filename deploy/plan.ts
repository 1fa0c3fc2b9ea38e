/** Wanted against found, as data: no I/O here. */
import type { FoundLogtailConfig, LogtailConfigBody } from "../sls/model/logtail-config";
import { inputDetailDefaults, outputDetailFilled } from "../sls/model/logtail-defaults";

export interface WantedConfig {
  readonly project: string;
  readonly config: LogtailConfigBody;
  /** Groups that the config must be bound to. */
  readonly machineGroups: readonly string[];
}

export interface FoundConfig {
  /** undefined: there is none of that name. */
  readonly config: FoundLogtailConfig | undefined;
  /** Groups that it is bound to now. */
  readonly machineGroups: readonly string[];
}

/** One difference; `before` or `after` is undefined where the field is not there. */
export interface FieldChange {
  /** `inputDetail.tag` */
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

export interface ConfigPlan {
  readonly project: string;
  readonly name: string;
  readonly action: "create" | "update" | "none";
  readonly fields: readonly FieldChange[];
  /** Fields that the service filled in with its defaults: told, not counted. */
  readonly filled: readonly string[];
  /** Groups still to be bound. */
  readonly bind: readonly string[];
  /** Groups that somebody else bound: told, left alone. */
  readonly otherGroups: readonly string[];
  readonly wanted: WantedConfig;
}

export interface Plan {
  readonly configs: readonly ConfigPlan[];
  /** Writes that apply would send: creates + updates + binds. */
  readonly writes: number;
}

export function planConfig(wanted: WantedConfig, found: FoundConfig): ConfigPlan {
  const { fields, filled } = diffConfig(wanted.config, found.config);
  return {
    project: wanted.project,
    name: wanted.config.configName,
    action: found.config === undefined ? "create" : fields.length > 0 ? "update" : "none",
    fields,
    filled,
    bind: wanted.machineGroups.filter((group) => !found.machineGroups.includes(group)),
    otherGroups: found.machineGroups.filter((group) => !wanted.machineGroups.includes(group)),
    wanted,
  };
}

export function planOf(configs: readonly ConfigPlan[]): Plan {
  return {
    configs,
    writes: configs.reduce((sum, plan) => sum + (plan.action === "none" ? 0 : 1) + plan.bind.length, 0),
  };
}

/** What only the server knows. */
const serverFields = ["createTime", "lastModifyTime"];

function diffConfig(
  wanted: LogtailConfigBody,
  found: FoundLogtailConfig | undefined,
): { fields: FieldChange[]; filled: string[] } {
  const before = flatten(found ?? {});
  const after = flatten(wanted);
  for (const field of serverFields) before.delete(field);
  const fields: FieldChange[] = [];
  const filled: string[] = [];
  for (const field of new Set([...after.keys(), ...before.keys()])) {
    const [was, is] = [before.get(field), after.get(field)];
    if (sameValue(was, is)) continue;
    if (is === undefined && isFilledIn(field, was, wanted)) filled.push(field);
    else fields.push({ field, before: was, after: is });
  }
  return { fields, filled };
}

/** `inputDetail` and `outputDetail` one level down; deeper values are compared whole. */
function flatten(config: object): Map<string, unknown> {
  const flat = new Map<string, unknown>();
  for (const [key, value] of Object.entries(config)) {
    if (key === "inputDetail" || key === "outputDetail") {
      for (const [inner, innerValue] of Object.entries(value as object)) flat.set(`${key}.${inner}`, innerValue);
    } else {
      flat.set(key, value);
    }
  }
  return flat;
}

function isFilledIn(field: string, value: unknown, wanted: LogtailConfigBody): boolean {
  const [top, inner = ""] = field.split(".");
  if (top === "logSample") return value === "";
  if (top === "outputDetail") return (outputDetailFilled[inner] ?? (() => false))(value);
  if (top !== "inputDetail") return false;
  if (value === null) return true;
  return wanted.inputType !== "plugin" && (inputDetailDefaults[inner] ?? []).some((known) => sameValue(known, value));
}

/** Same JSON, whatever the order of keys. */
function sameValue(a: unknown, b: unknown): boolean {
  return a === b || (a !== undefined && b !== undefined && stable(a) === stable(b));
}

function stable(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([x], [y]) => (x < y ? -1 : 1)))
      : inner,
  );
}
