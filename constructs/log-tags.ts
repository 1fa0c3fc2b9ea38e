import { Aspects, type IAspect } from "cdktf";
import type { IConstruct } from "constructs";

/** A resource of the provider that can be tagged. */
interface Tagged {
  tags: Record<string, string>;
  readonly tagsInput?: Record<string, string>;
}

const isTagged = (node: IConstruct): node is IConstruct & Tagged =>
  "tagsInput" in node && "terraformResourceType" in node;

/** Tags that flow down: each resource under a construct that can have tags gets them. One that has the tag already keeps its own value. */
export class LogTags implements IAspect {
  /** E.g. `LogTags.add(stack, { team: "payments" })`. */
  static add(scope: IConstruct, tags: Readonly<Record<string, string>>): void {
    const problem = tagsProblem(tags);
    if (problem !== undefined) throw new Error(`${scope.node.path}: ${problem}`);
    Aspects.of(scope).add(new LogTags(tags));
  }

  private constructor(private readonly added: Readonly<Record<string, string>>) {}

  visit(node: IConstruct): void {
    if (isTagged(node)) node.tags = { ...this.added, ...node.tagsInput };
  }
}

/** At most 20 tags; keys and values to 128 characters. Source: Tag service, limits. */
export function tagsProblem(tags: Readonly<Record<string, string>>): string | undefined {
  const entries = Object.entries(tags);
  if (entries.length > 20) return `tags must be at most 20, got ${entries.length}`;
  const key = entries.map(([name]) => name).find((name) => !/^(?!aliyun|acs:|https?:\/\/).{1,128}$/su.test(name));
  if (key !== undefined) {
    return `tag key must be 1 to 128 characters and not begin with aliyun, acs:, http:// or https://, got ${JSON.stringify(key)}`;
  }
  const long = entries.find(([, value]) => value.length > 128);
  return long && `tag ${JSON.stringify(long[0])} must have a value of at most 128 characters, got ${long[1].length}`;
}
