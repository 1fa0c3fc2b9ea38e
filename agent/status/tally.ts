import type { AgentEvent, UnfitReason } from "./events";
import { OnceAMinute } from "./once-a-minute";

export interface LastError {
  readonly at: string;
  readonly message: string;
}

type Readers = { readonly [T in AgentEvent["type"]]?: (event: Extract<AgentEvent, { type: T }>) => void };

/** Counters since the start, read off the events. */
export class Tally {
  sentLines = 0;
  sentBytes = 0;
  batches = 0;
  failedTries = 0;
  setAsideLines = 0;
  resentLines = 0;
  recoveredLines = 0;
  keptLines = 0;
  readonly waitingFor = new Map<string, string>();
  lastError: LastError | undefined;

  private readonly readers: Readers = {
    BatchSent: ({ lines, bytes }) => {
      this.batches++;
      this.sentLines += lines;
      this.sentBytes += bytes;
    },
    SendFailed: ({ message }) => {
      this.failedTries++;
      this.failed(message);
    },
    LinesSetAside: ({ lines, message }) => {
      this.setAsideLines += lines;
      this.failed(message);
    },
    LinesNotSetAside: ({ message }) => this.failed(message),
    LinesResent: ({ lines }) => void (this.resentLines += lines),
    BufferRecovered: ({ lines }) => void (this.recoveredLines += lines),
    BufferKept: ({ lines }) => void (this.keptLines += lines),
    WaitingFor: ({ what, why }) => void this.waitingFor.set(what, why),
    WaitOver: ({ what }) => void this.waitingFor.delete(what),
    DatagramsDropped: (event) =>
      this.failed(`${event.input}: ${event.datagrams} datagram(s) dropped by the ${event.by}`),
    BufferDamaged: ({ why }) => this.failed(why),
    BufferNotKept: ({ message }) => this.failed(message),
    CredentialsNotRenewed: ({ message }) => this.failed(message),
    BufferDiskFails: ({ message }) => this.failed(message),
    LinesDropped: ({ lines, reason }) => this.failed(`${lines} line(s) dropped: ${reason}`),
    ConfigNotSaved: ({ message }) => this.failed(message),
    AgentFailed: ({ message }) => this.failed(message),
    AgentStuck: ({ why }) => this.failed(why),
    SettingsRefused: ({ problems }) => this.failed(problems.join("; ")),
  };

  constructor(private readonly now: () => Date) {}

  on(event: AgentEvent): void {
    (this.readers[event.type] as ((event: AgentEvent) => void) | undefined)?.(event);
  }

  private failed(message: string): void {
    this.lastError = { at: this.now().toISOString(), message };
  }
}

/** Lines that do not fit: counted for the status, told once a minute. */
export class UnfitLines {
  /** Nothing of a line is told: it may hold what a config's masks would hide. */
  hidden = false;
  readonly total = new Map<UnfitReason, number>();
  private readonly telling: OnceAMinute<UnfitReason>;

  constructor(now: () => Date, tell: (reason: UnfitReason, lines: number, sample: string) => void) {
    this.telling = new OnceAMinute(now, tell);
  }

  add(reason: UnfitReason, line: Buffer): void {
    this.total.set(reason, (this.total.get(reason) ?? 0) + 1);
    this.telling.add(reason, 1, () => (this.hidden ? hiddenSample : line.toString("utf8", 0, sampleBytes)));
  }

  flushDue(): void {
    this.telling.flushDue();
  }

  flushAll(): void {
    this.telling.flushAll();
  }
}

const sampleBytes = 60;
const hiddenSample = "(not shown: a config in force has sensitive_keys)";
