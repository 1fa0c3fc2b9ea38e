import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { startLocalCloud, type LocalCloud, type LocalCloudOptions } from "../../../emulator";
import { SlsClient, proxyFromEnv, staticCredentials } from "../../../sls/client";
import { spawnAgent, type RunningAgent } from "../../agent/support/bundle";
import { temporaryFolder } from "../../agent/support/folder";
import { bindSyslogConfig } from "../../support/local-cloud";
import { freePort } from "../../support/ports";
import { report, type Outcome } from "./outcome";
import { LogReader, type CloudAddress } from "./pull";

export const endpoint = "http://cn-hangzhou.log.aliyuncs.com";
export const project = "my-project";
const logstore = "my-store";
const agentId = "logtail-id-dev";

/** A local cloud with a bound config, and a data folder for agents, one after the other. */
export class FaultBench<C extends CloudAddress = LocalCloud> {
  readonly client: SlsClient;
  readonly config: string;
  data: string;
  private readonly found = new Map<string, { readonly reader: LogReader; readonly times: Map<number, number> }>();

  constructor(
    readonly cloud: C,
    readonly folder: string,
    private readonly agentPath: string,
    private readonly cloudNow: () => Date = () => new Date(),
  ) {
    const credentials = staticCredentials(cloud.credentials);
    this.client = new SlsClient({
      endpoint,
      credentials,
      proxy: proxyFromEnv({ HTTP_PROXY: cloud.url }),
      now: cloudNow,
    });
    onTestFinished(() => this.client.close());
    this.config = join(folder, "etc");
    this.data = join(folder, "data");
    mkdirSync(this.config);
    writeFileSync(join(this.config, "user_defined_id"), `${agentId}\n`);
  }

  /** With a local cloud in this process. */
  static async start(agentPath: string, options: Partial<LocalCloudOptions> = {}): Promise<FaultBench> {
    const folder = temporaryFolder();
    // It may be away for a while, and needs its port again.
    const port = await freePort();
    const cloud = await startLocalCloud({ stateDir: join(folder, "cloud"), port, ...options });
    onTestFinished(() => cloud.close());
    const bench = new FaultBench(cloud, folder, agentPath, options.now);
    await bench.setUp();
    return bench;
  }

  /** Project, logstore, machine group, config. */
  async setUp(): Promise<void> {
    await this.client.createProject(project, { description: "" });
    await this.client.createLogStore(project, logstore, { ttl: 30, shardCount: 1 });
    await bindSyslogConfig(this.client, project, logstore, { machineList: [agentId] });
  }

  agent(env: NodeJS.ProcessEnv = {}, ...more: readonly string[]): RunningAgent {
    const { accessKeyId, accessKeySecret } = this.cloud.credentials;
    // prettier-ignore
    const args = ["run", "--config-dir", this.config, "--data-dir", this.data, "--project", project, "--endpoint", endpoint, "--port", "0", "--poll-seconds", "1", ...more];
    return spawnAgent(this.agentPath, args, {
      HTTP_PROXY: this.cloud.url,
      ALIBABA_CLOUD_ACCESS_KEY_ID: accessKeyId,
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: accessKeySecret,
      // An end in order has the time that it needs, on a slow machine and after failures too.
      SLS_AGENT_DRAIN_SECONDS: "120",
      ...env,
    });
  }

  /** How often each line is stored, by its number. Lines end in their number. */
  async stored(store = logstore): Promise<ReadonlyMap<number, number>> {
    let found = this.found.get(store);
    if (found === undefined) {
      found = { reader: new LogReader(this.cloud, project, store), times: new Map() };
      this.found.set(store, found);
    }
    const { reader, times } = found;
    for (const { logs } of await reader.next(this.cloudNow())) {
      for (const { contents } of logs) {
        const [, text = ""] = contents.find(([key]) => key === "msg" || key === "content") ?? [];
        const n = Number(/\d+\s*$/.exec(Buffer.from(text).toString())?.[0]);
        times.set(n, (times.get(n) ?? 0) + 1);
      }
    }
    return times;
  }

  /** Waits, for a minute at most, until lines 0 … count - 1 are stored; what is missing then is for `outcome` to say. */
  async allStored(count: number, ms = 60_000): Promise<void> {
    const end = performance.now() + ms;
    while ((await this.stored()).size < count && performance.now() < end) await pause(100);
  }

  /** What came of lines 0 … count - 1, for the table too. */
  async outcome(name: string, count: number, ...stores: readonly string[]): Promise<Outcome> {
    const times = new Map(await this.stored());
    for (const store of stores) {
      for (const [n, more] of await this.stored(store)) times.set(n, (times.get(n) ?? 0) + more);
    }
    const outcome = outcomeOf(times, count);
    report(name, outcome);
    return outcome;
  }
}

export function outcomeOf(times: ReadonlyMap<number, number>, count: number): Outcome {
  let stored = 0;
  for (const [n, often] of times) {
    if (!(n >= 0 && n < count)) throw new Error(`line ${n} is stored, which was never sent`);
    stored += often;
  }
  return { in: count, stored, lost: count - times.size, doubled: stored - times.size };
}

/** Between two looks at something that tells nothing by itself, or for lines to flow. */
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Of a TCP or RELP input. */
export async function portOf(agent: RunningAgent): Promise<number> {
  return (await agent.awaitEvent("Listening"))["port"] as number;
}

/** Ends the agent in order, which sends what it has. */
export async function endOf(agent: RunningAgent): Promise<Record<string, unknown>> {
  agent.process.kill("SIGTERM");
  await agent.ended;
  return agent.events().at(-1) ?? {};
}
