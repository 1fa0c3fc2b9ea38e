/** The agent in this process, with a world and a disk of the test's own, and the real way to the local cloud. */
import { onTestFinished } from "vitest";
import type { Disk } from "../../../agent/buffer/disk";
import { loadSettings } from "../../../agent/config/settings";
import { Agent, type AgentEnd } from "../../../agent/run";
import { realService } from "../../../agent/service";
import type { AgentEvent } from "../../../agent/status/events";
import type { World } from "../../../agent/world";
import { until } from "../../agent/support/world";
import { endpoint, project, type FaultBench } from "./bench";

export interface AgentHere {
  readonly agent: Agent;
  readonly events: AgentEvent[];
  /** Of the input that listened first. */
  readonly port: number;
  count(type: AgentEvent["type"]): number;
  /** Resolves at the next event of this type. */
  next(type: AgentEvent["type"]): Promise<void>;
  stop(): Promise<AgentEnd>;
}

export async function agentHere(
  bench: FaultBench,
  world: World,
  { env = {}, disk }: { env?: NodeJS.ProcessEnv; disk?: Disk } = {},
): Promise<AgentHere> {
  const { accessKeyId, accessKeySecret } = bench.cloud.credentials;
  const around = {
    HTTP_PROXY: bench.cloud.url,
    ALIBABA_CLOUD_ACCESS_KEY_ID: accessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: accessKeySecret,
    SLS_AGENT_SYSLOG_PORT: "0",
    SLS_AGENT_ENDPOINT: endpoint,
    SLS_AGENT_PROJECTS: project,
    SLS_AGENT_DATA_DIR: bench.data,
    ...env,
  };
  const settings = loadSettings({ env: around, flags: {}, configDir: bench.config });
  const events: AgentEvent[] = [];
  const emit = (event: AgentEvent): void => void events.push(event);
  const service = realService(settings, around);
  const agent = new Agent({ settings, env: around, service, world, emit, ...(disk ? { disk } : {}) });
  let stopped: Promise<AgentEnd> | undefined;
  const stop = (): Promise<AgentEnd> => (stopped ??= agent.stop("the test", 20_000));
  onTestFinished(async () => void (await stop()));
  const count: AgentHere["count"] = (type) => events.filter((event) => event.type === type).length;
  await until("the agent listens", () => count("Listening") > 0);
  const listening = events.find((event) => event.type === "Listening");
  return {
    agent,
    events,
    port: listening?.type === "Listening" ? (listening.port ?? 0) : 0,
    count,
    next: (type) => {
      const before = count(type);
      return until(`one more ${type}`, () => count(type) > before);
    },
    stop,
  };
}
