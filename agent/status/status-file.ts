import * as fs from "node:fs";
import { join } from "node:path";
import type { RatesPerSecond } from "./rates";
import type { LastError } from "./tally";

export interface QueueStatus {
  readonly project: string;
  readonly logstore: string;
  readonly lines: number;
  readonly bytes: number;
  /** When the oldest unsent line was accepted. */
  readonly oldest?: string;
  readonly sender: string;
}

/** Lines of a logstore that the service refused for good, and nobody has sent again or removed. */
export interface SetAsideStatus {
  readonly project: string;
  readonly logstore: string;
  readonly lines: number;
  readonly bytes: number;
}

export interface InputStatus {
  readonly input: string;
  readonly state: "waiting" | "listening" | "held" | "closed";
  /** Address, path of a socket, or command. */
  readonly address: string;
  readonly port?: number;
  readonly connections: number;
}

export interface ConfigStatus {
  readonly project: string;
  readonly config: string;
  readonly logstore: string;
  readonly tag: string;
  readonly group: string;
  /** What it asks for and this agent does not do. */
  readonly notApplied?: readonly string[];
}

/** How far what an earlier run has left is read back: this one of the logstore's segments, 1 first. */
export interface ReadingBackStatus {
  readonly project: string;
  readonly logstore: string;
  readonly segment: number;
  readonly segments: number;
}

/** What `status.json` in the data folder says; written at most once a second, and only when something has changed. */
export interface AgentStatus {
  readonly version: string;
  readonly pid: number;
  readonly state: "starting" | "running" | "draining" | "stopped";
  /** While it starts. */
  readonly readingBack?: ReadingBackStatus;
  readonly startedAt: string;
  readonly updatedAt: string;
  readonly endpoint: string;
  readonly projects: readonly string[];
  readonly machine: { readonly userDefinedIds: readonly string[]; readonly addresses: readonly string[] };
  readonly configs: readonly ConfigStatus[];
  readonly inputs: readonly InputStatus[];
  readonly queues: readonly QueueStatus[];
  readonly setAside: readonly SetAsideStatus[];
  readonly lines: {
    readonly accepted: number;
    readonly sent: number;
    readonly setAside: number;
    /** Sent after they were set aside, by this run or an earlier one. */
    readonly resent: number;
    readonly recovered: number;
    readonly keptOnDisk: number;
    /** Accepted, and kept out by the filter of a Logtail config, by `project/config`. */
    readonly filtered: Readonly<Record<string, number>>;
    /** Given up, by reason. */
    readonly dropped: Readonly<Record<string, number>>;
    readonly unfit: Readonly<Record<string, number>>;
  };
  readonly buffer: {
    /** Memory for unsent lines. */
    readonly memoryBytes: number;
    /** Why nothing can be written to disk just now. */
    readonly diskProblem?: string;
  };
  /** Means of the last minute. */
  readonly rates: RatesPerSecond;
  readonly sent: { readonly batches: number; readonly bytes: number; readonly failedTries: number };
  readonly waitingFor: Readonly<Record<string, string>>;
  readonly lastError?: LastError;
}

const statusFileName = "status.json";

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

/** No agent has ever run with the data folder. */
export class NoStatusError extends Error {}

export function readStatus(dataDir: string): AgentStatus {
  const file = join(dataDir, statusFileName);
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOENT") throw new Error(`${file} cannot be read: ${(error as Error).message}`);
    throw new NoStatusError(
      `${file} does not exist: no agent has run with this data folder; start one (systemctl start logtail) or give another with --data-dir`,
    );
  }
  try {
    return JSON.parse(text) as AgentStatus;
  } catch (error) {
    throw new Error(
      `${file} is not whole (${(error as Error).message}); a running agent writes it anew within a second`,
    );
  }
}
