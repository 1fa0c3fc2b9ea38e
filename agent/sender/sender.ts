import { SlsError } from "../../sls/model/errors";
import { encodedGroup, retimed, type LogRecord } from "../buffer/record";
import type { Batch, BatchLimits, LogQueue } from "../buffer/log-queue";
import type { AgentEvent, Emit } from "../status/events";
import { linkedTo } from "../abort";
import { OnceAMinute } from "../status/once-a-minute";
import type { World } from "../world";
import type { ServiceClock } from "./service-clock";
import type { SetAside } from "./set-aside";
import type { LogSink } from "./sink";
import { asSlsError, pauseMs, verdictOf } from "./verdict";

export interface SenderOptions {
  readonly queue: LogQueue;
  readonly sink: LogSink;
  readonly setAside: SetAside;
  readonly limits: BatchLimits;
  /** How long a batch that is not full waits for more. */
  readonly lingerMs: number;
  readonly clock: ServiceClock;
  /** Whether a failed reply corrected the clock. */
  readonly learnTime: (error: SlsError) => boolean;
  readonly world: World;
  readonly emit: Emit;
}

export type SenderState = "idle" | "filling" | "sending" | "backingOff" | "closed";

/** The service refuses a log that is older or newer than this, and its whole request with it. */
const oldestSeconds = 7 * 24 * 3600 - 300;
/** Below the 15 minutes by the 60 s that our clock may be ahead unnoticed (service-clock.ts), and half a minute for the way. */
const newestSeconds = 15 * 60 - 90;
/** Tries for a refusal that is not known, before the lines are set aside. */
const refusedTries = 5;
/** So many lines in a row refused one by one, and none taken in between: it is not about single lines, halving stops. */
const fruitlessHalvings = 64;

/**
 * Sends what one queue holds, one request at a time, so that lines of one source stay in order.
 *
 * idle -> filling (linger, or enough for a full batch) -> sending -> (backingOff -> sending)* -> idle.
 * A batch leaves the queue only when the service said 200 or its lines were set aside on disk; pieces of a batch that
 * had to be halved are settled from the front. drain(): no linger any more, closed as soon as the queue is empty.
 * abort(): whatever is under way is given up, the lines go back to the queue, closed.
 */
export class Sender {
  state: SenderState = "idle";
  private draining = false;
  private readonly wake = new AbortController();
  private readonly aborted = new AbortController();
  private readonly timesReplaced: OnceAMinute<"lines">;
  private readonly running: Promise<void>;

  constructor(private readonly options: SenderOptions) {
    this.timesReplaced = new OnceAMinute(options.world.now, (_, lines) => this.tell({ type: "TimesReplaced", lines }));
    this.running = this.run();
  }

  /** Sends everything now. Resolves when the queue is empty, or after abort(). */
  async drain(): Promise<void> {
    this.draining = true;
    this.wake.abort();
    await this.running;
  }

  async abort(): Promise<void> {
    this.aborted.abort();
    await this.drain();
  }

  private async run(): Promise<void> {
    const { queue, limits } = this.options;
    while (!this.aborted.signal.aborted) {
      await this.fill();
      const batch = queue.take(limits);
      if (batch !== undefined) await this.deliver(batch);
      else if (this.draining) break;
    }
    this.timesReplaced.flushAll();
    this.state = "closed";
  }

  /** Returns when a batch should go: full, or the linger is over, or no one should wait any more. */
  private async fill(): Promise<void> {
    const { queue, limits, lingerMs, world } = this.options;
    this.state = "idle";
    while (queue.lines === 0 && !this.wake.signal.aborted) await queue.changed.wait(this.wake.signal);
    if (this.draining || queue.hasEnough(limits)) return;
    this.state = "filling";
    const over = linkedTo(this.wake.signal);
    void world.sleep(lingerMs, over.signal).then(over.abort);
    while (!over.signal.aborted && !queue.hasEnough(limits)) await queue.changed.wait(over.signal);
    over.abort();
    over.release();
  }

