/** Tags of things in a project. Source: SLS, TagResources, ListTagResources; ids are `project#name`. */
export type TaggedType = "logstore" | "machinegroup" | "logtailconfig";

/** Name of the thing -> its tags. */
export type ResourceTags = Map<string, Map<string, string>>;

interface TagsReply {
  readonly nextToken?: string | null;
  readonly tagResources?: readonly {
    readonly resourceId: string;
    readonly tagKey: string;
    readonly tagValue: string;
  }[];
}

/** Adds a page of ListTagResources to `found`; the token of the next page, or undefined. */
export function tagsOfReply(project: string, reply: unknown, found: ResourceTags): string | undefined {
  const { nextToken, tagResources } = reply as TagsReply;
  for (const { resourceId, tagKey, tagValue } of tagResources ?? []) {
    if (!resourceId.startsWith(`${project}#`)) continue;
    const name = resourceId.slice(project.length + 1);
    const tags = found.get(name) ?? new Map<string, string>();
    tags.set(tagKey, tagValue);
    found.set(name, tags);
  }
  return nextToken ? nextToken : undefined;
}
