/** Wanted against found, as data: no I/O here. */
import type { AnyConfigBody, FoundAnyConfig } from "../sls/model/config-form";
import { hashOf, sameValue } from "./canonical";
import { diffConfig, type FieldChange } from "./diff";
import { groupHash, type Mark } from "./mark";

export interface WantedConfig {
  readonly project: string;
  readonly config: AnyConfigBody;
  /** Groups that the config must be bound to. */
  readonly machineGroups: readonly string[];
}

export interface FoundConfig {
  /** undefined: there is none of that name. */
  readonly config: FoundAnyConfig | undefined;
  /** Groups that it is bound to now. */
  readonly machineGroups: readonly string[];
  /** undefined: none of our deploys has touched it. */
  readonly mark?: Mark | undefined;
}

export interface PlanOptions {
  /** Who deploys: the stack. */
  readonly owner: string;
  /** What others did is overwritten. @default false */
  readonly force?: boolean;
  /** Wanted groups that others bound already become ours, to unbind one day; false in a rollback, which takes the groups of then. @default true */
  readonly adoptGroups?: boolean;
}

/** Why the service's config is not simply ours. */
export type Foreign =
  /** Nobody marked it: made by hand, by a script, or by an earlier release. It is taken over, and its content kept in the history. */
  | { readonly kind: "unmarked" }
  /** Somebody changed it since our last deploy. */
  | { readonly kind: "changed"; readonly at: number | undefined }
  /** Another stack declares it too. */
  | { readonly kind: "otherOwner"; readonly owner: string }
  /** It is to be removed, and somebody else bound it to groups of theirs. */
  | { readonly kind: "boundByOthers"; readonly groups: readonly string[] };

export interface ConfigPlan {
  readonly project: string;
  readonly name: string;
  readonly action: "create" | "update" | "remove" | "none";
  readonly fields: readonly FieldChange[];
  /** Fields that the service filled in with its defaults: told, not counted. */
  readonly filled: readonly string[];
  /** Groups still to be bound. */
  readonly bind: readonly string[];
  /** Groups that an earlier deploy of ours bound, and that are no longer wanted. */
  readonly unbind: readonly string[];
  /** Groups that somebody else bound: told, left alone. */
  readonly otherGroups: readonly string[];
  readonly foreign: Foreign | undefined;
  /** What others did would be lost: nothing is sent without force. */
  readonly held: boolean;
  /** The mark that is to be there in the end; undefined where the config is removed. */
  readonly mark: Mark | undefined;
  /** The mark has to be written, though nothing else may have changed: not counted as a change. */
  readonly markStale: boolean;
  readonly found: FoundConfig;
  /** undefined where the config is removed. */
  readonly wanted: WantedConfig | undefined;
}

export interface Plan {
  readonly configs: readonly ConfigPlan[];
  /** Marked as this stack's, declared no longer, and left alone for want of prune. */
  readonly orphans: readonly Orphan[];
  /** Creates, updates, binds, unbinds and removals. */
  readonly changes: number;
}

export interface Orphan {
  readonly project: string;
  readonly name: string;
}

export function planConfig(wanted: WantedConfig, found: FoundConfig, options: PlanOptions): ConfigPlan {
  const { fields, filled } = diffConfig(wanted.config, found.config);
  const action = found.config === undefined ? "create" : fields.length > 0 ? "update" : "none";
  const foreign = foreignOf(found, options.owner, action === "update");
  const extra = found.machineGroups.filter((group) => !wanted.machineGroups.includes(group));
  const ours = groupsOfMark(found, options.owner);
  const adopted = wanted.machineGroups.filter(
    (group) => options.adoptGroups !== false || ours.has(groupHash(group)) || !found.machineGroups.includes(group),
  );
  const mark: Mark = {
    owner: options.owner,
    applied: appliedAfter(wanted.config, found),
    groups: [...new Set(adopted.map(groupHash))].sort(),
  };
  const plan = {
    project: wanted.project,
    name: wanted.config.configName,
    action,
    fields,
    filled,
    bind: [...new Set(wanted.machineGroups)].filter((group) => !found.machineGroups.includes(group)),
    unbind: extra.filter((group) => ours.has(groupHash(group))),
    otherGroups: extra.filter((group) => !ours.has(groupHash(group))),
    foreign,
    mark,
    found,
    wanted,
  } as const;
  const isTheirs = options.force !== true && foreign !== undefined && foreign.kind !== "unmarked";
  return { ...plan, held: isTheirs && changesOf(plan) > 0, markStale: !isTheirs && isStale(mark, found.mark) };
}

/** A config that carries our mark and that nobody declares any more. */
export function planRemoval(project: string, name: string, found: FoundConfig, options: PlanOptions): ConfigPlan {
  const ours = groupsOfMark(found, options.owner);
  const otherGroups = found.machineGroups.filter((group) => !ours.has(groupHash(group)));
  const bound = otherGroups.length > 0 ? ({ kind: "boundByOthers", groups: otherGroups } as const) : undefined;
  const foreign = foreignOf(found, options.owner, true) ?? bound;
  const nothing = { fields: [], filled: [], bind: [], unbind: [], otherGroups } as const;
  const held = options.force !== true && foreign !== undefined;
  const none = { mark: undefined, markStale: false, wanted: undefined } as const;
  return { project, name, action: "remove", ...nothing, foreign, held, found, ...none };
}

const groupsOfMark = ({ mark }: FoundConfig, owner: string): ReadonlySet<string> =>
  new Set(mark?.owner === owner ? mark.groups : []);

export const changesOf = (plan: Pick<ConfigPlan, "action" | "bind" | "unbind">): number =>
  (plan.action === "none" ? 0 : 1) + plan.bind.length + plan.unbind.length;

export function planOf(configs: readonly ConfigPlan[], orphans: readonly Orphan[] = []): Plan {
  return { configs, orphans, changes: configs.reduce((sum, plan) => sum + changesOf(plan), 0) };
}

/** Whether something that collects now would collect no longer. */
export const removes = (plan: ConfigPlan): boolean =>
  !plan.held && (plan.action === "remove" || plan.unbind.length > 0);

function foreignOf({ config, mark }: FoundConfig, owner: string, differs: boolean): Foreign | undefined {
  if (config === undefined) return undefined;
  if (mark === undefined) return { kind: "unmarked" };
  if (mark.owner !== owner) return { kind: "otherOwner", owner: mark.owner };
  const hash = hashOf(config);
  const [sent, ...before] = mark.applied;
  if (!differs || sent === hash || before.includes(beforeUpdate(hash, config))) return undefined;
  return { kind: "changed", at: config.lastModifyTime };
}

/**
 * A run may be cut off between the mark and the update: the config as it was then is ours too. With the time of its last change, since
 * somebody may put the same content back later, by hand, and that is a change of theirs.
 */
const beforeUpdate = (hash: string, { lastModifyTime }: FoundAnyConfig): string => `${hash}-${lastModifyTime ?? 0}`;

function appliedAfter(wanted: AnyConfigBody, { config }: FoundConfig): readonly string[] {
  const sent = hashOf(wanted);
  const before = config === undefined ? sent : hashOf(config);
  return config === undefined || before === sent ? [sent] : [sent, beforeUpdate(before, config)];
}

/** Of a mark that was written before an update, the second hash may stay. */
function isStale(wanted: Mark, found: Mark | undefined): boolean {
  if (found === undefined) return true;
  return (
    wanted.owner !== found.owner ||
    wanted.applied[0] !== found.applied[0] ||
    !sameValue(wanted.groups, [...found.groups].sort())
  );
}
