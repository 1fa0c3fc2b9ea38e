import type { AgentStatus, InputStatus } from "./status-file";

export const stateOf = ({ state, readingBack }: Partial<Pick<AgentStatus, "state" | "readingBack">>): string =>
  readingBack === undefined
    ? (state ?? unknown)
    : `${state}, reading back segment ${readingBack.segment} of ${readingBack.segments} of ${readingBack.project}/${readingBack.logstore}`;

/** `127.0.0.1:11111`, the path of a socket, a command. */
export const placeOf = ({ address, port }: InputStatus): string =>
  port === undefined ? address : `${address}:${port}`;

const unknown = "unknown";
const noLines: AgentStatus["lines"] = {
  accepted: 0,
  sent: 0,
  setAside: 0,
  resent: 0,
  recovered: 0,
  keptOnDisk: 0,
  filtered: {},
  dropped: {},
  unfit: {},
};

/** With what an agent of another version does not tell. */
const completed = (found: Partial<AgentStatus>) => ({
  version: found.version ?? unknown,
  pid: found.pid ?? unknown,
  state: stateOf(found),
  startedAt: found.startedAt ?? unknown,
  endpoint: found.endpoint ?? unknown,
  projects: found.projects ?? [],
  machine: { userDefinedIds: [], addresses: [], ...found.machine },
  configs: found.configs ?? [],
  inputs: found.inputs ?? [],
  queues: found.queues ?? [],
  setAside: found.setAside ?? [],
  lines: { ...noLines, ...found.lines },
  diskProblem: found.buffer?.diskProblem,
  rates: { accepted: 0, sent: 0, sentBytes: 0, ...found.rates },
  sent: { batches: 0, bytes: 0, failedTries: 0, ...found.sent },
  waitingFor: found.waitingFor ?? {},
  lastError: found.lastError,
});

/** The status for a person, ten lines or so. It may be of another version of the agent. */
export function describeStatus(found: Partial<AgentStatus>, alive: boolean): string {
  const status = completed(found);
  const { lines, rates, sent } = status;
  const unfit = Object.entries(lines.unfit);
  const dropped = Object.entries(lines.dropped).filter(([, count]) => count > 0);
  const rows: (readonly [string, string])[] = [
    [
      "agent",
      `${status.version}, pid ${status.pid}, ${alive ? status.state : "not running"}, since ${status.startedAt}`,
    ],
    ["service", `${status.endpoint}, projects ${status.projects.join(", ")}`],
    [
      "machine",
      `ids ${status.machine.userDefinedIds.join(", ") || "none"}; addresses ${status.machine.addresses.join(", ") || "none"}`,
    ],
    ...status.configs.flatMap((c) => [
      ["config", `${c.project}/${c.config}: tag ${c.tag} -> ${c.logstore} (group ${c.group})`] as const,
      ...(c.notApplied ?? []).map((what) => ["", `  not applied: ${what}`] as const),
    ]),
    ...status.inputs.map(
      (i) => ["input", `${i.input} ${placeOf(i)}, ${i.state}, ${i.connections} connection(s)`] as const,
    ),
    ...status.queues.map(
      (q) =>
        [
          "queue",
          `${q.project}/${q.logstore}: ${q.lines} line(s), ${q.bytes} bytes, ${q.oldest ? `oldest ${q.oldest}, ` : ""}${q.sender}`,
        ] as const,
    ),
    ...status.setAside.map(
      (s) =>
        [
          "set aside",
          `${s.project}/${s.logstore}: ${s.lines} line(s), ${s.bytes} bytes; sls-agent set-aside list tells why`,
        ] as const,
    ),
    [
      "lines",
      `${lines.accepted} accepted, ${lines.recovered} read back, ${lines.sent} sent, ${lines.setAside} set aside, ${lines.keptOnDisk} kept on disk${lines.resent > 0 ? `, ${lines.resent} sent again` : ""}`,
    ],
    ...Object.entries(lines.filtered).map(
      ([config, count]) => ["filtered", `${count} line(s) kept out by the filter of ${config}`] as const,
    ),
    ["unfit", unfit.map(([reason, count]) => `${reason} ${count}`).join(", ") || "none"],
    ...dropped.map(([reason, count]) => ["dropped", `${count} line(s), ${reason}`] as const),
    ...(status.diskProblem ? [["disk", status.diskProblem] as const] : []),
    [
      "rates",
      `${rates.accepted} lines/s accepted, ${rates.sent} lines/s and ${rates.sentBytes} bytes/s sent, in the last minute`,
    ],
    ["sent", `${sent.batches} batches, ${sent.bytes} bytes, ${sent.failedTries} failed tries`],
    ...Object.entries(status.waitingFor).map(([what, why]) => ["waiting", `for ${what}: ${why}`] as const),
    ["last error", status.lastError ? `${status.lastError.at} ${status.lastError.message}` : "none"],
  ];
  return rows.map(([name, text]) => `${name.padEnd(11)}${text}\n`).join("");
}
