import { readFileSync } from "node:fs";

/** What the agent takes from outside besides files and sockets; tests bring their own. */
export interface World {
  now(): Date;
  /** Milliseconds from some moment on; never jumps when the clock is set. */
  monotonic(): number;
  /** Resolves after `ms`, or at once when the signal aborts; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** 0 inclusive to 1 exclusive. */
  random(): number;
}

export const realWorld: World = {
  now: () => new Date(),
  monotonic: () => performance.now(),
  // Not that of timers/promises: it makes an error with a stack trace each time a signal ends it, fifty times a second here.
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const end = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      signal?.addEventListener("abort", end);
    }),
  random: Math.random,
};

/** Another one each time the machine starts; undefined where the system tells none. */
export function bootIdOf(file = "/proc/sys/kernel/random/boot_id"): string | undefined {
  try {
    return readFileSync(file, "latin1").trim() || undefined;
  } catch {
    return undefined;
  }
}
