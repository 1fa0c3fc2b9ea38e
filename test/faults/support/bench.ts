import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import * as net from "node:net";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { startLocalCloud, type LocalCloud } from "../../../emulator";
import { SlsClient, proxyFromEnv, staticCredentials } from "../../../sls/client";
import { spawnAgent, type RunningAgent } from "../../agent/support/bundle";
import { allLogs, bindSyslogConfig } from "../../support/local-cloud";

const endpoint = "http://cn-hangzhou.log.aliyuncs.com";
const project = "my-project";
const logstore = "my-store";

export interface Outcome {
  readonly in: number;
  readonly stored: number;
  readonly lost: number;
  readonly doubled: number;
}

/** A local cloud with a bound config, and a data folder for agents, one after the other. */
export class FaultBench {
  private constructor(
    readonly cloud: LocalCloud,
    private readonly client: SlsClient,
    private readonly agentPath: string,
    private readonly config: string,
    readonly data: string,
  ) {}

  static async start(folder: string, agentPath: string, data = join(folder, "data")): Promise<FaultBench> {
    const cloud = await startLocalCloud({ stateDir: join(folder, "cloud") });
    onTestFinished(() => cloud.close());
    const { HTTP_PROXY } = cloud.env();
    const proxy = proxyFromEnv({ HTTP_PROXY });
    const client = new SlsClient({ endpoint, credentials: staticCredentials(cloud.credentials), proxy });
    onTestFinished(() => client.close());
    await client.createProject(project, { description: "" });
    await client.createLogStore(project, logstore, { ttl: 1, shardCount: 1 });
    await client.createIndex(project, logstore, { line: { token: [" "], caseSensitive: false, chn: false } });
    await bindSyslogConfig(client, project, logstore);
    const config = join(folder, "etc");
    mkdirSync(config);
    writeFileSync(join(config, "user_defined_id"), "logtail-id-dev\n");
    return new FaultBench(cloud, client, agentPath, config, data);
  }

  agent(env: NodeJS.ProcessEnv = {}, ...more: readonly string[]): RunningAgent {
    // prettier-ignore
    const args = ["run", "--config-dir", this.config, "--data-dir", this.data, "--project", project, "--endpoint", endpoint, "--port", "0", "--poll-seconds", "1", ...more];
    return spawnAgent(this.agentPath, args, { ...this.cloud.env(), ...env });
  }

  /** How often each line is stored. */
  async stored(): Promise<ReadonlyMap<string, number>> {
    const times = new Map<string, number>();
    for (const { msg = "" } of await allLogs(this.client, project, logstore)) times.set(msg, (times.get(msg) ?? 0) + 1);
    return times;
  }

  /** Prints and returns what came of lines 0 … count - 1. */
  async outcome(name: string, count: number): Promise<Outcome> {
    const times = await this.stored();
    let stored = 0;
    for (const n of times.values()) stored += n;
    const outcome = { in: count, stored, lost: count - times.size, doubled: stored - times.size };
    process.stdout.write(`${name}: ${JSON.stringify(outcome)}\n`);
    return outcome;
  }
}

/** Sends numbered lines at a pace, from `first` on, until told to stop or the connection ends. Returns the next number. */
export async function stream(port: number, first: number, perSecond: number, stop: () => boolean): Promise<number> {
  const socket = net.connect(port, "127.0.0.1");
  await once(socket, "connect");
  let over = false;
  socket.on("close", () => (over = true));
  socket.on("error", () => (over = true));
  let next = first;
  const begun = performance.now();
  while (!over && !stop()) {
    const due = first + Math.ceil(((performance.now() - begun) / 1000) * perSecond);
    let text = "";
    for (; next < due; next++) text += line(next);
    if (text !== "") socket.write(text);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  if (!over) {
    socket.end();
    socket.resume();
    await once(socket, "close");
  }
  return next;
}

const line = (n: number): string =>
  `0.1 sys_tag ${Math.floor(Date.now() / 1000)} 127.0.0.1 vm user.info 0 app - -  ${n}\n`;

export async function portOf(agent: RunningAgent): Promise<number> {
  return (await agent.awaitEvent("Listening"))["port"] as number;
}

/** Ends the agent in order, which sends what it has. */
export async function endOf(agent: RunningAgent): Promise<Record<string, unknown>> {
  agent.process.kill("SIGTERM");
  await agent.ended;
  return agent.events().at(-1) ?? {};
}
