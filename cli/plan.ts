import { writeFileSync } from "node:fs";
import { Command } from "commander";
import { gitlabReport, makePlan, planJson, planOf, planText, type ConfigPlan, type Orphan } from "../deploy";
import { addDeployOptions, checkNames, checkPruneProd, ownersOf, type DeployFlags } from "./deploy-options";
import { clientFor, readStacks } from "./service-options";

const exitChanges = 2;

export function planCommand(): Command {
  return addDeployOptions(new Command("plan"))
    .description("show what `cdktf-sls deploy` would change in the service")
    .addHelpText("after", "\nExit codes: 0 nothing to change, 2 changes, 1 error")
    .action(async (flags: DeployFlags) => {
      const stacks = await readStacks(flags);
      checkNames(flags, stacks);
      const owners = ownersOf(flags, stacks);
      checkPruneProd(flags, owners);
      const configs: ConfigPlan[] = [];
      const orphans: Orphan[] = [];
      for (const [i, stack] of stacks.entries()) {
        const owner = owners[i] ?? "";
        const { client, close } = clientFor(flags, stack.manifest.region);
        try {
          const prune = flags.prune === true || flags.pruneProd === owner;
          const options = { owner, force: flags.force === true, prune };
          const plan = await makePlan(client, stack.manifest.logtailConfigs, {
            ...options,
            ...(flags.only ? { only: flags.only } : {}),
          });
          configs.push(...plan.configs);
          orphans.push(...plan.orphans);
        } finally {
          close();
        }
      }
      const plan = planOf(configs, orphans);
      if (flags.gitlabReport) writeFileSync(flags.gitlabReport, gitlabReport(plan.configs));
      process.stdout.write(`${flags.json ? JSON.stringify(planJson(plan), null, 2) : planText(plan)}\n`);
      if (plan.changes > 0) process.exitCode = exitChanges;
    });
}
