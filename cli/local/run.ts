import { Command, Option } from "commander";
import pc from "picocolors";
import { announce, runningStatus, startLocalCloud } from "../../emulator";
import { addStateOption, providerEnv, stateDir, type LocalFlags } from "./options";
import { portOf } from "./port";

interface RunFlags extends LocalFlags {
  readonly port: string;
  readonly region: string;
}

export const addRunOptions = (command: Command): Command =>
  addStateOption(command)
    .addOption(new Option("--port <number>", "port on 127.0.0.1; 0: any free one").default("0"))
    .option("--region <id>", "region of endpoints that do not name one", "cn-hangzhou")
    .option("--json", "print JSON");

export function runCommand(): Command {
  return addRunOptions(new Command("run"))
    .description("run the local cloud in the foreground, until Ctrl-C")
    .action(async (flags: RunFlags) => {
      const folder = stateDir(flags);
      const other = await runningStatus(folder);
      if (other) throw new Error(`a local cloud with this state folder runs already (pid ${other.pid}, ${other.url})`);
      // Before anything listens: when it fails, nothing is left running.
      const provider = providerEnv(flags, "stand-in");
      const cloud = await startLocalCloud({ stateDir: folder, port: portOf(flags.port), region: flags.region }).catch(
        (error: NodeJS.ErrnoException) => {
          if (error.code !== "EADDRINUSE") throw error;
          throw new Error(`port ${flags.port} is in use on 127.0.0.1; choose another with --port, or --port 0 for any`);
        },
      );
      const announced = announce(folder, cloud);
      const { port, url } = cloud;
      const ready = { port, pid: process.pid, url, env: { ...cloud.env(), ...provider } };
      if (flags.json) process.stdout.write(`${JSON.stringify(ready)}\n`);
      else process.stdout.write(`${pc.green("ready")} at ${url}, in memory; Ctrl-C stops it\n`);
      await new Promise<void>((resolve) => {
        for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => resolve());
      });
      announced.forget();
      await cloud.close();
    });
}
