import type { LogQueue } from "../buffer/log-queue";
import { Sender, type SenderOptions, type SenderState } from "./sender";

/** The senders of all logstores. */
export class Senders {
  private readonly byQueue = new Map<LogQueue, Sender>();

  constructor(private readonly options: Omit<SenderOptions, "queue">) {}

  start(queue: LogQueue): void {
    this.byQueue.set(queue, new Sender({ ...this.options, queue }));
  }

  stateOf(queue: LogQueue): SenderState {
    return this.byQueue.get(queue)?.state ?? "idle";
  }

  /** Sends everything now; what is not sent when the deadline aborts goes back to its queue. */
  async drain(deadline: AbortSignal): Promise<void> {
    const senders = [...this.byQueue.values()];
    const abort = (): void => void Promise.all(senders.map((sender) => sender.abort()));
    if (deadline.aborted) abort();
    else deadline.addEventListener("abort", abort, { once: true });
    await Promise.all(senders.map((sender) => sender.drain()));
    deadline.removeEventListener("abort", abort);
  }
}
