/** A machine and a local cloud with a config bound to it, for tests of the agent as a process. */
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import * as net from "node:net";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { LocalCloudOptions } from "../../../emulator";
import type { SlsClient } from "../../../sls/client";
import {
  allLogs,
  bindSyslogConfig,
  clientOf,
  testCloud,
  withLogstore,
  type TestCloud,
} from "../../support/local-cloud";
import type { RunningAgent } from "./bundle";
import { temporaryFolder } from "./folder";

export interface CloudBench {
  readonly cloud: TestCloud;
  readonly client: SlsClient;
  /** Configuration folder, with the machine's id in it. */
  readonly config: string;
  readonly data: string;
  readonly project: string;
  readonly logstore: string;
  /** Arguments of `run`, and others. */
  args(endpoint: string): string[];
  /** Field `msg` of all that is stored. */
  messages(): Promise<string[]>;
}

export async function cloudBench(options: Partial<LocalCloudOptions> = {}): Promise<CloudBench> {
  const folder = temporaryFolder();
  const cloud = await testCloud(options);
  onTestFinished(() => cloud.close());
  const now = options.now ?? ((): Date => new Date());
  const client = clientOf(cloud, { now });
  onTestFinished(() => client.close());
  const { project, logstore } = await withLogstore(cloud);
  await bindSyslogConfig(client, project, logstore);
  const config = join(folder, "etc");
  const data = join(folder, "data");
  mkdirSync(config);
  writeFileSync(join(config, "user_defined_id"), "logtail-id-dev\n");
  return {
    cloud,
    client,
    config,
    data,
    project,
    logstore,
    // prettier-ignore
    args: (endpoint) => ["--config-dir", config, "--data-dir", data, "--project", project, "--endpoint", endpoint, "--port", "0", "--poll-seconds", "1"],
    messages: async () => (await allLogs(client, project, logstore, now())).map((log) => log["msg"] ?? ""),
  };
}

export const syslogLine = (msg: string, at = Date.now()): string =>
  `0.1 sys_tag ${Math.floor(at / 1000)} 127.0.0.1 vm user.info 0 app - -  ${msg}\n`;

/** Lines over one connection; resolves when the agent has taken them. */
export const writeLines = (agent: RunningAgent, messages: readonly string[], at?: number): Promise<void> =>
  send(agent, messages.map((msg) => syslogLine(msg, at)).join(""));

/** The same with one line as it is. */
export const sendLine = (agent: RunningAgent, line: string): Promise<void> => send(agent, `${line}\n`);

async function send(agent: RunningAgent, text: string): Promise<void> {
  const { port } = await agent.awaitEvent("Listening");
  const socket = net.connect(port as number, "127.0.0.1");
  await once(socket, "connect");
  socket.end(text);
  socket.resume();
  await once(socket, "close");
}

/** SIGTERM; resolves to the last event of an agent that ended well. */
export async function stopped(agent: RunningAgent): Promise<Record<string, unknown>> {
  agent.process.kill("SIGTERM");
  const code = await agent.ended;
  if (code !== 0) throw new Error(`the agent ended with ${code}: ${agent.errors()}`);
  return agent.events().at(-1) ?? {};
}
