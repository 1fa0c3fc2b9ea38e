import { setFlagsFromString } from "node:v8";
import type { World } from "./world";

/** The longest compilation that was seen took 12 ms. */
const lastCompilationMs = 100;

/**
 * Resolves when nothing is compiled in the background any more. To be awaited before `process.exit`: that waits for the
 * engine's threads, and one that compiles may wait for the collector, which is the main thread's to run; Node 24 then never
 * ends (https://github.com/nodejs/node/issues/54918, one stop in eight right after a flood).
 */
export async function compilersIdle(world: World): Promise<void> {
  // No function is short enough any more.
  setFlagsFromString("--max-optimized-bytecode-size=0");
  setFlagsFromString("--no-maglev");
  setFlagsFromString("--no-use-osr");
  await world.sleep(lastCompilationMs);
}
