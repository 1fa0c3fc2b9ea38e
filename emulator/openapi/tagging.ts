/** TagResources and its neighbours, alike in ECS and VPC. */
import { listOf, tagsOf } from "./parameters";
import type { RpcContext, RpcOperations } from "./rpc-context";
import { RpcError } from "./rpc-error";

export interface Tagged {
  readonly id: string;
  readonly tags: Map<string, string>;
}
/** Finds what bears tags, by the lower-case type of the resource. */
export type TaggedKinds = Readonly<Record<string, (context: RpcContext) => ReadonlyMap<string, Tagged>>>;

function tagged(kinds: TaggedKinds, context: RpcContext): Tagged[] {
  const { parameters } = context;
  const type = (parameters["ResourceType"] ?? "").toLowerCase();
  const kind = Object.hasOwn(kinds, type) ? kinds[type] : undefined;
  if (kind === undefined) {
    const known = Object.keys(kinds).join(", ");
    throw new RpcError(404, "InvalidResourceType.NotFound", `ResourceType must be one of ${known}, got ${type}`);
  }
  const all = kind(context);
  return listOf(parameters, "ResourceId").flatMap((id) => all.get(id) ?? []);
}

export const tagging = (kinds: TaggedKinds): RpcOperations => ({
  TagResources: (context) => {
    for (const { tags } of tagged(kinds, context))
      for (const [key, value] of tagsOf(context.parameters)) tags.set(key, value);
    return {};
  },
  UntagResources: (context) => {
    for (const { tags } of tagged(kinds, context)) {
      if (context.parameters["All"] === "true") tags.clear();
      for (const key of listOf(context.parameters, "TagKey")) tags.delete(key);
    }
    return {};
  },
  ListTagResources: (context) => ({
    TagResources: {
      TagResource: tagged(kinds, context).flatMap(({ id, tags }) =>
        [...tags].map(([TagKey, TagValue]) => ({
          ResourceId: id,
          ResourceType: context.parameters["ResourceType"],
          TagKey,
          TagValue,
        })),
      ),
    },
  }),
});