  /** Until every line of the batch is sent or set aside, or abort(). */
  private async deliver(batch: Batch): Promise<void> {
    const pieces = [batch.records.length];
    let fruitless = 0;
    let failures = 0;
    let clockTries = 0;
    while (batch.records.length > 0 && !this.aborted.signal.aborted) {
      const size = pieces[0] ?? batch.records.length;
      const error = await this.send(batch, size);
      if (this.aborted.signal.aborted) break;
      if (error === undefined) {
        pieces.shift();
        failures = 0;
        fruitless = 0;
        continue;
      }
      failures++;
      const verdict = verdictOf(error);
      switch (verdict) {
        case "clock":
          // Once at once; if the service still minds, something else is wrong with the clock.
          if (clockTries++ > 0 || !this.options.learnTime(error)) await this.pause("person", error, failures);
          break;
        case "tooLarge":
        case "contents":
          if (size > 1 && fruitless < fruitlessHalvings) {
            pieces.splice(0, 1, Math.ceil(size / 2), Math.floor(size / 2));
            this.tell({ type: "BatchSplit", lines: size, code: error.code });
          } else if (await this.putAside(batch, size, error, failures)) {
            fruitless++;
            pieces.shift();
          }
          break;
        case "refused":
          if (failures < refusedTries) await this.pause("refused", error, failures);
          else if (await this.putAside(batch, size, error, failures)) pieces.shift();
          break;
        case "later":
        case "quota":
        case "person":
          await this.pause(verdict, error, failures);
          break;
        default:
          verdict satisfies never;
      }
    }
    this.options.queue.giveBack(batch);
  }

  /** One try with the first `size` lines; they are acknowledged to the queue when the service has them. */
  private async send(batch: Batch, size: number): Promise<SlsError | undefined> {
    const { queue, sink, world, clock } = this.options;
    const { project, logstore } = queue.destination;
    this.state = "sending";
    const { records, replaced } = this.inAcceptedTimes(batch.records.slice(0, size));
    const group = encodedGroup(batch, records);
    const begun = world.now().getTime();
    const request = linkedTo(this.aborted.signal);
    try {
      const { requestId, serverTime, bytes } = await sink.putLogs(project, logstore, group, { signal: request.signal });
      queue.ack(batch, size);
      if (serverTime) clock.learn(serverTime);
      if (replaced > 0) this.timesReplaced.add("lines", replaced);
      this.tell({ type: "BatchSent", lines: size, bytes, ms: world.now().getTime() - begun, requestId });
      return undefined;
    } catch (error) {
      return asSlsError(error);
    } finally {
      request.release();
    }
  }

  /** A single line out of range would cost its whole request: such lines get the sending time. */
  private inAcceptedTimes(records: readonly LogRecord[]): { records: readonly LogRecord[]; replaced: number } {
    const now = Math.floor(this.options.clock.now().getTime() / 1000);
    const accepted = ({ time }: LogRecord): boolean => time >= now - oldestSeconds && time <= now + newestSeconds;
    const replaced = records.reduce((count, record) => count + (accepted(record) ? 0 : 1), 0);
    if (replaced === 0) return { records, replaced };
    return { records: records.map((record) => (accepted(record) ? record : retimed(record, now))), replaced };
  }

  private async pause(kind: Parameters<typeof pauseMs>[0], error: SlsError, failures: number): Promise<void> {
    const { world } = this.options;
    const retryInMs = pauseMs(kind, failures, world.random());
    this.state = "backingOff";
    this.tell({ type: "SendFailed", code: error.code, message: error.message, retryInMs });
    await world.sleep(retryInMs, this.aborted.signal);
  }

  /** Returns false, after a pause, when the disk did not take them: they stay in the queue. */
  private async putAside(batch: Batch, size: number, error: SlsError, failures: number): Promise<boolean> {
    const { queue, setAside, world } = this.options;
    try {
      const file = setAside.add(queue.destination, batch.records.slice(0, size), error, world.now());
      queue.ack(batch, size);
      this.tell({ type: "LinesSetAside", lines: size, code: error.code, message: error.message, file });
      return true;
    } catch (problem) {
      const message = `lines are refused (${error.message}) and could not be set aside: ${(problem as Error).message}`;
      await this.pause("person", new SlsError("SetAsideFailed", message), failures);
      return false;
    }
  }

  private tell(event: WithoutDestination): void {
    this.options.emit({ ...event, ...this.options.queue.destination } as AgentEvent);
  }
}

type OfDestination = Extract<AgentEvent, { project: string; logstore: string }>;
type WithoutDestination = OfDestination extends infer E
  ? E extends OfDestination
    ? Omit<E, "project" | "logstore">
    : never
  : never;
