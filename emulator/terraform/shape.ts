/** Arguments of a resource as members of the service's JSON, and back: told once a resource, in one table. Pure. */
import { normalJson, type JsonValue } from "./json-text";
import { isMap, mapsOf, type Value, type ValueMap } from "./values";

/** Attribute -> where it is in the JSON. */
export type Shape = Readonly<Record<string, Field>>;
export interface Field {
  readonly member: string;
  /** A block: an object, or with `many` a list of objects. */
  readonly block?: Shape;
  readonly many?: boolean;
  /** JSON in a text on Terraform's side: an object on the service's, or with "text" a text there too. */
  readonly json?: "object" | "text";
}
export type Json = Readonly<Record<string, unknown>>;

const camelCase = (name: string): string => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** `dest_role_arn` is `destRoleArn`. */
export const fields = (...names: readonly string[]): Shape =>
  Object.fromEntries(names.map((name) => [name, { member: camelCase(name) }]));
export const field = (member: string): Field => ({ member });
export const block = (member: string, shape: Shape): Field => ({ member, block: shape });
export const blocks = (member: string, shape: Shape): Field => ({ member, block: shape, many: true });
export const jsonText = (member: string, json: "object" | "text" = "object"): Field => ({ member, json });

/** What was left out is left out. */
export function toJson(values: ValueMap, shape: Shape): Record<string, unknown> {
  const members = Object.entries(shape).map(([name, one]): [string, unknown] => [
    one.member,
    sent(values[name] ?? null, one),
  ]);
  return Object.fromEntries(members.filter(([, value]) => value !== undefined));
}

function sent(value: Value, { block: inner, many, json }: Field): unknown {
  if (value === null) return undefined;
  if (inner !== undefined) {
    const items = mapsOf(value).map((item) => toJson(item, inner));
    return many ? (items.length > 0 ? items : undefined) : items[0];
  }
  if (json === "object" && typeof value === "string") return value === "" ? undefined : (JSON.parse(value) as unknown);
  return value;
}

/** Every attribute of the shape: null where the JSON has no such member. */
export function fromJson(json: Json, shape: Shape): ValueMap {
  return Object.fromEntries(Object.entries(shape).map(([name, one]) => [name, found(json[one.member] ?? null, one)]));
}

function found(value: unknown, { block: inner, json }: Field): Value {
  if (inner !== undefined) {
    const items = Array.isArray(value) ? value : isMap(value as Value) ? [value] : [];
    const read = items.map((item) => fromJson(item as Json, inner));
    return read.filter((item) => Object.keys(item).length > 0);
  }
  if (json !== undefined && value !== null && typeof value !== "string") return normalJson(value as JsonValue);
  return value as Value;
}
