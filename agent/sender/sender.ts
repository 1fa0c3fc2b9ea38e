import { type SlsError } from "../../sls/model/errors";
import { controllerOfMany, linkedTo } from "../abort";
import { Alarm } from "../buffer/alarm";
import type { Block } from "../buffer/block";
import type { LogQueue } from "../buffer/log-queue";
import type { AgentEvent, Emit } from "../status/events";
import { OnceAMinute } from "../status/once-a-minute";
import type { World } from "../world";
import { Delivery } from "./delivery";
import { Gate } from "./gate";
import { SendRate } from "./send-rate";
import type { ServiceClock } from "./service-clock";
import type { SetAside } from "../set-aside/set-aside";
import type { LogSink } from "./sink";
import { UnderWay } from "./under-way";
import { pauseMs } from "./verdict";

export interface SenderOptions {
  readonly queue: LogQueue;
  readonly sink: LogSink;
  readonly setAside: SetAside;
  /** How long a batch that is not full waits for more. */
  readonly lingerMs: number;
  /** Requests at once, at most. */
  readonly concurrency: number;
  /** Lines that have waited for longer are given up, in milliseconds. */
  readonly maxAgeMs: number;
  readonly clock: ServiceClock;
  /** Whether a failed reply corrected the clock. */
  readonly learnTime: (error: SlsError) => boolean;
  /** Shared with whoever else sends to this logstore. @default its own */
  readonly rate?: SendRate;
  readonly world: World;
  readonly emit: Emit;
}

/** limited: what waits would be more than the config's `maxSendRate`. */
export type SenderState = "idle" | "filling" | "sending" | "backingOff" | "limited" | "closed";

/** A batch waits for so long at most for others' answers: one that does not come must not hold up the rest. */
const roomMs = 200;

/**
 * Sends what one queue holds, up to `concurrency` requests at a time; lines with a hash key one request after the other, so
 * that they stay in order.
 *
 * idle -> filling (linger, or a full block) -> sending -> (backingOff -> sending)* -> idle. A failure that is not about the
 * lines pauses the whole logstore, however many requests met it. drain(): no linger any more, closed as soon as the queue
 * is empty. abort(): no try is begun any more, whatever is under way is given up (at once, or when the patience is over), the
 * lines go back to the queue, closed.
 */
export class Sender {
  readonly gate: Gate;
  private readonly rate: SendRate;
  private readonly underWay: UnderWay;
  private readonly alarm: Alarm;
  private draining = false;
  private closed = false;
  /** Failures in a row, of the whole logstore. */
  private failures = 0;
  private readonly aborted = controllerOfMany();
  private readonly requests = controllerOfMany();
  private readonly timesReplaced: OnceAMinute<"lines">;
  private readonly deliveries = new Set<Promise<void>>();
  private readonly running: Promise<void>;

  constructor(readonly options: SenderOptions) {
    this.gate = new Gate(options.concurrency, options.queue.changed);
    this.rate = options.rate ?? new SendRate(options.world.monotonic, options.world.now);
    this.underWay = new UnderWay(options.world.monotonic);
    this.alarm = new Alarm(this.gate.changed, options.world, this.signal);
    this.timesReplaced = new OnceAMinute(options.world.now, (_, lines) => this.tell({ type: "TimesReplaced", lines }));
    this.running = this.run();
  }

  get state(): SenderState {
    if (this.closed) return "closed";
    if (this.gate.shut) return "backingOff";
    if (this.deliveries.size > 0) return "sending";
    if (this.options.queue.waiting && this.rate.waitMs > 0) return "limited";
    return this.options.queue.waiting ? "filling" : "idle";
  }

  /** No try is begun any more. */
  get signal(): AbortSignal {
    return this.aborted.signal;
  }

  /** Nor is an answer awaited. */
  get requestSignal(): AbortSignal {
    return this.requests.signal;
  }

  /** Sends everything now. Resolves when the queue is empty, or after abort(). */
  async drain(): Promise<void> {
    this.draining = true;
    this.gate.changed.ring();
    await this.running;
  }

