import { describe, expect, it } from "vitest";
import { Counters } from "../../../agent/status/counters";
import type { AgentEvent } from "../../../agent/status/events";
import { metrics, type Scrape } from "../../../agent/status/metrics";
import { prometheusText } from "../../../agent/status/prometheus";
import type { AgentStatus } from "../../../agent/status/status-file";

const status: AgentStatus = {
  version: "1.0.0",
  pid: 42,
  state: "running",
  startedAt: "2026-11-21T09:00:00.000Z",
  updatedAt: "2026-11-21T09:00:10.000Z",
  endpoint: "cn-hangzhou.log.aliyuncs.com",
  projects: ["p"],
  machine: { userDefinedIds: [], addresses: [] },
  configs: [],
  inputs: [],
  queues: [
    { project: "p", logstore: "l", lines: 2, bytes: 400, oldest: "2026-11-21T09:00:03.500Z", sender: "backingOff" },
    { project: "p", logstore: "idle", lines: 0, bytes: 0, sender: "idle" },
  ],
  setAside: [{ project: "p", logstore: "l", lines: 12, bytes: 3456 }],
  lines: {
    accepted: 10,
    sent: 8,
    setAside: 0,
    resent: 0,
    recovered: 0,
    filtered: { "p/errors-only": 4 },
    keptOnDisk: 0,
    dropped: { bufferFull: 7, tooOld: 0 },
    unfit: {},
  },
  buffer: { memoryBytes: 4096 },
  rates: { accepted: 0, sent: 0, sentBytes: 0 },
  sent: { batches: 0, bytes: 0, failedTries: 0 },
  waitingFor: {},
};

function told(...events: AgentEvent[]): string[] {
  const counters = new Counters();
  for (const event of events) counters.on(event);
  const scrape: Scrape = {
    status,
    counters,
    process: { residentBytes: 1, cpuSeconds: 1, openFiles: 1, startedAtSeconds: 1 },
    stuck: undefined,
  };
  return prometheusText(metrics, scrape).split("\n");
}

describe("metrics", () => {
  it("tell of each line that is lost, by reason, before the first one too", () => {
    expect(told()).toEqual(
      expect.arrayContaining([
        'sls_agent_lines_dropped_total{reason="bufferFull"} 7',
        'sls_agent_lines_dropped_total{reason="tooOld"} 0',
      ]),
    );
    const dropped: AgentEvent = { type: "DatagramsDropped", input: "udp", datagrams: 3, by: "kernel" };
    expect(told(dropped, dropped)).toContain('sls_agent_datagrams_dropped_total{input="udp",by="kernel"} 6');
    const ended: AgentEvent = { type: "IdleConnectionsEnded", input: "relp", connections: 128, sample: "" };
    expect(told(ended)).toContain('sls_agent_idle_connections_ended_total{input="relp"} 128');
  });

  it("tell since when the oldest line waits, what memory the buffer has, what lies set aside and what of it was sent", () => {
    const lines = told();
    expect(lines).toContain('sls_agent_queue_oldest_timestamp_seconds{project="p",logstore="l"} 1795251603.5');
    expect(lines.filter((line) => line.startsWith("sls_agent_queue_oldest_timestamp_seconds{"))).toHaveLength(1);
    expect(lines).toContain("sls_agent_buffer_memory_bytes 4096");
    expect(lines).toContain('sls_agent_set_aside_lines{project="p",logstore="l"} 12');
    const resent: AgentEvent = { type: "LinesResent", project: "p", logstore: "l", lines: 5, bytes: 9 };
    expect(told(resent, resent)).toContain('sls_agent_lines_resent_total{project="p",logstore="l"} 10');
  });
});
