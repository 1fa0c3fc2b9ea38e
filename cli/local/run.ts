import { resolve } from "node:path";
import { Command, Option } from "commander";
import { colors as pc } from "../../deploy/colors";
import { claimState, startLocalCloud } from "../../emulator";
import { regionProblem } from "../../sls";
import { addStateOption, providerEnv, stateDir, type LocalFlags } from "./options";
import { portOf } from "./port";

export interface RunFlags extends LocalFlags {
  readonly data?: string;
  readonly port: string;
  readonly region: string;
}

/** Throws what is wrong with them. */
export function checkRunFlags({ port, region }: RunFlags): { port: number; region: string } {
  const problem = regionProblem(region);
  if (problem !== undefined) throw new Error(`--region: ${problem}`);
  return { port: portOf(port), region };
}

export const addRunOptions = (command: Command): Command =>
  addStateOption(command)
    .addOption(new Option("--port <number>", "port on 127.0.0.1; 0: any free one").default("0"))
    .option(
      "--data <folder>",
      "keep all that it holds in this folder, from one start to the next; without it, all is gone at its end",
    )
    .option("--region <id>", "region of endpoints that do not name one", "cn-hangzhou")
    .option("--json", "print JSON");

export function runCommand(): Command {
  return addRunOptions(new Command("run"))
    .description("run the local cloud in the foreground, until Ctrl-C")
    .action(async (flags: RunFlags) => {
      const { port, region } = checkRunFlags(flags);
      const folder = stateDir(flags);
      const dataDir = flags.data === undefined ? undefined : resolve(flags.data);
      const claims = [claimState(folder)];
      try {
        if (dataDir !== undefined && dataDir !== folder) claims.push(claimState(dataDir));
        // Before anything listens: when it fails, nothing is left running.
        providerEnv(flags, "stand-in");
        const cloud = await startLocalCloud({
          stateDir: folder,
          ...(dataDir === undefined ? {} : { dataDir }),
          port,
          region,
        }).catch((error: NodeJS.ErrnoException) => {
          if (error.code !== "EADDRINUSE") throw error;
          throw new Error(`port ${port} is in use on 127.0.0.1; choose another with --port, or --port 0 for any`);
        });
        for (const claim of claims) claim.announce(cloud);
        const { url } = cloud;
        if (flags.json)
          process.stdout.write(`${JSON.stringify({ ready: true, port: cloud.port, pid: process.pid, url })}\n`);
        else
          process.stdout.write(
            `${pc.green("ready")} at ${url}, ${dataDir === undefined ? "all gone at its end" : `kept in ${dataDir}`}; Ctrl-C stops it\n`,
          );
        await new Promise<void>((resolve) => {
          for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => resolve());
        });
        await cloud.close();
      } finally {
        for (const claim of claims) claim.release();
      }
    });
}
