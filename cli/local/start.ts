import { resolve } from "node:path";
import { Command } from "commander";
import { colors as pc } from "../../deploy/colors";
import { runningStatus, startDaemon, type LocalStatus } from "../../emulator";
import { stateDir, stateHint } from "./options";
import { addRunOptions, checkRunFlags, type RunFlags } from "./run";

/** Starts this very program again as `local run`. */
export function startInBackground(flags: RunFlags): Promise<LocalStatus> {
  const { port, region } = checkRunFlags(flags);
  const script = process.argv[1] ?? "";
  const own = ["--port", String(port), "--region", region, "--quotas", flags.quotas];
  const args = ["local", "run", "--state", stateDir(flags), ...own];
  if (flags.data !== undefined) args.push("--data", resolve(flags.data));
  return startDaemon({ stateDir: stateDir(flags), command: [process.execPath, script, ...args] });
}

export function startCommand(): Command {
  return addRunOptions(new Command("start"))
    .description("start the local cloud in the background; what it holds is gone when it stops, unless --data keeps it")
    .action(async (flags: RunFlags) => {
      const wanted = checkRunFlags(flags);
      const already = await runningStatus(stateDir(flags));
      if (already !== undefined)
        refuseOther(already, wanted, flags.data === undefined ? undefined : resolve(flags.data));
      const status = already ?? (await startInBackground(flags));
      if (flags.json) {
        process.stdout.write(`${JSON.stringify({ ...status, started: already === undefined })}\n`);
        return;
      }
      const hint = stateHint(flags);
      process.stdout.write(
        `${pc.green(already ? "already running" : "started")}: ${status.url} (pid ${status.pid})\n` +
          `  npx cdktf-sls local exec${hint} -- COMMAND    runs COMMAND inside it\n` +
          `  eval "$(npx cdktf-sls local env${hint})"      the same for this shell\n` +
          `  npx cdktf-sls local stop${hint}\n`,
      );
    });
}

/** What runs cannot be changed: better to say so than to be silent. */
function refuseOther(
  running: LocalStatus,
  { port, region }: { port: number; region: string },
  data: string | undefined,
): void {
  const url = new URL(running.url);
  const sameData = data === undefined || data === running.data;
  if ((port === 0 || String(port) === url.port) && region === running.region && sameData) return;
  throw new Error(
    `a local cloud with this state folder runs already, at ${running.url} in region ${running.region}, ` +
      `${running.data === undefined ? "with no data folder" : `with its data in ${running.data}`} (pid ${running.pid}); ` +
      `stop it first, or give another --state`,
  );
}
