/**
 * Makes it so. Of one config, in this order: the version into the history (all configs' in one write) -> create -> mark -> bind;
 * or mark -> update -> bind -> unbind -> mark; or remove. So a run that is cut off anywhere leaves nothing that the next one takes for
 * somebody else's. Different configs go on side by side, so many at a time. After a call that failed for good no other config is begun.
 */
import type { LogWriter, SlsClient } from "../sls/client";
import { formOf } from "../sls/model/config-form";
import { isNotExist, SlsError } from "../sls/model/errors";
import { hashOf } from "./canonical";
import { createConfig, deleteConfig, readConfig, updateConfig } from "./config-calls";
import { History, type Version, type VersionKind } from "./history";
import { groupHash, tagsOfMark, type Mark } from "./mark";
import { changesOf, planConfig, type ConfigPlan, type Plan } from "./plan";
import { inParallel } from "./pool";
import { realPatience, retrying, type Patience } from "./retry";

export type DeployEvent =
  | {
      readonly type: "ConfigCreated" | "ConfigUpdated" | "ConfigRemoved" | "ConfigMarked";
      readonly project: string;
      readonly config: string;
    }
  | {
      readonly type: "ConfigBound" | "ConfigUnbound";
      readonly project: string;
      readonly config: string;
      readonly machineGroup: string;
    };

export interface ApplyOptions {
  readonly onEvent: (event: DeployEvent) => void;
  /** Configs at a time. @default 8 */
  readonly concurrency?: number;
  /** Takes the history's logs. @default - no history is kept */
  readonly writer?: LogWriter;
  /** What the history calls what is sent. @default "applied" */
  readonly kind?: VersionKind;
  readonly patience?: Patience;
  readonly now?: () => Date;
}

export interface Outcome {
  readonly plan: ConfigPlan;
  /** `same`: nothing to do. `held`: others changed it, and it was left. `notReached`: another one failed before its turn. */
  readonly status: "done" | "same" | "held" | "failed" | "notReached";
  readonly error?: Error;
}

/** Never rejects for what the service says: that is in the outcomes, in the plan's order. */
export async function applyPlan(client: SlsClient, plan: Plan, options: ApplyOptions): Promise<Outcome[]> {
  const isWork = (one: ConfigPlan): boolean => !one.held && (changesOf(one) > 0 || one.markStale);
  const work = plan.configs.filter(isWork);
  const errors = new Map<ConfigPlan, Error>();
  const reached = new Set<ConfigPlan>();
  const step = new Step(client, options);
  try {
    await keepVersions(client, work, options, errors);
    if (errors.size === 0)
      await inParallel(work, options.concurrency ?? 8, async (one) => {
        reached.add(one);
        try {
          await step.apply(one);
        } catch (error) {
          errors.set(one, error as Error);
          throw error;
        }
      });
  } catch {
    // It is among the errors.
  }
  return plan.configs.map((one): Outcome => {
    const error = errors.get(one);
    if (error !== undefined) return { plan: one, status: "failed", error };
    if (one.held) return { plan: one, status: "held" };
    if (!isWork(one)) return { plan: one, status: "same" };
    return { plan: one, status: reached.has(one) ? "done" : "notReached" };
  });
}

/** What is sent, and before it what it overwrites if that was not ours. */
async function keepVersions(
  client: SlsClient,
  work: readonly ConfigPlan[],
  options: ApplyOptions,
  errors: Map<ConfigPlan, Error>,
): Promise<void> {
  if (options.writer === undefined) return;
  const world = { now: options.now ?? (() => new Date()), patience: options.patience ?? realPatience };
  for (const project of new Set(work.map((one) => one.project))) {
    const mine = work.filter((one) => one.project === project);
    const versions = mine.flatMap((one) => versionsOf(one, options.kind ?? "applied"));
    try {
      await new History(client, options.writer, project, world).keep(versions);
    } catch (error) {
      const [first] = mine;
      if (first !== undefined) errors.set(first, notKept(project, error as Error));
      return;
    }
  }
}

const notKept = (project: string, error: Error): Error =>
  new Error(
    `nothing was changed, for the history of ${project} could not be kept: ${error.message}; ` +
      `grant log:CreateLogStore, log:GetIndex, log:CreateIndex and log:PostLogStoreLogs, or do without it: --no-history`,
    { cause: error },
  );

function versionsOf(plan: ConfigPlan, kind: VersionKind): Version[] {
  if (changesOf(plan) === 0) return [];
  const { found, foreign, wanted, mark } = plan;
  const versions: Version[] = [];
  if (found.config !== undefined && (foreign !== undefined || wanted === undefined)) {
    const owner = found.mark?.owner ?? "";
    versions.push({ config: found.config, machineGroups: found.machineGroups, kind: "found", owner });
  }
  if (wanted !== undefined && mark !== undefined) {
    const { config, machineGroups } = wanted;
    versions.push({ config, machineGroups, kind, owner: mark.owner });
  }
  return versions;
}

