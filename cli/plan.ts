import { Command } from "commander";
import { makePlan, planJson, planOf, planText, type ConfigPlan } from "../deploy";
import { addServiceOptions, clientFor, readStacks, type ServiceFlags } from "./service-options";

export const exitChanges = 2;

export function planCommand(): Command {
  return addServiceOptions(new Command("plan"))
    .description("show what `cdktf-sls deploy` would change in the service")
    .addHelpText("after", "\nExit codes: 0 nothing to change, 2 changes, 1 error")
    .action(async (flags: ServiceFlags) => {
      const configs: ConfigPlan[] = [];
      for (const { manifest } of await readStacks(flags)) {
        const client = clientFor(flags, manifest.region);
        try {
          configs.push(...(await makePlan(client, manifest.logtailConfigs)).configs);
        } finally {
          client.close();
        }
      }
      const plan = planOf(configs);
      process.stdout.write(`${flags.json ? JSON.stringify(planJson(plan), null, 2) : planText(plan)}\n`);
      if (plan.writes > 0) process.exitCode = exitChanges;
    });
}
