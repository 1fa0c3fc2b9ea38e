/** What the resources of RAM share. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Cloud } from "../cloud";
import { CallError } from "../errors";
import type { Check } from "../kind";
import { isMap, sameValue, textOf, type Value, type ValueMap } from "../values";

type Json = Readonly<Record<string, unknown>>;

export const memberOf = (reply: Json, name: string): Json => (reply[name] ?? {}) as Json;

/** `{"Policies": {"Policy": […]}}` */
export const listOf = (reply: Json, outer: string, inner: string): readonly Json[] =>
  (memberOf(reply, outer)[inner] ?? []) as readonly Json[];

/** Text or number as text; null where there is none. */
export const found = (object: Json, name: string): Value => {
  const value = object[name];
  return typeof value === "string" || typeof value === "number" ? value : null;
};

function parsed(text: Value): Value | undefined {
  try {
    return typeof text === "string" ? (JSON.parse(text) as Value) : undefined;
  } catch {
    return undefined;
  }
}

/** Documents that say the same keep their former spelling. */
export const sameJson = (prior: Value, wanted: Value): boolean => {
  const [before, after] = [parsed(prior), parsed(wanted)];
  return before !== undefined && after !== undefined && sameValue(before, after);
};

export const isJson =
  (attribute: string): Check =>
  (config) => {
    const value = config[attribute];
    if (typeof value !== "string" || parsed(value) !== undefined) return undefined;
    return { attribute, message: `${attribute} must be JSON; jsonencode({ … }) writes it.` };
  };

export const notFoundIn = (error: unknown): boolean =>
  error instanceof CallError && error.code.startsWith("EntityNotExist");

/** Goes on while RAM says that something hangs on it still, as the real provider does, for at most `ms`. */
export async function deleting(call: () => Promise<unknown>, conflicts: readonly string[], ms: number): Promise<void> {
  for (const deadline = Date.now() + ms; ; await sleep(3_000)) {
    try {
      await call();
      return;
    } catch (error) {
      if (notFoundIn(error)) return;
      const again = error instanceof CallError && conflicts.includes(error.code);
      if (!again || Date.now() > deadline) throw error;
    }
  }
}

const tagsOf = (resource: ValueMap | undefined): ValueMap => {
  const tags = resource?.["tags"];
  return isMap(tags) ? tags : {};
};

/** Makes the tags of a role or policy what is planned. */
export async function retag(
  cloud: Cloud,
  type: string,
  id: string,
  planned: ValueMap,
  prior?: ValueMap,
): Promise<void> {
  const target = { ResourceType: type, ResourceNames: JSON.stringify([id]) };
  const wanted = tagsOf(planned);
  const dropped = Object.keys(tagsOf(prior)).filter((key) => !(key in wanted));
  if (dropped.length > 0) await cloud.ram("UntagResources", { ...target, TagKey: JSON.stringify(dropped) });
  const tags = Object.entries(wanted).map(([Key, value]) => ({ Key, Value: textOf(value) }));
  if (tags.length > 0) await cloud.ram("TagResources", { ...target, Tag: JSON.stringify(tags) });
}

export async function readTags(cloud: Cloud, type: string, id: string): Promise<ValueMap> {
  const target = { ResourceType: type, ResourceNames: JSON.stringify([id]) };
  const { TagResources: tags = [] } = (await cloud.ram("ListTagResources", target)) as {
    TagResources?: readonly { readonly TagKey: string; readonly TagValue: string }[];
  };
  return Object.fromEntries(tags.map(({ TagKey, TagValue }) => [TagKey, TagValue]));
}
