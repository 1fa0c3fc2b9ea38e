import type { World } from "../../../agent/world";

export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** A clock that stands still until it is told to go on. */
export class ManualWorld implements World {
  /** What was slept for, in the order in which it began. */
  readonly slept: number[] = [];
  chance = 0.5;
  private sleepers: Sleeper[] = [];
  private passed = 0;

  constructor(private time = Date.UTC(2026, 10, 21, 9, 0, 0)) {}

  readonly now = (): Date => new Date(this.time);
  readonly monotonic = (): number => this.passed;
  readonly random = (): number => this.chance;
  readonly sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      this.slept.push(ms);
      const wake = (): void => {
        signal?.removeEventListener("abort", wake);
        this.sleepers = this.sleepers.filter((other) => other !== sleeper);
        resolve();
      };
      const sleeper = { at: this.passed + ms, wake };
      this.sleepers.push(sleeper);
      signal?.addEventListener("abort", wake);
    });

  /** Jumps without waking anyone, as a clock that is set. */
  setClock(time: number): void {
    this.time = time;
  }

  /** Lets time go by, waking sleepers when it is their time. */
  async pass(ms: number): Promise<void> {
    const end = this.passed + ms;
    await settle();
    for (;;) {
      const next = this.sleepers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.goTo(Math.max(this.passed, next.at));
      next.wake();
      await settle();
    }
    this.goTo(end);
  }

  private goTo(passed: number): void {
    this.time += passed - this.passed;
    this.passed = passed;
  }
}

/** Lets everything that is ready to run do so, and what waits for the disk: that takes none of the world's time. */
export async function settle(): Promise<void> {
  do {
    for (let i = 0; i < 5; i++) await turn();
  } while (diskIsAtWork());
}

const diskIsAtWork = (): boolean => process.getActiveResourcesInfo().some((kind) => kind.startsWith("FSReq"));

/** Waits, in real time, until something is so; fails loudly when it never is. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>, ms = 60_000): Promise<void> {
  const end = Date.now() + ms;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`never came true: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
