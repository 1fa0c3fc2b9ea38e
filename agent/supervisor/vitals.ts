import { stateOf } from "../status/describe-status";
import type { AgentEvent } from "../status/events";
import type { AgentStatus } from "../status/status-file";

/** What of the agent's state the judgement needs. */
export interface Pulse extends Partial<Pick<AgentStatus, "state" | "readingBack">> {
  readonly queues: readonly {
    readonly project: string;
    readonly logstore: string;
    readonly lines: number;
    readonly sender: string;
  }[];
  readonly inputs: readonly { readonly input: string; readonly state: string }[];
}

export interface VitalsOptions {
  /** For one request. */
  readonly timeoutMs: number;
  /** Monotonic milliseconds: a clock that is set must not look like a standstill. */
  readonly clock: () => number;
}

/** The longest pause between two tries, and as much again for a machine that hardly gets to run. */
const pausesMs = 120_000;

/** Each of these means that the sender of its logstore got somewhere, if only to a failure. */
const steps: ReadonlySet<AgentEvent["type"]> = new Set([
  "BatchSent",
  "SendFailed",
  "BatchSplit",
  "LinesSetAside",
  "LinesNotSetAside",
] satisfies AgentEvent["type"][]);

/**
 * Whether lines move, or there are none to move. A sender that has lines says something within the time of one request and
 * the longest pause: a batch sent, or a try that failed. Held inputs mean that there are unsent lines. A start comes on with what
 * it reads back. A reader of events.
 */
export class Vitals {
  /** Logstore with unsent lines -> when it last did something, or when its lines were first seen. */
  private readonly lastStep = new Map<string, number>();
  private heldSince: number | undefined;
  /** How far the start was when it was last seen to come on. */
  private startAt: { readonly text: string; readonly since: number } | undefined;

  constructor(private readonly options: VitalsOptions) {}

  readonly on = (event: AgentEvent): void => {
    if (steps.has(event.type)) this.lastStep.set(keyOf(event as { project: string; logstore: string }), this.now);
  };

  /** Why the agent is stuck, or undefined while it is well. */
  stuck(pulse: Pulse): string | undefined {
    const { queues, inputs } = pulse;
    const patience = this.options.timeoutMs + pausesMs;
    const start = this.standingStart(pulse);
    if (start !== undefined && this.now - start.since > patience) {
      return `the agent has been ${start.text} for ${seconds(this.now - start.since)} s`;
    }
    const waiting = queues.filter(({ lines }) => lines > 0);
    const keys = new Set(waiting.map(keyOf));
    for (const key of [...this.lastStep.keys()]) if (!keys.has(key)) this.lastStep.delete(key);
    const held = inputs.find(({ state }) => state === "held");
    if (held === undefined || waiting.length > 0) this.heldSince = undefined;
    else this.heldSince ??= this.now;
    for (const queue of waiting) {
      const since = this.lastStep.get(keyOf(queue));
      // What a limit holds back does not move, and that is as it should be.
      if (since === undefined || queue.sender === "limited") this.lastStep.set(keyOf(queue), this.now);
      else if (this.now - since > patience) {
        return `${queue.lines} line(s) for ${keyOf(queue)} have not moved for ${seconds(this.now - since)} s`;
      }
    }
    if (this.heldSince === undefined || this.now - this.heldSince <= patience) return undefined;
    return `${held?.input} has been held for ${seconds(this.now - this.heldSince)} s with nothing left to send`;
  }

  private standingStart(pulse: Pulse): { readonly text: string; readonly since: number } | undefined {
    const text = stateOf(pulse);
    if (pulse.state !== "starting") this.startAt = undefined;
    else if (this.startAt?.text !== text) this.startAt = { text, since: this.now };
    return this.startAt;
  }

  private get now(): number {
    return this.options.clock();
  }
}

const keyOf = ({ project, logstore }: { project: string; logstore: string }): string => `${project}/${logstore}`;
const seconds = (ms: number): number => Math.round(ms / 1000);
