import { setTimeout as delay } from "node:timers/promises";

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
  sleep: async (ms, signal) => {
    // The only way to fail is the signal, and then the sleep is over as promised.
    await delay(ms, undefined, { signal }).catch(() => undefined);
  },
  random: Math.random,
};