  /** `patience`: answers that are under way are awaited until it aborts; what is stored without one is sent again. @default none */
  async abort(patience: AbortSignal = AbortSignal.abort()): Promise<void> {
    this.aborted.abort();
    const giveUp = (): void => this.requests.abort();
    if (patience.aborted) giveUp();
    else patience.addEventListener("abort", giveUp, { once: true });
    await this.drain();
    patience.removeEventListener("abort", giveUp);
  }

  private async run(): Promise<void> {
    const { queue, concurrency } = this.options;
    const unheard = this.rate.rings(this.gate.changed);
    while (!this.signal.aborted) {
      const lingerMs = this.draining ? 0 : this.options.lingerMs;
      const mayBegin = this.gate.open && this.deliveries.size < concurrency && this.rate.waitMs === 0;
      const block = mayBegin ? queue.take(lingerMs) : undefined;
      if (block !== undefined) this.begin(block);
      else if (this.draining && this.deliveries.size === 0 && !queue.waiting) break;
      else await this.somethingToDo(lingerMs);
    }
    unheard();
    await Promise.all(this.deliveries);
    this.timesReplaced.flushAll();
    this.closed = true;
  }

  private begin(block: Block): void {
    this.rate.sent(block.size);
    const delivery = new Delivery(block, this).run().finally(() => {
      this.deliveries.delete(delivery);
      this.gate.changed.ring();
    });
    this.deliveries.add(delivery);
  }

  /** Resolves when a block may be ripe, a place free, or nobody should wait any more. */
  private async somethingToDo(lingerMs: number): Promise<void> {
    const { queue, concurrency } = this.options;
    if (this.gate.open && this.deliveries.size < concurrency) {
      const ripeIn = queue.ripeIn(lingerMs);
      if (ripeIn !== undefined) this.alarm.ringIn(Math.max(ripeIn, this.rate.waitMs));
    }
    await this.gate.changed.wait(this.signal);
  }

  /** Lines of one request just now. */
  get mostLines(): number {
    return this.underWay.most(this.options.queue.lines);
  }

  /** Counts the lines as under way when there is room for them; `arrived` is to be called for them. */
  async leave(lines: number): Promise<void> {
    const { queue, world } = this.options;
    const hasRoom = (): boolean => this.underWay.hasRoom(lines, queue.lines);
    if (!hasRoom()) {
      const over = linkedTo(this.signal);
      void world.sleep(roomMs, over.signal).then(over.abort);
      while (!over.signal.aborted && !hasRoom()) await this.gate.changed.wait(over.signal);
      over.abort();
      over.release();
    }
    this.underWay.begin(lines);
  }

  arrived(lines: number, stored: boolean): void {
    this.underWay.end(lines, stored);
    this.gate.changed.ring();
  }

  succeeded(): void {
    this.failures = 0;
    this.gate.succeeded();
  }

  /** Pauses the logstore, unless a request that was under way with this one does so already. */
  async pause(kind: Parameters<typeof pauseMs>[0], error: SlsError, round: number): Promise<void> {
    if (!this.gate.fail(round)) return;
    this.failures++;
    this.gate.setShut(true);
    await this.sleep(kind, error, this.failures);
    this.gate.setShut(false);
  }

  /** A pause of one batch. */
  async sleep(kind: Parameters<typeof pauseMs>[0], error: SlsError, failures: number): Promise<void> {
    const { world } = this.options;
    const retryInMs = pauseMs(kind, failures, world.random());
    this.tell({ type: "SendFailed", code: error.code, message: error.message, retryInMs });
    await world.sleep(retryInMs, this.signal);
  }

  replaced(lines: number): void {
    this.timesReplaced.add("lines", lines);
  }

  tell(event: WithoutDestination): void {
    this.options.emit({ ...event, ...this.options.queue.destination } as AgentEvent);
  }
}

type OfDestination = Extract<AgentEvent, { project: string; logstore: string }>;
type WithoutDestination = OfDestination extends infer E
  ? E extends OfDestination
    ? Omit<E, "project" | "logstore">
    : never
  : never;
