import { fork, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import { join, resolve } from "node:path";

/** Ticks of /proc/PID/stat a second, as Linux has them everywhere. */
const ticks = 100;

export interface Usage {
  readonly cpuSeconds: number;
  readonly residentMb: number;
  readonly highestMb: number;
}

export function usageOf(pid: number): Usage {
  const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  const status = fs.readFileSync(`/proc/${pid}/status`, "utf8");
  const mb = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
  return {
    cpuSeconds: (Number(stat[11]) + Number(stat[12])) / ticks,
    residentMb: mb("VmRSS"),
    highestMb: mb("VmHWM"),
  };
}

export interface SinkCounts {
  readonly requests: number;
  readonly bytes: number;
  readonly rawBytes: number;
  readonly tcpBytes: number;
  readonly ages: readonly number[];
}

export interface Sink {
  readonly http: number;
  readonly tcp: number;
  readonly process: ChildProcess;
  counts(): Promise<SinkCounts>;
  close(): Promise<void>;
}

const typescript = { execArgv: ["-r", "ts-node/register/transpile-only"] };

export async function startSink(options: readonly string[] = []): Promise<Sink> {
  const child = fork(join(__dirname, "sink.ts"), [...options], { ...typescript, serialization: "advanced" });
  const [ports] = (await once(child, "message")) as [{ http: number; tcp: number }];
  return {
    ...ports,
    process: child,
    counts: async () => {
      child.send({});
      const [counts] = (await once(child, "message")) as [SinkCounts];
      return counts;
    },
    close: async () => {
      child.disconnect();
      await once(child, "exit");
    },
  };
}

export type LineFormat = "sls" | "sls-extended" | "rfc3164" | "rfc5424" | "rfc5424-data";

/** Resolves when all lines are written and the peer has closed. */
export async function load(port: number, format: LineFormat, lines: number, perSecond = 0): Promise<void> {
  const child = fork(join(__dirname, "load.ts"), [port, format, lines, perSecond].map(String), typescript);
  await once(child, "exit");
}

export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  await once(child, "exit");
}

/** What the unit sets for the agent's process. */
function unitEnvironment(): NodeJS.ProcessEnv {
  const unit = fs.readFileSync(join(__dirname, "../../images/agent/logtail.service"), "utf8");
  return Object.fromEntries([...unit.matchAll(/^Environment=(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]));
}

/** `--node FILE`: the agent runs with that Node. */
const nodeAt = process.argv.indexOf("--node");
export const agentNode = nodeAt < 0 ? process.execPath : resolve(process.argv[nodeAt + 1] ?? "");

/** The agent as it is delivered, in a folder of its own; listens when it is returned. */
export async function startAgent(
  folder: string,
  sinkPort: number,
  env: NodeJS.ProcessEnv = {},
  nodeArgs: readonly string[] = [],
): Promise<{ readonly process: ChildProcess; readonly port: number }> {
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(join(folder, "user_defined_id"), "bench\n");
  const ready = join(folder, "ready");
  const bundle = join(__dirname, "..", "..", "dist", "sls-agent.cjs");
  const args = [
    "run",
    "--config-dir",
    folder,
    "--data-dir",
    join(folder, "data"),
    "--port",
    "0",
    "--ready-file",
    ready,
  ];
  const child = spawn(agentNode, [...nodeArgs, bundle, ...args, "--project", "bench-project"], {
    stdio: ["ignore", fs.openSync(join(folder, "log"), "a"), "inherit"],
    env: {
      ...process.env,
      ...unitEnvironment(),
      // The sink is the proxy that every name leads to.
      SLS_AGENT_ENDPOINT: "http://cn-hangzhou.log.aliyuncs.com",
      HTTP_PROXY: `http://127.0.0.1:${sinkPort}`,
      ALIBABA_CLOUD_ACCESS_KEY_ID: "bench",
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: "bench",
      ...env,
    },
  });
  const end = performance.now() + 20_000;
  while (!fs.existsSync(ready)) {
    if (performance.now() > end) throw new Error(`the agent does not listen; see ${join(folder, "log")}`);
    if (child.exitCode !== null) throw new Error(`the agent ended with ${child.exitCode}; see ${join(folder, "log")}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { process: child, port: (JSON.parse(fs.readFileSync(ready, "utf8")) as { port: number }).port };
}
