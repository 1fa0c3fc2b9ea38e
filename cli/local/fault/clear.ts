import { Command } from "commander";
import { clearFaults, removeFault } from "../../../emulator";
import { addStateOption, runningCloud, type LocalFlags } from "../options";

export function clearCommand(): Command {
  return addStateOption(new Command("clear"))
    .description("take rules out of force: those named, or all")
    .argument("[ids...]", "as `add` and `list` print them")
    .addHelpText("after", "\nExamples:\n  cdktf-sls local fault clear\n  cdktf-sls local fault clear f1 f3")
    .action(async (ids: string[], flags: LocalFlags) => {
      const cloud = await runningCloud(flags);
      if (ids.length === 0) await clearFaults(cloud);
      for (const id of ids) await removeFault(cloud, id);
      process.stdout.write("cleared\n");
    });
}