class Step {
  private readonly patience: Patience;

  constructor(
    private readonly client: SlsClient,
    private readonly options: ApplyOptions,
  ) {
    this.patience = options.patience ?? realPatience;
  }

  async apply(plan: ConfigPlan): Promise<void> {
    if (plan.action === "remove" || plan.action === "update") await this.needUnchanged(plan);
    if (plan.action === "remove") return this.remove(plan);
    if (plan.action === "create") await this.create(plan);
    // The mark before the change: whoever looks after a cut sees that the change was ours.
    if (plan.markStale) await this.mark(plan, withAllGroups(plan), plan.found.mark);
    if (plan.action === "update" && plan.wanted !== undefined) {
      await updateConfig(this.client, plan.project, plan.wanted.config);
      this.report("ConfigUpdated", plan);
    }
    for (const group of plan.bind) await this.bind(plan, group);
    for (const group of plan.unbind) await this.unbind(plan, group);
    if (plan.unbind.length > 0 && plan.mark !== undefined) await this.mark(plan, plan.mark, withAllGroups(plan));
  }

  private report(type: "ConfigCreated" | "ConfigUpdated" | "ConfigRemoved" | "ConfigMarked", plan: ConfigPlan): void {
    this.options.onEvent({ type, project: plan.project, config: plan.name });
  }

  /** A person may have been asked since the plan was made, and somebody may have been at work meanwhile: that is not overwritten unseen. */
  private async needUnchanged({ project, name, action, found, wanted }: ConfigPlan): Promise<void> {
    if (found.config === undefined) return;
    // Another run of the same pipeline may have made it so already.
    const expected = [found.config, wanted?.config].map((config) => config && hashOf(config));
    try {
      const config = await readConfig(this.client, project, name, formOf(found.config));
      if (!expected.includes(hashOf(config))) throw changedMeanwhile(name);
    } catch (error) {
      if (!isNotExist(error)) throw error;
      if (action === "update") throw changedMeanwhile(name);
    }
  }

  /** A create that seems to have failed may have been done: what is there then is looked at. */
  private async create({ project, name, wanted, mark, ...plan }: ConfigPlan): Promise<void> {
    if (wanted === undefined || mark === undefined) return;
    try {
      // Its logstore may have been made a moment ago.
      await retrying(this.patience, { repeatable: true, fresh: true }, () =>
        createConfig(this.client, project, wanted.config),
      );
    } catch (error) {
      if (!(error instanceof SlsError && /AlreadyExists?$/.test(error.code))) throw error;
      const config = await retrying(this.patience, { fresh: true }, () =>
        readConfig(this.client, project, name, formOf(wanted.config)),
      );
      const again = planConfig(wanted, { config, machineGroups: [] }, { owner: mark.owner });
      if (again.action !== "none") throw changedMeanwhile(name);
    }
    this.report("ConfigCreated", { project, name, wanted, mark, ...plan });
  }

  private async mark(plan: ConfigPlan, mark: Mark, before: Mark | undefined): Promise<void> {
    const tags = tagsOfMark(mark, before);
    await retrying(this.patience, { fresh: plan.action === "create", repeatable: true }, () =>
      this.client.tagResource(plan.project, "logtailconfig", plan.name, tags),
    );
    this.report("ConfigMarked", plan);
  }

  private async bind({ project, name }: ConfigPlan, machineGroup: string): Promise<void> {
    await retrying(this.patience, { fresh: true }, () =>
      this.client.applyConfigToMachineGroup(project, name, machineGroup),
    );
    this.options.onEvent({ type: "ConfigBound", project, config: name, machineGroup });
  }

  private async unbind({ project, name }: ConfigPlan, machineGroup: string): Promise<void> {
    await this.client.removeConfigFromMachineGroup(project, name, machineGroup).catch(ignoreMissing);
    this.options.onEvent({ type: "ConfigUnbound", project, config: name, machineGroup });
  }

  private async remove(plan: ConfigPlan): Promise<void> {
    const form = plan.found.config && formOf(plan.found.config);
    await deleteConfig(this.client, plan.project, plan.name, form).catch(ignoreMissing);
    this.report("ConfigRemoved", plan);
  }
}

const changedMeanwhile = (name: string): Error =>
  new Error(
    `Logtail config ${name}: somebody made, changed or removed it since the plan was made; what they did was left as it is; ` +
      `run the command again to see it`,
  );

/** While groups are being unbound they are still ours. */
function withAllGroups({ mark, unbind }: ConfigPlan): Mark {
  if (mark === undefined) throw new Error("a config that is removed has no mark to write");
  return { ...mark, groups: [...new Set([...mark.groups, ...unbind.map(groupHash)])].sort() };
}

/** Somebody was faster. */
function ignoreMissing(error: unknown): void {
  if (!isNotExist(error)) throw error;
}
