import { Command } from "commander";
import { stopDaemon } from "../../emulator";
import { addStateOption, stateDir, type LocalFlags } from "./options";

export function stopCommand(): Command {
  return addStateOption(new Command("stop"))
    .description("stop the local cloud")
    .action(async (flags: LocalFlags) => {
      process.stdout.write((await stopDaemon(stateDir(flags))) ? "stopped\n" : "it was not running\n");
    });
}
