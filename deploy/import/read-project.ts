/** All that a project holds and that can be declared: read, not judged. */
import type { SlsClient } from "../../sls/client";
import { isNotExist } from "../../sls/model/errors";
import type { IndexBody } from "../../sls/model/log-index";
import type { LogStoreBody } from "../../sls/model/log-store";
import type { FoundAnyConfig } from "../../sls/model/config-form";
import type { MachineGroupBody } from "../../sls/model/machine-group";
import { readConfig } from "../config-calls";
import { historyLogstore } from "../history";
import { inParallel } from "../pool";

export interface FoundLogStore {
  readonly body: LogStoreBody;
  readonly index: IndexBody | undefined;
}

export interface FoundLogtail {
  /** In the older form where the service can show it so. */
  readonly config: FoundAnyConfig;
  readonly machineGroups: readonly string[];
}

export interface ProjectContents {
  readonly project: string;
  readonly description: string;
  readonly tags: Readonly<Record<string, string>>;
  /** JSON, or empty. */
  readonly policy: string;
  readonly logstores: readonly FoundLogStore[];
  readonly machineGroups: readonly MachineGroupBody[];
  readonly configs: readonly FoundLogtail[];
  /** What is there and cannot be read in a form that can be declared, with the reason. */
  readonly leftOut: readonly string[];
}

const calls = 8;
/** Made by the service for itself. */
const ofTheService = /^internal-/;

export async function readProject(client: SlsClient, project: string): Promise<ProjectContents> {
  const { description } = (await client.getProject(project)) as { description?: string };
  const leftOut: string[] = [];
  const [stores, groups, configs] = await Promise.all([
    allLogstores(client, project),
    client.allMachineGroups(project),
    client.allLogtailConfigs(project),
  ]);
  const logstores = stores.filter((name) => {
    if (name !== historyLogstore && !ofTheService.test(name)) return true;
    leftOut.push(`logstore ${name}: made by ${name === historyLogstore ? "cdktf-sls" : "the service"} for itself`);
    return false;
  });
  return {
    project,
    description: description ?? "",
    tags: await tagsOf(client, project),
    policy: await policyOf(client, project),
    logstores: await inParallel(logstores.sort(), calls, async (name) => ({
      body: (await client.getLogStore(project, name)) as unknown as LogStoreBody,
      index: await indexOf(client, project, name),
    })),
    machineGroups: await inParallel(groups.sort(), calls, (name) => client.getMachineGroup(project, name)),
    configs: await inParallel(configs.sort(), calls, (name) => configOf(client, project, name)),
    leftOut,
  };
}

async function allLogstores(client: SlsClient, project: string): Promise<string[]> {
  const size = 500;
  const all: string[] = [];
  for (;;) {
    const { logstores } = (await client.listLogStore(project, { offset: all.length, size })) as { logstores: string[] };
    all.push(...logstores);
    if (logstores.length < size) return all;
  }
}

async function indexOf(client: SlsClient, project: string, logstore: string): Promise<IndexBody | undefined> {
  try {
    return (await client.getIndexConfig(project, logstore)) as unknown as IndexBody;
  } catch (error) {
    if (isNotExist(error)) return undefined;
    throw error;
  }
}

async function configOf(client: SlsClient, project: string, name: string): Promise<FoundLogtail> {
  const config = await readConfig(client, project, name, "logtail");
  return { config, machineGroups: (await client.getAppliedMachineGroups(project, name)).sort() };
}

async function tagsOf(client: SlsClient, project: string): Promise<Record<string, string>> {
  const queries = { resourceType: "project", resourceId: JSON.stringify([project]) };
  const { tagResources } = (await client._request("GET", project, "/tags", queries, null)) as {
    tagResources?: readonly { readonly tagKey: string; readonly tagValue: string }[];
  };
  return Object.fromEntries((tagResources ?? []).map(({ tagKey, tagValue }) => [tagKey, tagValue]));
}

async function policyOf(client: SlsClient, project: string): Promise<string> {
  try {
    const policy = await client._request("GET", project, "/policy", {}, null);
    const text = typeof policy === "string" ? policy : JSON.stringify(policy);
    return text === "{}" ? "" : text;
  } catch (error) {
    if (isNotExist(error)) return "";
    throw error;
  }
}
