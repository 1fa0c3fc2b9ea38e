/** Logtail configs as text that is the same for the same config: to compare, and to remember in 24 characters. */
import { createHash } from "node:crypto";
import { isPipeline, type AnyConfigBody, type ConfigForm } from "../sls/model/config-form";
import { flusherFilled, inputDetailDefaults, outputDetailFilled } from "../sls/model/logtail-defaults";

/** What only the server knows. */
export const serverFields: readonly string[] = ["createTime", "lastModifyTime"];

/** JSON with its keys in order. */
function stableJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([x], [y]) => (x < y ? -1 : 1)))
      : inner,
  );
}

/** Same JSON, whatever the order of keys. */
export function sameValue(a: unknown, b: unknown): boolean {
  return a === b || (a !== undefined && b !== undefined && stableJson(a) === stableJson(b));
}

/** Whether the service, or an SDK on its way there, may have put this value where the config did not name the field. */
export function isFilledIn(field: string, value: unknown, inputType: string): boolean {
  const dot = field.indexOf(".");
  const [top, inner] = dot < 0 ? [field, ""] : [field.slice(0, dot), field.slice(dot + 1)];
  if (top === "logSample") return value === "";
  if (top === "outputDetail") return (outputDetailFilled[inner] ?? (() => false))(value);
  if (top !== "inputDetail") return false;
  if (value === null) return true;
  if (inputType === "plugin" && inner === "plugin") return false;
  return (inputDetailDefaults[inner] ?? []).some((known) => sameValue(known, value));
}

/** The same for a config of either form. */
export function mayBeFilledIn(config: AnyConfigBody, field: string, value: unknown): boolean {
  if (!isPipeline(config)) return isFilledIn(field, value, config.inputType);
  if (field === "logSample") return value === "";
  const [, inner = ""] = /^flushers\[0\]\.(\w+)$/.exec(field) ?? [];
  return value === null || isEmpty(value) || (flusherFilled[inner] ?? (() => false))(value);
}

const pluginLists: readonly string[] = ["inputs", "processors", "aggregators", "flushers"];

/** Field -> value, of either form: `inputDetail.tag`, and of a pipeline `inputs[0].FilePaths`. */
export function fieldsOf(config: AnyConfigBody): Map<string, unknown> {
  if (!isPipeline(config)) return flatten(config);
  const placed = Object.entries(config).flatMap(([key, value]): [string, unknown][] =>
    pluginLists.includes(key) && Array.isArray(value)
      ? value.map((plugin: unknown, i) => [`${key}[${i}]`, plugin])
      : [[key, value]],
  );
  return flatten(Object.fromEntries(placed));
}

/** `inputDetail.plugin.inputs` -> value; lists and empty objects are values. */
function flatten(config: object, prefix = ""): Map<string, unknown> {
  const flat = new Map<string, unknown>();
  for (const [key, value] of Object.entries(config)) {
    const isTree = typeof value === "object" && value !== null && !Array.isArray(value);
    if (isTree && Object.keys(value as object).length > 0) {
      for (const [inner, innerValue] of flatten(value as object, `${prefix}${key}.`)) flat.set(inner, innerValue);
    } else {
      flat.set(`${prefix}${key}`, value);
    }
  }
  return flat;
}

/** What a server may leave out of its reply. */
export const isEmpty = (value: unknown): boolean => sameValue(value, []) || sameValue(value, {}) || value === null;

/**
 * 24 hex digits, of a pipeline after a `p`; the same for a config as sent and as found, whatever defaults came in between or were left out.
 */
export function hashOf(config: AnyConfigBody): string {
  const kept = [...fieldsOf(config)].filter(
    ([field, value]) => !serverFields.includes(field) && !isEmpty(value) && !mayBeFilledIn(config, field, value),
  );
  const hash = createHash("sha256")
    .update(stableJson(Object.fromEntries(kept)))
    .digest("hex")
    .slice(0, 24);
  return isPipeline(config) ? `p${hash}` : hash;
}

export const formOfHash = (hash: string): ConfigForm => (hash.startsWith("p") ? "pipeline" : "logtail");
