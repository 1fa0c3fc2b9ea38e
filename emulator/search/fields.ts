/** What a name in a query stands for: a key of the index, its alias, a value within a JSON key, or what is always indexed. */
import type { IndexBody, IndexKey, IndexLine } from "../../sls/model/log-index";
import { TextRule } from "./text-rule";

export type FlatLog = Readonly<Record<string, string>>;

export interface Field {
  /** Under this name its words lie in an index. */
  readonly scope: string;
  readonly type: IndexKey["type"];
  readonly rule: TextRule;
  /** undefined: this log has no such field. */
  read(log: FlatLog): string | undefined;
}

/** Searchable without being in the index. */
export const alwaysIndexed = (key: string): boolean =>
  key === "__topic__" || key === "__source__" || key.startsWith("__tag__:");

export const isNumeric = ({ type }: { readonly type: IndexKey["type"] }): boolean =>
  type === "long" || type === "double";

export function fieldOf(name: string, index: IndexBody): Field | undefined {
  const keys = index.keys ?? {};
  const key = Object.hasOwn(keys, name) ? name : Object.keys(keys).find((one) => keys[one]?.alias === name);
  if (key !== undefined) {
    const entry = keys[key] as IndexKey;
    return { scope: key, type: entry.type, rule: new TextRule(entry), read: (log) => log[key] };
  }
  if (!alwaysIndexed(name)) return jsonFieldOf(name, keys);
  return { scope: name, type: "text", rule: new TextRule(index.line ?? {}), read: (log) => log[name] };
}

/** `detail.user.name`: a value within the JSON text of a field whose type is json. */
function jsonFieldOf(name: string, keys: NonNullable<IndexBody["keys"]>): Field | undefined {
  const parent = Object.keys(keys).find((one) => keys[one]?.type === "json" && name.startsWith(`${one}.`));
  if (parent === undefined) return undefined;
  const outer = keys[parent] as IndexKey;
  const { json_keys = {} } = outer;
  const path = name.slice(parent.length + 1);
  const found = Object.keys(json_keys).find((one) => one === path || json_keys[one]?.alias === path);
  if (found === undefined && !outer.index_all) return undefined;
  return jsonField(parent, outer, found ?? path);
}

/** The value at `path` (names with dots between them) in the JSON text of `parent`. */
export function jsonField(parent: string, outer: IndexKey, path: string): Field {
  const { json_keys: _, index_all: __, alias: ___, ...words } = outer;
  const entry = outer.json_keys?.[path];
  return {
    scope: `${parent}.${path}`,
    type: entry?.type ?? "text",
    rule: new TextRule({ ...words, ...entry }),
    read: (log) => jsonText(valueAt(jsonOf(log[parent]), path.split("."))),
  };
}

export function jsonOf(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}

export function valueAt(json: unknown, path: readonly string[]): unknown {
  let value = json;
  for (const name of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

export function jsonText(value: unknown): string | undefined {
  if (typeof value === "string" || value === undefined) return value;
  try {
    return JSON.stringify(value);
  } catch {
    // Nested deeper than the stack is high.
    return undefined;
  }
}

/** Whether full-text search sees this field. */
export function inLine(key: string, { include_keys: only, exclude_keys: without }: IndexLine): boolean {
  if (key === "__time__" || key === "__time_ns_part__") return false;
  return !(only?.length && !only.includes(key)) && !without?.includes(key);
}

/** The field's number, where it is one. */
export function numberIn(text: string | undefined): number {
  return text === undefined || text.trim() === "" ? Number.NaN : Number(text);
}
