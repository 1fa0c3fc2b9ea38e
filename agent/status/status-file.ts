import * as fs from "node:fs";
import { join } from "node:path";
import type { RatesPerSecond } from "./rates";
import type { LastError } from "./tally";

export interface QueueStatus {
  readonly project: string;
  readonly logstore: string;
  readonly lines: number;
  readonly bytes: number;
  readonly sender: string;
  /** When the oldest line that is not acknowledged yet was taken, ISO 8601; where the buffer tells. */
  readonly oldestUnsentAt?: string;
}

/** What `status.json` in the data folder says; written at most once a second, and only when something has changed. */
export interface AgentStatus {
  readonly version: string;
  readonly pid: number;
  readonly state: "starting" | "running" | "draining" | "stopped";
  readonly startedAt: string;
  readonly updatedAt: string;
  readonly endpoint: string;
  readonly projects: readonly string[];
  readonly machine: { readonly userDefinedIds: readonly string[]; readonly addresses: readonly string[] };
  readonly configs: readonly { project: string; config: string; logstore: string; tag: string; group: string }[];
  readonly inputs: readonly {
    input: string;
    state: "waiting" | "listening" | "held" | "closed";
    address: string;
    port: number;
    connections: number;
  }[];
  readonly queues: readonly QueueStatus[];
  readonly lines: {
    readonly accepted: number;
    readonly sent: number;
    readonly setAside: number;
    readonly recovered: number;
    readonly keptOnDisk: number;
    readonly unfit: Readonly<Record<string, number>>;
  };
  /** Means of the last minute. */
  readonly rates: RatesPerSecond;
  readonly sent: { readonly batches: number; readonly bytes: number; readonly failedTries: number };
  readonly waitingFor: Readonly<Record<string, string>>;
  readonly lastError?: LastError;
}

export const statusFileName = "status.json";

/** A reader sees the old text or the new one, never half of it. */
export function writeFileAtomically(file: string, text: string): void {
  const temporary = `${file}.tmp`;
  fs.writeFileSync(temporary, text, { mode: 0o644 });
  fs.renameSync(temporary, file);
}

export function writeStatus(dataDir: string, status: AgentStatus): void {
  writeFileAtomically(join(dataDir, statusFileName), `${JSON.stringify(status, undefined, 2)}\n`);
}

/** For whoever waits until the input listens: `{"address": …, "port": …, "pid": …}`. */
export function writeReadyFile(file: string, { address, port }: { address: string; port: number }): void {
  writeFileAtomically(file, `${JSON.stringify({ address, port, pid: process.pid })}\n`);
}

export function readStatus(dataDir: string): AgentStatus {
  const file = join(dataDir, statusFileName);
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(
      code === "ENOENT"
        ? `${file} does not exist: no agent has run with this data folder; start one (systemctl start sls-agent) or give another with --data-dir`
        : `${file} cannot be read: ${(error as Error).message}`,
    );
  }
  return JSON.parse(text) as AgentStatus;
}

/** The status for a person, ten lines or so. */
export function describeStatus(status: AgentStatus, alive: boolean): string {
  const { lines, sent } = status;
  // An agent of an earlier version tells none.
  const rates = (status as Partial<AgentStatus>).rates ?? { accepted: 0, sent: 0, sentBytes: 0 };
  const unfit = Object.entries(lines.unfit);
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
    ...status.configs.map(
      (c) => ["config", `${c.project}/${c.config}: tag ${c.tag} -> ${c.logstore} (group ${c.group})`] as const,
    ),
    ...status.inputs.map(
      (i) => ["input", `${i.input} ${i.address}:${i.port}, ${i.state}, ${i.connections} connection(s)`] as const,
    ),
    ...status.queues.map(
      (q) =>
        [
          "queue",
          `${q.project}/${q.logstore}: ${q.lines} line(s), ${q.bytes} bytes, ${q.sender}${q.oldestUnsentAt ? `, oldest of ${q.oldestUnsentAt}` : ""}`,
        ] as const,
    ),
    [
      "lines",
      `${lines.accepted} accepted, ${lines.recovered} read back, ${lines.sent} sent, ${lines.setAside} set aside, ${lines.keptOnDisk} kept on disk`,
    ],
    ["unfit", unfit.map(([reason, count]) => `${reason} ${count}`).join(", ") || "none"],
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
