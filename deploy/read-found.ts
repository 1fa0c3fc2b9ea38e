/** Reads what the service holds, with at most one call for each config and group, and compares. */
import { formOf, type ConfigForm, type FoundAnyConfig } from "../sls/model/config-form";
import { isNotExist } from "../sls/model/errors";
import type { ResourceTags, SlsClient } from "../sls/client";
import { formOfHash, hashOf } from "./canonical";
import { readConfig } from "./config-calls";
import { markOfTags, ownerTag, type Mark } from "./mark";
import {
  planConfig,
  planOf,
  planRemoval,
  type ConfigPlan,
  type FoundConfig,
  type Orphan,
  type Plan,
  type PlanOptions,
  type WantedConfig,
} from "./plan";
import { inParallel } from "./pool";
import { realPatience, retrying, type Patience } from "./retry";

export interface ReadOptions extends PlanOptions {
  /** Only these configs. @default all */
  readonly only?: readonly string[];
  /** What is marked as the owner's and no longer declared is removed. @default false */
  readonly prune?: boolean;
  /** Calls at a time. @default 8 */
  readonly concurrency?: number;
  /** How long a group may take to be seen, that `cdktf deploy` has just made. */
  readonly patience?: Patience;
  /** The wish is out of Terraform's plan: a project or group that is not there yet is no error. @default false */
  readonly beforeApply?: boolean;
}

/** What a project holds, by three lists. */
interface Holdings {
  readonly configs: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
  readonly tags: ResourceTags;
}

const defaultConcurrency = 8;

/** Reads all that is found, and compares. */
export async function makePlan(
  client: SlsClient,
  wanted: readonly WantedConfig[],
  options: ReadOptions,
): Promise<Plan> {
  const projects = [...new Set(wanted.map(({ project }) => project))];
  const plans: ConfigPlan[] = [];
  const orphans: Orphan[] = [];
  for (const project of projects) {
    const mine = wanted.filter((one) => one.project === project);
    const part = await planProject(client, project, mine, options);
    plans.push(...part.configs);
    orphans.push(...part.orphans);
  }
  return planOf(plans, orphans);
}

async function planProject(
  client: SlsClient,
  project: string,
  wanted: readonly WantedConfig[],
  options: ReadOptions,
): Promise<Plan> {
  const isAsked = (name: string): boolean => options.only === undefined || options.only.includes(name);
  const asked = wanted.filter(({ config }) => isAsked(config.configName));
  const beforeApply = options.beforeApply === true;
  const holdings = await readHoldings(client, project, wanted[0]?.config.configName ?? "", beforeApply);
  const patience = options.patience ?? { ...realPatience, tries: 1 };
  if (!beforeApply) await needGroups(client, project, asked, holdings, patience);
  const orphans = [...holdings.tags]
    .filter(([name, tags]) => holdings.configs.has(name) && markOfTags(tags)?.owner === options.owner)
    .map(([name]) => name)
    .filter((name) => isAsked(name) && !wanted.some(({ config }) => config.configName === name));
  const removed = options.prune === true ? orphans : [];
  const names = [...asked.map(({ config }) => config.configName), ...removed];
  const forms = new Map(asked.map(({ config }) => [config.configName, formOf(config)]));
  const found = await readConfigs(
    client,
    project,
    names,
    holdings,
    options.concurrency ?? defaultConcurrency,
    (name) => forms.get(name) ?? "logtail",
  );
  const foundOf = (name: string): FoundConfig => found.get(name) ?? { config: undefined, machineGroups: [] };
  return planOf(
    [
      ...asked.map((one) => planConfig(one, foundOf(one.config.configName), options)),
      ...removed.map((name) => planRemoval(project, name, foundOf(name), options)),
    ],
    orphans.filter((name) => !removed.includes(name)).map((name) => ({ project, name })),
  );
}

const nothing: Holdings = { configs: new Set(), groups: new Set(), tags: new Map() };

