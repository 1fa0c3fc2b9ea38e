import { setTimeout as sleep } from "node:timers/promises";
import { isGone } from "./errors";

/** Deletes, as long as others that are just going still hold it, for at most ten minutes. What is not there is deleted. */
export async function removed(
  call: () => Promise<unknown>,
  { notFound, heldBy }: { readonly notFound: readonly string[]; readonly heldBy: readonly string[] },
): Promise<void> {
  for (const deadline = Date.now() + 600_000; ; await sleep(3_000)) {
    try {
      await call();
      return;
    } catch (error) {
      if (isGone(error, ...notFound)) return;
      if (!isGone(error, ...heldBy) || Date.now() > deadline) throw error;
    }
  }
}
