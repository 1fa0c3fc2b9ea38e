import { Command } from "commander";
import { takeDown } from "../../../emulator";
import { addStateOption, runningCloud, type LocalFlags } from "../options";
import { millisecondsOf } from "./numbers";

export function downCommand(): Command {
  return addStateOption(new Command("down"))
    .description("close the port for a while: connections end, new ones are refused; what it holds stays")
    .requiredOption("--for <time>", "such as 5s or 2m, at most 1h")
    .addHelpText("after", "\nExample:\n  cdktf-sls local fault down --for 30s")
    .action(async (flags: LocalFlags & { readonly for: string }) => {
      await takeDown(await runningCloud(flags), millisecondsOf("--for", flags.for));
      process.stdout.write(`down for ${flags.for}\n`);
    });
}
