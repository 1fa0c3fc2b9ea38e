/** Arguments that hold JSON in a text, and how the real provider writes and compares them. Pure. */
import { byText } from "../../sls/wire";
import type { Value } from "./values";

export type JsonValue = null | string | number | boolean | readonly JsonValue[] | JsonObject;
export type JsonObject = { readonly [name: string]: JsonValue };

const isObject = (value: JsonValue): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function sorted(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => byText(a, b));
  return Object.fromEntries(entries.map(([name, member]) => [name, sorted(member)]));
}

const unsafe = /[<>&\u2028\u2029]/g;

/** JSON with its keys in order and `<`, `>`, `&` escaped: how the real provider writes it to the state. */
export const normalJson = (value: JsonValue): string =>
  JSON.stringify(sorted(value)).replace(unsafe, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);

function read(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

/** Undefined for text that holds no JSON object. */
export function parsed(text: string): JsonObject | undefined {
  const value = read(text);
  return value !== undefined && isObject(value) ? value : undefined;
}

/** Undefined for text that holds no JSON list. */
export function parsedList(text: string): readonly JsonValue[] | undefined {
  const value = read(text);
  return Array.isArray(value) ? value : undefined;
}

/** Normal form of JSON text; other text stays as it is, and the checks speak of it. */
export function normalised(text: string): string {
  const object = parsed(text);
  return object === undefined ? text : normalJson(object);
}

/** Texts that hold the same JSON are no change. */
export function sameJson(prior: Value, wanted: Value): boolean {
  if (typeof prior !== "string" || typeof wanted !== "string") return false;
  const [before, after] = [read(prior), read(wanted)];
  return before !== undefined && after !== undefined && normalJson(before) === normalJson(after);
}
