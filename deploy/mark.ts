/**
 * The mark that a deploy leaves on each Logtail config that it makes: tags of the config, which the service keeps and removes with it.
 * Values are at most 128 characters of `[0-9a-zA-Z._-]`, and need no permission but log:TagResources and log:ListTagResources.
 * Why tags: docs/decisions/0008-marks-are-tags.md.
 */
import { createHash } from "node:crypto";

export interface Mark {
  /** The stack that declares the config; its name holds app and environment. */
  readonly owner: string;
  /** Hash of what was sent; then, of what was there before, `hash-lastModifyTime`, since a mark is written before an update. */
  readonly applied: readonly string[];
  /** Hashes of the names of the groups that were bound by a deploy. */
  readonly groups: readonly string[];
}

export const ownerTag = "cdktf-sls-owner";
const appliedTag = "cdktf-sls-applied";
const groupsTag = "cdktf-sls-groups";
const keptHashes = 2;
/** 14 times 8 digits and a dot. */
const groupsInTag = 14;
const groupTags = 10;
const none = "-";

/** 8 hex digits: names would not fit. */
export const groupHash = (group: string): string => createHash("sha256").update(group).digest("hex").slice(0, 8);

const groupsKey = (n: number): string => (n === 0 ? groupsTag : `${groupsTag}-${n + 1}`);
const words = (text: string | undefined): string[] =>
  (text ?? "").split(".").filter((word) => word !== "" && word !== none);

/** Undefined when nobody of us marked it. */
export function markOfTags(tags: ReadonlyMap<string, string> | undefined): Mark | undefined {
  const owner = tags?.get(ownerTag);
  if (tags === undefined || !owner) return undefined;
  const groups = Array.from({ length: groupTags }, (_, n) => words(tags.get(groupsKey(n)))).flat();
  return { owner, applied: words(tags.get(appliedTag)), groups };
}

/** Tags to send; `before` is the mark that is there, whose longer list of groups must not stay. */
export function tagsOfMark(mark: Mark, before: Mark | undefined): Record<string, string> {
  if (mark.groups.length > groupsInTag * groupTags) {
    throw new Error(
      `a Logtail config can be bound to ${groupsInTag * groupTags} machine groups by cdktf-sls at most, got ${mark.groups.length}; ` +
        `put the machines into fewer groups, or declare a second config`,
    );
  }
  const tags: Record<string, string> = {
    [ownerTag]: mark.owner,
    [appliedTag]: mark.applied.slice(0, keptHashes).join(".") || none,
  };
  const most = Math.max(mark.groups.length, before?.groups.length ?? 0, 1);
  for (let n = 0; n * groupsInTag < most; n++) {
    tags[groupsKey(n)] = mark.groups.slice(n * groupsInTag, (n + 1) * groupsInTag).join(".") || none;
  }
  return tags;
}

/** Returns what is wrong with an owner's name as the value of a tag, or undefined. */
export function ownerProblem(owner: string): string | undefined {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(owner)) return undefined;
  return (
    `the stack's name marks what its deploys made, so it must be 1 to 128 letters, digits, dots, hyphens and underscores, ` +
    `got ${JSON.stringify(owner)}; rename the stack, or give --owner`
  );
}
