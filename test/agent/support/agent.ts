/** The whole agent in this process: real sockets, real files, the service in memory. */
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import * as net from "node:net";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Disk } from "../../../agent/buffer/disk";
import { loadSettings } from "../../../agent/config/settings";
import { Agent, type AgentEnd } from "../../../agent/run";
import type { AgentService } from "../../../agent/service";
import type { AgentEvent } from "../../../agent/status/events";
import { realWorld, type World } from "../../../agent/world";
import { FakeService } from "./fake-service";
import { temporaryFolder } from "./folder";

export interface AgentBench {
  readonly agent: Agent;
  readonly events: AgentEvent[];
  readonly folder: string;
  /** Of the input that listened last; 0 before one does. */
  port(): number;
  stop(ms?: number): Promise<AgentEnd>;
}

export function startAgent(
  service: AgentService,
  folder = temporaryFolder(),
  env: NodeJS.ProcessEnv = {},
  { world = realWorld, disk }: { world?: World; disk?: Disk } = {},
): AgentBench {
  writeFileSync(join(folder, "user_defined_id"), "logtail-id-dev\n");
  const settings = loadSettings({
    configDir: folder,
    env: { SLS_AGENT_LINGER_MS: "5", SLS_AGENT_CONCURRENCY: "1", ...env },
    flags: { endpoint: "http://nowhere", projects: ["my-project"], syslogPort: "0", dataDir: join(folder, "data") },
  });
  const events: AgentEvent[] = [];
  const emit = (event: AgentEvent): void => void events.push(event);
  const agent = new Agent({ settings, env: {}, service, world, emit, ...(disk ? { disk } : {}) });
  let stopped: Promise<AgentEnd> | undefined;
  const stop = (ms = 5_000): Promise<AgentEnd> => (stopped ??= agent.stop("test", ms));
  onTestFinished(() => stop(0).then(() => undefined));
  const port = (): number => {
    const listening = events.findLast((event) => event.type === "Listening");
    return listening?.type === "Listening" ? (listening.port ?? 0) : 0;
  };
  return { agent, events, folder, port, stop };
}

/** Has one config: lines of sys_tag go to my-store. */
export const boundService = (): FakeService => {
  const service = new FakeService();
  service.bind("my-group", ["logtail-id-dev"], { "my-config": ["sys_tag", "my-store"] });
  return service;
};

export const syslogLine = (msg: string): string =>
  `0.1 sys_tag ${Math.floor(Date.now() / 1000)} 127.0.0.1 vm user.info 0 app - -  ${msg}\n`;

/** On a connection of its own; resolves when the agent has taken all of it. */
export async function writeTo(port: number, text: string): Promise<void> {
  const socket = net.connect(port, "127.0.0.1");
  await once(socket, "connect");
  socket.end(text);
  socket.resume();
  await once(socket, "close");
}
