import { setTimeout as sleep } from "node:timers/promises";
import { CallError } from "./errors";

/** Reads until nothing is found, as the real provider does after a delete, for at most two minutes. */
export async function untilGone(call: string, read: () => Promise<unknown>): Promise<void> {
  const deadline = Date.now() + 120_000;
  while ((await read()) !== undefined) {
    if (Date.now() > deadline) throw new CallError(call, "Timeout", "Deleted, but still found after two minutes");
    await sleep(500);
  }
}
