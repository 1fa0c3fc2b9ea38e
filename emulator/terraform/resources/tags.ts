/** Tags of what OpenAPI makes: `Tag.1.Key=…` on the way there, a list on the way back. */
import type { Parameters } from "../cloud";
import { isMap, textOf, type Value, type ValueMap } from "../values";

export const tagsOf = (resource: ValueMap): [string, string][] => {
  const tags = resource["tags"];
  return isMap(tags) ? Object.entries(tags).map(([key, value]) => [key, textOf(value)]) : [];
};

export const numberedTags = (tags: readonly [string, string][]): Record<string, string> =>
  Object.fromEntries(
    tags.flatMap(([key, value], n) => [
      [`Tag.${n + 1}.Key`, key],
      [`Tag.${n + 1}.Value`, value],
    ]),
  );

/** From `{"Tag": [{"TagKey": …, "TagValue": …}]}` of ECS or `{"Tag": [{"Key": …, "Value": …}]}` of VPC. */
export function foundTags(reply: unknown): Value {
  const list = (reply as { readonly Tag?: readonly Readonly<Record<string, string>>[] } | undefined)?.Tag ?? [];
  return Object.fromEntries(
    list.map((tag) => [tag["TagKey"] ?? tag["Key"] ?? "", tag["TagValue"] ?? tag["Value"] ?? ""]),
  );
}

/** Removes what is gone or differs, then writes all that are wanted. */
export async function retag(
  call: (name: string, parameters: Parameters) => Promise<unknown>,
  type: string,
  id: string,
  planned: ValueMap,
  prior: ValueMap,
): Promise<void> {
  const target = { ResourceType: type, "ResourceId.1": id };
  const wanted = new Map(tagsOf(planned));
  const dropped = tagsOf(prior).filter(([key, value]) => wanted.get(key) !== value);
  if (dropped.length > 0) {
    const keys = Object.fromEntries(dropped.map(([key], n) => [`TagKey.${n + 1}`, key]));
    await call("UntagResources", { ...target, ...keys });
  }
  if (wanted.size > 0) await call("TagResources", { ...target, ...numberedTags([...wanted]) });
}
