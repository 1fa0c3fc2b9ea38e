/**
 * Terraform's values as plain JavaScript: null, text, numbers, truth values, arrays (lists and sets), objects, and `unknown`
 * for what is settled at apply. They travel as MessagePack; an unknown is extension 0, a refined unknown extension 12.
 */
import { decode, encode, ExtensionCodec } from "@msgpack/msgpack";

class Unknown {
  /** Left out of JSON: nothing unknown is ever sent. */
  toJSON(): undefined {}
}
export const unknown = new Unknown();

export type Value = null | string | number | boolean | Unknown | readonly Value[] | ValueMap;
export type ValueMap = { readonly [name: string]: Value };

export const isUnknown = (value: Value | undefined): value is Unknown => value instanceof Unknown;
export const isMap = (value: Value | undefined): value is ValueMap =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !isUnknown(value);
export const isList = (value: Value | undefined): value is readonly Value[] => Array.isArray(value);

const codec = new ExtensionCodec();
codec.register({
  type: 0,
  encode: (value) => (value instanceof Unknown ? new Uint8Array([0]) : null),
  decode: () => unknown,
});
codec.register({ type: 12, encode: () => null, decode: () => unknown });

/** A value on the wire; Terraform sends MessagePack, some callers JSON. */
export interface DynamicValue {
  readonly msgpack?: Uint8Array | null;
  readonly json?: Uint8Array | null;
}

export function readDynamic(value: DynamicValue | null | undefined): Value {
  if (value?.msgpack?.length) return decode(value.msgpack, { extensionCodec: codec }) as Value;
  if (value?.json?.length) return JSON.parse(Buffer.from(value.json).toString("utf8")) as Value;
  return null;
}

export const writeDynamic = (value: Value): DynamicValue => ({ msgpack: encode(value, { extensionCodec: codec }) });

/** An object, or undefined where Terraform sent null: nothing there yet, or nothing there any more. */
export function readObject(value: DynamicValue | null | undefined): ValueMap | undefined {
  const read = readDynamic(value);
  return isMap(read) ? read : undefined;
}

/** What was left out: null, and also "", 0, false and anything empty, which the provider's own SDK cannot tell from it. */
export function isZero(value: Value | undefined): boolean {
  if (value === undefined || value === null || value === "" || value === 0 || value === false) return true;
  if (isList(value)) return value.length === 0;
  return isMap(value) && Object.keys(value).length === 0;
}

export interface Comparison {
  /** The lists in these values are sets: order does not count. */
  readonly sets?: boolean;
  /** Members that are zero count as left out, as in blocks. */
  readonly sparse?: boolean;
}

/** Text that is equal for values that mean the same. */
function canonical(value: Value | undefined, how: Comparison): string {
  if (isUnknown(value)) return "unknown";
  if (isZero(value)) return "null";
  if (isList(value)) {
    const items = value.map((item) => canonical(item, how));
    return `[${(how.sets ? items.sort() : items).join(",")}]`;
  }
  if (!isMap(value)) return JSON.stringify(value);
  const members = Object.entries(value).map(([name, member]) => [name, canonical(member, how)] as const);
  const kept = how.sparse ? members.filter(([, text]) => text !== "null") : members;
  return `{${kept
    .map(([name, text]) => `${JSON.stringify(name)}:${text}`)
    .sort()
    .join(",")}}`;
}

export const sameValue = (a: Value | undefined, b: Value | undefined, how: Comparison = {}): boolean =>
  canonical(a, how) === canonical(b, how);

export const textOf = (value: Value | undefined): string => (typeof value === "string" ? value : "");
export const textsOf = (value: Value | undefined): string[] => (isList(value) ? value.map(textOf) : []);
export const mapsOf = (value: Value | undefined): ValueMap[] => (isList(value) ? value.filter(isMap) : []);
