import type { World } from "../../../agent/world";
import { pause } from "./bench";

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** Real time, of which some can be left out: whoever sleeps meanwhile wakes when it is his time. And a clock that can be set. */
export class SkippingWorld implements World {
  private skipped = 0;
  private setBy = 0;
  private readonly sleepers = new Set<Sleeper>();

  readonly monotonic = (): number => performance.now() + this.skipped;
  readonly random = Math.random;
  /** The machine's clock. */
  readonly now = (): Date => new Date(Date.now() + this.skipped + this.setBy);
  /** The clock of everybody else. */
  readonly trueNow = (): Date => new Date(Date.now() + this.skipped);

  readonly sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const wake = (): void => {
        clearTimeout(timer);
        this.sleepers.delete(sleeper);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      const sleeper = { at: this.monotonic() + ms, wake };
      this.sleepers.add(sleeper);
      signal?.addEventListener("abort", wake);
    });

  skip(ms: number): void {
    this.skipped += ms;
    const now = this.monotonic();
    for (const { at, wake } of [...this.sleepers].sort((a, b) => a.at - b.at)) if (at <= now) wake();
  }

  /** Ten times as fast as real time, until it is settled: nobody who begins to sleep only now is slept for. */
  async skipUntil(settled: Promise<void>): Promise<void> {
    const over = settled.then(() => true);
    while (!(await Promise.race([over, pause(100)]))) this.skip(1_000);
  }

  /** The machine's clock jumps; nobody wakes. */
  setClock(byMs: number): void {
    this.setBy += byMs;
  }
}
