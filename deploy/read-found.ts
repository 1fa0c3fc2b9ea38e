import { isNotExist } from "../sls/model/errors";
import type { SlsClient } from "../sls/client";
import { planConfig, planOf, type FoundConfig, type Plan, type WantedConfig } from "./plan";

/** What the service holds now for one wanted config. A project or group that is missing is an error: `cdktf deploy` makes those. */
async function readFound(client: SlsClient, wanted: WantedConfig): Promise<FoundConfig> {
  const { project, config, machineGroups } = wanted;
  try {
    await Promise.all(machineGroups.map((group) => client.getMachineGroup(project, group)));
  } catch (error) {
    if (!isNotExist(error)) throw error;
    throw new Error(`Logtail config ${config.configName}: ${error.message}; run \`cdktf deploy\` first`, {
      cause: error,
    });
  }
  const found = await orUndefined(client.getLogtailConfig(project, config.configName));
  if (found === undefined) return { config: undefined, machineGroups: [] };
  return { config: found, machineGroups: await client.getAppliedMachineGroups(project, config.configName) };
}

async function orUndefined<T>(reply: Promise<T>): Promise<T | undefined> {
  try {
    return await reply;
  } catch (error) {
    if (isNotExist(error) && error.code !== "ProjectNotExist") return undefined;
    throw error;
  }
}

/** Reads all that is found, and compares. */
export async function makePlan(client: SlsClient, wanted: readonly WantedConfig[]): Promise<Plan> {
  return planOf(await Promise.all(wanted.map(async (one) => planConfig(one, await readFound(client, one)))));
}