async function readHoldings(
  client: SlsClient,
  project: string,
  config: string,
  beforeApply: boolean,
): Promise<Holdings> {
  try {
    const [configs, groups, tags] = await Promise.all([
      client.allLogtailConfigs(project),
      client.allMachineGroups(project),
      client.listTagged(project, "logtailconfig", ownerTag),
    ]);
    return { configs: new Set(configs), groups: new Set(groups), tags };
  } catch (error) {
    if (beforeApply && isNotExist(error)) return nothing;
    throw isNotExist(error) ? notDeployed(config, error) : error;
  }
}

const notDeployed = (config: string, error: Error): Error =>
  new Error(`Logtail config ${config}: ${error.message}; run \`cdktf deploy\` first`, { cause: error });

/** A group that is missing is an error: `cdktf deploy` makes those. */
async function needGroups(
  client: SlsClient,
  project: string,
  wanted: readonly WantedConfig[],
  { groups }: Holdings,
  patience: Patience,
): Promise<void> {
  for (const { config, machineGroups } of wanted) {
    for (const group of machineGroups.filter((name) => !groups.has(name))) {
      try {
        // A list may lag behind.
        await retrying(patience, { fresh: true }, () => client.getMachineGroup(project, group));
      } catch (error) {
        throw isNotExist(error) ? notDeployed(config.configName, error) : error;
      }
    }
  }
}

async function readConfigs(
  client: SlsClient,
  project: string,
  names: readonly string[],
  holdings: Holdings,
  concurrency: number,
  formOfWanted: (name: string) => ConfigForm,
): Promise<Map<string, FoundConfig>> {
  const there = names.filter((name) => holdings.configs.has(name));
  const groups = await readBindings(client, project, there, [...holdings.groups], concurrency);
  const found = await inParallel(there, concurrency, async (name): Promise<[string, FoundConfig] | undefined> => {
    try {
      const mark = markOfTags(holdings.tags.get(name));
      const config = await readMarked(client, project, name, mark, formOfWanted(name));
      return [name, { config, machineGroups: groups.get(name) ?? [], mark }];
    } catch (error) {
      // Removed since it was listed.
      if (isNotExist(error)) return undefined;
      throw error;
    }
  });
  return new Map(found.filter((one) => one !== undefined));
}

/** In the form in which a deploy sent it. A run that was to change the form may have been cut off: then it is of one of two. */
async function readMarked(
  client: SlsClient,
  project: string,
  name: string,
  mark: Mark | undefined,
  wanted: ConfigForm,
): Promise<FoundAnyConfig> {
  const [form = wanted, ...forms] = new Set(mark?.applied.map(formOfHash));
  const config = await readConfig(client, project, name, form);
  const [before] = forms;
  if (before === undefined || mark?.applied.includes(hashOf(config))) return config;
  return readConfig(client, project, name, before);
}

/** Config -> its groups: asked by group or by config, whichever are fewer. */
async function readBindings(
  client: SlsClient,
  project: string,
  configs: readonly string[],
  groups: readonly string[],
  concurrency: number,
): Promise<Map<string, string[]>> {
  const bound = new Map<string, string[]>(configs.map((name) => [name, []]));
  if (configs.length === 0) return bound;
  if (groups.length > configs.length) {
    await inParallel(configs, concurrency, async (config) => {
      bound.set(config, await gone(client.getAppliedMachineGroups(project, config)));
    });
    return bound;
  }
  const applied = await inParallel(groups, concurrency, (group) => gone(client.getAppliedConfigs(project, group)));
  groups.forEach((group, i) => applied[i]?.forEach((config) => bound.get(config)?.push(group)));
  return bound;
}

/** Removed since it was listed: bound to nothing. */
async function gone(names: Promise<string[]>): Promise<string[]> {
  try {
    return await names;
  } catch (error) {
    if (isNotExist(error)) return [];
    throw error;
  }
}
