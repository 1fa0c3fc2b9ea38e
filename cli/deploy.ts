import { Command } from "commander";
import { applyPlan, eventText, makePlan, planJson, planText, type DeployEvent } from "../deploy";
import { addServiceOptions, clientFor, readStacks, type ServiceFlags } from "./service-options";

export function deployCommand(): Command {
  return addServiceOptions(new Command("deploy"))
    .description(
      "make the Logtail configs in the service equal to what the code says, and bind them to their machine groups",
    )
    .addHelpText("after", "\nRun it after `cdktf deploy`. A second run writes nothing. Exit codes: 0 done, 1 error")
    .action(async (flags: ServiceFlags) => {
      const print = (text: string): boolean => !flags.json && process.stdout.write(`${text}\n`);
      const plans: object[] = [];
      const events: DeployEvent[] = [];
      const onEvent = (event: DeployEvent): void => {
        events.push(event);
        print(eventText(event));
      };
      try {
        for (const { manifest } of await readStacks(flags)) {
          const client = clientFor(flags, manifest.region);
          try {
            const plan = await makePlan(client, manifest.logtailConfigs);
            print(planText(plan));
            plans.push(planJson(plan));
            await applyPlan(client, plan, { onEvent });
          } finally {
            client.close();
          }
        }
        print(`${events.length} ${events.length === 1 ? "write" : "writes"} sent.`);
      } finally {
        // After an error too: what was written stays written.
        if (flags.json) process.stdout.write(`${JSON.stringify({ writes: events.length, events, plans }, null, 2)}\n`);
      }
    });
}
