import { isNotExist } from "../sls/model/errors";
import type { SlsClient } from "../sls/client";
import type { ConfigPlan, Plan } from "./plan";

export type DeployEvent =
  | { readonly type: "ConfigCreated" | "ConfigUpdated"; readonly project: string; readonly config: string }
  | { readonly type: "ConfigBound"; readonly project: string; readonly config: string; readonly machineGroup: string };

export interface ApplyOptions {
  readonly onEvent: (event: DeployEvent) => void;
  readonly sleep?: (ms: number) => Promise<void>;
}

const realSleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
/** A new config may be invisible to the next call for a moment. */
const bindTries = 10;
const bindPauseMs = 500;

/** Makes it so, config by config; stops at the first call that fails for good. What is done is done: a second run goes on from there. */
export async function applyPlan(client: SlsClient, plan: Plan, options: ApplyOptions): Promise<void> {
  for (const config of plan.configs) {
    await upsert(client, config, options.onEvent);
    for (const machineGroup of config.bind) {
      await bind(client, config, machineGroup, options.sleep ?? realSleep);
      options.onEvent({ type: "ConfigBound", project: config.project, config: config.name, machineGroup });
    }
  }
}

async function upsert(client: SlsClient, plan: ConfigPlan, report: (event: DeployEvent) => void): Promise<void> {
  const { project, name: config } = plan;
  if (plan.action === "create") {
    await client.createLogtailConfig(project, plan.wanted.config);
    report({ type: "ConfigCreated", project, config });
  } else if (plan.action === "update") {
    await client.updateLogtailConfig(project, plan.wanted.config);
    report({ type: "ConfigUpdated", project, config });
  }
}

async function bind(
  client: SlsClient,
  plan: ConfigPlan,
  group: string,
  sleep: (ms: number) => Promise<void>,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await client.applyConfigToMachineGroup(plan.project, plan.name, group);
      return;
    } catch (error) {
      const fresh = plan.action === "create" && isNotExist(error) && attempt < bindTries;
      if (!fresh) throw error;
      await sleep(bindPauseMs);
    }
  }
}
