import { Command } from "commander";
import { faultsOf } from "../../../emulator";
import { addStateOption, runningCloud, type LocalFlags } from "../options";

export function listCommand(): Command {
  return addStateOption(new Command("list"))
    .description("list the rules in force: how many requests each saw, and made fail")
    .option("--json", "print JSON, an object a line")
    .addHelpText("after", "\nExample:\n  cdktf-sls local fault list --json | jq .hits")
    .action(async (flags: LocalFlags) => {
      const faults = await faultsOf(await runningCloud(flags));
      for (const fault of faults) {
        const { id, rule, seen, hits } = fault;
        const line = flags.json ? JSON.stringify(fault) : `${id}  ${hits} of ${seen}  ${JSON.stringify(rule)}`;
        process.stdout.write(`${line}\n`);
      }
      if (faults.length === 0 && !flags.json) process.stdout.write("no faults\n");
    });
}
