import type { Counters, Durations } from "./counters";
import type { AgentStatus } from "./status-file";

export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What is read at one scrape. */
export interface Scrape {
  readonly status: AgentStatus;
  readonly counters: Counters;
  readonly process: {
    readonly residentBytes: number;
    readonly cpuSeconds: number;
    readonly openFiles: number | undefined;
    readonly startedAtSeconds: number;
  };
  /** Why the agent is stuck, or undefined while it is well. */
  readonly stuck: string | undefined;
}

export interface Metric {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly labels: readonly string[];
  readonly read: (scrape: Scrape) => readonly Sample[] | Durations;
}

const one = (value: number | undefined): Sample[] => (value === undefined ? [] : [{ value }]);

const ofQueue = ({ project, logstore }: { project: string; logstore: string }): Record<string, string> => ({
  project,
  logstore,
});
const logstore = ["project", "logstore"] as const;

const metric = (
  type: Metric["type"],
  name: string,
  help: string,
  labels: readonly string[],
  read: Metric["read"],
): Metric => ({ name, type, help, labels, read });

/** All that /metrics tells; the table in docs/agent.md is made from it. Names by the conventions of Prometheus. */
export const metrics: readonly Metric[] = [
  metric("gauge", "sls_agent_info", "Always 1; the version is a label.", ["version"], ({ status }) => [
    { labels: { version: status.version }, value: 1 },
  ]),
  metric("gauge", "sls_agent_healthy", "1 while lines move or there are none, 0 while the agent is stuck.", [], (s) =>
    one(s.stuck === undefined ? 1 : 0),
  ),
  metric("counter", "sls_agent_lines_accepted_total", "Lines taken from the inputs.", [], ({ status }) =>
    one(status.lines.accepted),
  ),
  metric("counter", "sls_agent_lines_recovered_total", "Lines of an earlier run read back from disk.", [], (s) =>
    one(s.status.lines.recovered),
  ),
  metric("counter", "sls_agent_lines_filtered_total", "Lines that a config's filter kept out.", ["config"], (s) =>
    Object.entries(s.status.lines.filtered).map(([config, value]) => ({ labels: { config }, value })),
  ),
  metric("counter", "sls_agent_lines_unfit_total", "Lines stored whole under content, by reason.", ["reason"], (s) =>
    Object.entries(s.status.lines.unfit).map(([reason, value]) => ({ labels: { reason }, value })),
  ),
  metric("counter", "sls_agent_lines_dropped_total", "Lines that are lost, by reason.", ["reason"], (s) =>
    Object.entries(s.status.lines.dropped).map(([reason, value]) => ({ labels: { reason }, value })),
  ),
  metric("counter", "sls_agent_datagrams_dropped_total", "Datagrams that are lost.", ["input", "by"], (s) =>
    s.counters.droppedDatagrams.all(),
  ),
  metric("counter", "sls_agent_idle_connections_ended_total", "Connections ended to make room.", ["input"], (s) =>
    s.counters.idleConnections.all(),
  ),
  metric("counter", "sls_agent_lines_sent_total", "Lines that Log Service has acknowledged.", logstore, (s) =>
    s.counters.sentLines.all(),
  ),
  metric("counter", "sls_agent_lines_set_aside_total", "Lines that Log Service refused for good.", logstore, (s) =>
    s.counters.setAsideLines.all(),
  ),
  metric("counter", "sls_agent_lines_resent_total", "Lines set aside that were sent after all.", logstore, (s) =>
    s.counters.resentLines.all(),
  ),
  metric("counter", "sls_agent_sent_bytes_total", "Bytes of acknowledged requests, compressed.", logstore, (s) =>
    s.counters.sentBytes.all(),
  ),
  metric("counter", "sls_agent_batches_sent_total", "Acknowledged PutLogs.", logstore, (s) =>
    s.counters.sentBatches.all(),
  ),
  metric(
    "counter",
    "sls_agent_send_failures_total",
    "PutLogs that failed and are tried again, by the service's error code.",
    [...logstore, "code"],
    (s) => s.counters.failedTries.all(),
  ),
  metric(
    "histogram",
    "sls_agent_send_duration_seconds",
    "Time of an acknowledged PutLogs.",
    [],
    (s) => s.counters.sendDuration,
  ),
  metric("gauge", "sls_agent_queue_lines", "Lines that wait to be sent or acknowledged.", logstore, ({ status }) =>
    status.queues.map((queue) => ({ labels: ofQueue(queue), value: queue.lines })),
  ),
  metric("gauge", "sls_agent_queue_bytes", "Bytes of these lines in the buffer.", logstore, ({ status }) =>
    status.queues.map((queue) => ({ labels: ofQueue(queue), value: queue.bytes })),
  ),
  metric(
    "gauge",
    "sls_agent_queue_oldest_timestamp_seconds",
    "When the oldest of these lines came, in unix seconds.",
    logstore,
    ({ status }) =>
      status.queues.flatMap((queue) =>
        queue.oldest === undefined ? [] : [{ labels: ofQueue(queue), value: Date.parse(queue.oldest) / 1000 }],
      ),
  ),
  metric("gauge", "sls_agent_set_aside_lines", "Lines that lie set aside.", logstore, ({ status }) =>
    status.setAside.map((each) => ({ labels: ofQueue(each), value: each.lines })),
  ),
  metric("gauge", "sls_agent_set_aside_bytes", "Bytes of these lines on disk.", logstore, ({ status }) =>
    status.setAside.map((each) => ({ labels: ofQueue(each), value: each.bytes })),
  ),
  metric("gauge", "sls_agent_buffer_memory_bytes", "Memory that unsent lines take.", [], ({ status }) =>
    one(status.buffer.memoryBytes),
  ),
  metric("gauge", "sls_agent_input_listening", "1 while an input takes lines, 0 else.", ["input"], ({ status }) =>
    status.inputs.map(({ input, state }) => ({ labels: { input }, value: state === "listening" ? 1 : 0 })),
  ),
  metric("gauge", "sls_agent_input_held", "1 while an input is held back, 0 else.", ["input"], ({ status }) =>
    status.inputs.map(({ input, state }) => ({ labels: { input }, value: state === "held" ? 1 : 0 })),
  ),
  metric("gauge", "sls_agent_input_connections", "Open connections.", ["input"], ({ status }) =>
    status.inputs.map(({ input, connections }) => ({ labels: { input }, value: connections })),
  ),
  metric("gauge", "sls_agent_configs", "Logtail configs in force.", [], ({ status }) => one(status.configs.length)),
  metric("gauge", "sls_agent_waiting", "1 for each thing that the agent waits for.", ["what"], ({ status }) =>
    Object.keys(status.waitingFor).map((what) => ({ labels: { what }, value: 1 })),
  ),
  metric("gauge", "sls_agent_clock_offset_seconds", "Service's clock less the machine's, where corrected.", [], (s) =>
    one(s.counters.clockOffsetSeconds),
  ),
  metric("counter", "process_cpu_seconds_total", "CPU time used, user and system.", [], (s) =>
    one(s.process.cpuSeconds),
  ),
  metric("gauge", "process_resident_memory_bytes", "Resident memory.", [], (s) => one(s.process.residentBytes)),
  metric("gauge", "process_open_fds", "Open files, where the system tells.", [], (s) => one(s.process.openFiles)),
  metric("gauge", "process_start_time_seconds", "Start, in unix seconds.", [], (s) => one(s.process.startedAtSeconds)),
];
