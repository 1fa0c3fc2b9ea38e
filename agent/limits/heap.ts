import { setFlagsFromString } from "node:v8";

/**
 * The collector lets the space for new objects grow from 1 MiB to 32 under load, and keeps it. Lines are not objects here
 * and what a batch needs is small, so that it would only be memory that is never given back, and caches that miss. For a
 * process of its own, before it has work.
 */
export function keepYoungGenerationSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
}
