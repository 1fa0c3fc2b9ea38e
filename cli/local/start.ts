import { Command } from "commander";
import pc from "picocolors";
import { runningStatus, startDaemon, type LocalStatus } from "../../emulator";
import { stateDir, type LocalFlags } from "./options";
import { portOf } from "./port";
import { addRunOptions } from "./run";

interface StartFlags extends LocalFlags {
  readonly port: string;
  readonly region: string;
}

/** Starts this very program again as `local run`. */
export function startInBackground(flags: StartFlags): Promise<LocalStatus> {
  const script = process.argv[1] ?? "";
  const args = [
    "local",
    "run",
    "--state",
    stateDir(flags),
    "--port",
    String(portOf(flags.port)),
    "--region",
    flags.region,
  ];
  return startDaemon({ stateDir: stateDir(flags), command: [process.execPath, script, ...args] });
}

export function startCommand(): Command {
  return addRunOptions(new Command("start"))
    .description("start the local cloud in the background; what it holds is gone when it stops")
    .action(async (flags: StartFlags) => {
      const already = await runningStatus(stateDir(flags));
      const status = already ?? (await startInBackground(flags));
      if (flags.json) {
        process.stdout.write(`${JSON.stringify({ ...status, started: already === undefined })}\n`);
        return;
      }
      process.stdout.write(
        `${pc.green(already ? "already running" : "started")}: ${status.url} (pid ${status.pid})\n` +
          `  npx cdktf-sls local exec -- COMMAND    runs COMMAND inside it\n` +
          `  eval "$(npx cdktf-sls local env)"      the same for this shell\n` +
          `  npx cdktf-sls local stop\n`,
      );
    });
}
