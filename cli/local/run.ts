import { resolve } from "node:path";
import { Command, Option } from "commander";
import { colors as pc } from "../../deploy/colors";
import { claimState, quotaLimits, startLocalCloud, type QuotaOptions } from "../../emulator";
import { regionProblem } from "../../sls";
import { addStateOption, providerEnv, stateDir, type LocalFlags } from "./options";
import { portOf } from "./port";

export interface RunFlags extends LocalFlags {
  readonly data?: string;
  readonly port: string;
  readonly region: string;
  readonly quotas: string;
}

/** Throws what is wrong with them. */
export function checkRunFlags({ port, region, quotas }: RunFlags): {
  port: number;
  region: string;
  quotas: QuotaOptions;
} {
  const problem = regionProblem(region);
  if (problem !== undefined) throw new Error(`--region: ${problem}`);
  return { port: portOf(port), region, quotas: quotasOf(quotas) };
}

function quotasOf(text: string): QuotaOptions {
  const quotas = text === "off" || text === "real" ? text : { scale: text === "" ? Number.NaN : Number(text) };
  try {
    quotaLimits(quotas);
    return quotas;
  } catch {
    throw new Error(`--quotas must be off, real, or a share of the real ones above 0, got ${JSON.stringify(text)}`);
  }
}

export const addRunOptions = (command: Command): Command =>
  addStateOption(command)
    .addOption(new Option("--port <number>", "port on 127.0.0.1; 0: any free one").default("0"))
    .option(
      "--data <folder>",
      "keep all that it holds in this folder, from one start to the next; without it, all is gone at its end",
    )
    .option("--region <id>", "region of endpoints that do not name one", "cn-hangzhou")
    .option("--quotas <which>", "limits of throughput: off, real, or a share of the real ones such as 0.01", "off")
    .option("--json", "print JSON");

export function runCommand(): Command {
  return addRunOptions(new Command("run"))
    .description("run the local cloud in the foreground, until Ctrl-C")
    .action(async (flags: RunFlags) => {
      const { port, region, quotas } = checkRunFlags(flags);
      const folder = stateDir(flags);
      const dataDir = flags.data === undefined ? undefined : resolve(flags.data);
      const claims = [claimState(folder)];
      try {
        if (dataDir !== undefined && dataDir !== folder) claims.push(claimState(dataDir));
        // Before anything listens: when it fails, nothing is left running.
        providerEnv(flags, "stand-in");
        const data = dataDir === undefined ? {} : { dataDir };
        const cloud = await startLocalCloud({ stateDir: folder, ...data, port, region, quotas }).catch(
          (error: NodeJS.ErrnoException) => {
            if (error.code !== "EADDRINUSE") throw error;
            throw new Error(`port ${port} is in use on 127.0.0.1; choose another with --port, or --port 0 for any`);
          },
        );
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
