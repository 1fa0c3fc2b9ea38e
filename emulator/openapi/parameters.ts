/** How lists, tags and ids are spelt in RPC parameters. */
import { randomBytes } from "node:crypto";
import type { RpcParameters } from "./rpc";
import { RpcError } from "./rpc-error";

export const newId = (prefix: string): string => `${prefix}-local${randomBytes(8).toString("hex")}`;
export const timeText = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`;

/** `Tag.1.Key`, `Tag.1.Value` … */
export function tagsOf(parameters: RpcParameters): [string, string][] {
  return Object.entries(parameters).flatMap(([name, key]) => {
    const match = /^Tag\.(\d+)\.Key$/.exec(name);
    return match ? [[key, parameters[`Tag.${match[1]}.Value`] ?? ""]] : [];
  });
}

/** `NAME.1`, `NAME.2` … in their order. */
export function listOf(parameters: RpcParameters, name: string): string[] {
  const numbered = Object.entries(parameters).flatMap(([key, value]) => {
    const number = key.startsWith(`${name}.`) ? Number(key.slice(name.length + 1)) : NaN;
    return Number.isInteger(number) ? [[number, value] as const] : [];
  });
  return numbered.sort(([a], [b]) => a - b).map(([, value]) => value);
}

/** A JSON list of texts; undefined where the parameter is not given. */
export function jsonListOf(parameters: RpcParameters, name: string): string[] | undefined {
  const text = parameters[name];
  if (!text) return undefined;
  try {
    const list: unknown = JSON.parse(text);
    if (Array.isArray(list) && list.every((one) => typeof one === "string")) return list;
  } catch {
    // Said below.
  }
  throw new RpcError(400, "InvalidParameter", `${name} must be a JSON list of texts, got ${text}`);
}

export function required(parameters: RpcParameters, name: string): string {
  const value = parameters[name];
  if (value) return value;
  throw new RpcError(400, "MissingParameter", `The input parameter "${name}" that is mandatory is not supplied.`);
}

/** `{"Tag": [{"TagKey": …}]}`, in the spelling of the product. */
export const ecsTags = (tags: ReadonlyMap<string, string>): object => ({
  Tag: [...tags].map(([TagKey, TagValue]) => ({ TagKey, TagValue })),
});
export const vpcTags = (tags: ReadonlyMap<string, string>): object => ({
  Tag: [...tags].map(([Key, Value]) => ({ Key, Value })),
});
