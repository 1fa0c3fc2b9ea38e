import { Command } from "commander";
import { colors as pc } from "../../deploy/colors";
import { runningStatus, type LocalStatus } from "../../emulator";
import { addStateOption, stateDir, stateHint, type LocalFlags } from "./options";

/** As of init scripts: the program is not running. */
const exitNotRunning = 3;

const counted = (status: LocalStatus): string =>
  [
    `${status.projects} projects`,
    `${status.logstores} logstores`,
    `${status.machineGroups} machine groups`,
    `${status.configs} Logtail configs`,
    `${status.requests} requests${status.unsupported > 0 ? ` (${status.unsupported} unsupported)` : ""}`,
    ...(status.faults > 0 ? [`${status.faults} fault rules in force`] : []),
  ].join(", ");

export function statusCommand(): Command {
  return addStateOption(new Command("status"))
    .description("say whether the local cloud runs")
    .option("--json", "print JSON")
    .addHelpText("after", "\nExit codes: 0 it runs, 3 it does not")
    .action(async (flags: LocalFlags) => {
      const status = await runningStatus(stateDir(flags));
      if (flags.json) process.stdout.write(`${JSON.stringify(status ?? { running: false })}\n`);
      else if (status === undefined)
        process.stdout.write(`not running; start it with: npx cdktf-sls local start${stateHint(flags)}\n`);
      else {
        process.stdout.write(
          `${pc.green("running")}: ${status.url} (pid ${status.pid}), region ${status.region}, ` +
            `${counted(status)}, ${status.data === undefined ? "all gone at its end" : `kept in ${status.data}`}\n`,
        );
        if (status.damages > 0)
          process.stdout.write(
            `${pc.yellow("warning")}: ${status.damages} parts of the stored logs could not be read\n`,
          );
      }
      if (status === undefined) process.exitCode = exitNotRunning;
    });
}
