import { Command, Option } from "commander";
import { colors as pc } from "../../deploy/colors";
import { claimState, startLocalCloud } from "../../emulator";
import { regionProblem } from "../../sls";
import { addStateOption, providerEnv, stateDir, type LocalFlags } from "./options";
import { portOf } from "./port";

export interface RunFlags extends LocalFlags {
  readonly port: string;
  readonly region: string;
  readonly metadataPort?: string;
}

export interface RunSettings {
  readonly port: number;
  readonly region: string;
  readonly metadataPort?: number;
}

/** Throws what is wrong with them. */
export function checkRunFlags({ port, region, metadataPort }: RunFlags): RunSettings {
  const problem = regionProblem(region);
  if (problem !== undefined) throw new Error(`--region: ${problem}`);
  const metadata = metadataPort === undefined ? {} : { metadataPort: portOf(metadataPort, "--metadata-port") };
  return { port: portOf(port), region, ...metadata };
}

export const addRunOptions = (command: Command): Command =>
  addStateOption(command)
    .addOption(new Option("--port <number>", "port on 127.0.0.1; 0: any free one").default("0"))
    .option("--region <id>", "region of endpoints that do not name one", "cn-hangzhou")
    .option("--metadata-port <number>", "serve ECS instance metadata on this port of 127.0.0.1 too; 0: any free one")
    .option("--json", "print JSON");

export function runCommand(): Command {
  return addRunOptions(new Command("run"))
    .description("run the local cloud in the foreground, until Ctrl-C")
    .action(async (flags: RunFlags) => {
      const { port, region, metadataPort } = checkRunFlags(flags);
      const folder = stateDir(flags);
      const claim = claimState(folder);
      try {
        // Before anything listens: when it fails, nothing is left running.
        providerEnv(flags, "stand-in");
        const cloud = await startLocalCloud({
          stateDir: folder,
          port,
          region,
          ...(metadataPort === undefined ? {} : { metadata: { port: metadataPort } }),
        }).catch((error: NodeJS.ErrnoException & { port?: number }) => {
          if (error.code !== "EADDRINUSE") throw error;
          const flag = error.port === metadataPort && error.port !== port ? "--metadata-port" : "--port";
          throw new Error(
            `port ${error.port ?? port} is in use on 127.0.0.1; choose another with ${flag}, or ${flag} 0 for any`,
          );
        });
        claim.announce(cloud);
        const { url, metadataUrl } = cloud;
        const ready = { ready: true, port: cloud.port, pid: process.pid, url, ...(metadataUrl ? { metadataUrl } : {}) };
        const more = metadataUrl ? `, metadata at ${metadataUrl}` : "";
        if (flags.json) process.stdout.write(`${JSON.stringify(ready)}\n`);
        else process.stdout.write(`${pc.green("ready")} at ${url}${more}, in memory; Ctrl-C stops it\n`);
        await new Promise<void>((resolve) => {
          for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => resolve());
        });
        await cloud.close();
      } finally {
        claim.release();
      }
    });
}
