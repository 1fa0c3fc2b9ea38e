import { setMaxListeners } from "node:events";
import type { LogQueue } from "../buffer/log-queue";
import { SendRate, type RateLimit } from "./send-rate";
import { Sender, type SenderOptions, type SenderState } from "./sender";

/** At a stop whose deadline falls into a request: for its answer. Lines that are stored without one are sent again. */
const lastAnswerMs = 2_000;
/** After that, for what is given up to end. Nobody waits for a read of a disk that hangs: the lines are on disk, or written there next. */
const lastMomentMs = 500;

/** The senders of all logstores. */
export class Senders {
  private readonly byQueue = new Map<LogQueue, Sender>();
  private readonly rates = new Map<string, SendRate>();
  private limits: ReadonlyMap<string, RateLimit> = new Map();

  constructor(private readonly options: Omit<SenderOptions, "queue" | "rate">) {}

  start(queue: LogQueue): void {
    this.byQueue.set(queue, new Sender({ ...this.options, queue, rate: this.rateOf(queue.key) }));
  }

  /** What all that is sent to a logstore is kept to; `key` as `destinationKey` names it. */
  rateOf(key: string): SendRate {
    let rate = this.rates.get(key);
    if (rate === undefined) {
      rate = new SendRate(this.options.world.monotonic, this.options.world.now);
      rate.set(this.limits.get(key));
      this.rates.set(key, rate);
    }
    return rate;
  }

  /** By logstore, as `destinationKey` names them; the others have none. */
  setRates(limits: ReadonlyMap<string, RateLimit>): void {
    this.limits = limits;
    for (const [key, rate] of this.rates) rate.set(limits.get(key));
  }

  stateOf(queue: LogQueue): SenderState {
    return this.byQueue.get(queue)?.state ?? "idle";
  }

  /**
   * Sends everything now; what is not sent when the deadline aborts goes back to its queue. Answers that are under way then are
   * awaited for a moment, unless `forced` aborts.
   */
  async drain(deadline: AbortSignal, forced: AbortSignal): Promise<void> {
    const senders = [...this.byQueue.values()];
    const drained = new AbortController();
    let giveUp = (): void => undefined;
    const stuck = new Promise<void>((resolve) => (giveUp = resolve));
    const abort = (): void => {
      const patience = AbortSignal.any([this.patience(drained.signal), forced]);
      setMaxListeners(0, patience);
      for (const sender of senders) void sender.abort(patience);
      const over = (): void => void this.options.world.sleep(lastMomentMs, drained.signal).then(giveUp);
      if (patience.aborted) over();
      else patience.addEventListener("abort", over, { once: true });
    };
    if (deadline.aborted) abort();
    else deadline.addEventListener("abort", abort, { once: true });
    await Promise.race([Promise.all(senders.map((sender) => sender.drain())), stuck]);
    deadline.removeEventListener("abort", abort);
    drained.abort();
  }

  /** Aborts when answers are not to be awaited any more. */
  private patience(drained: AbortSignal): AbortSignal {
    const over = new AbortController();
    void this.options.world.sleep(lastAnswerMs, drained).then(() => over.abort());
    return over.signal;
  }
}
