import { spawn, type ChildProcess, type SpawnOptions } from "node:child_process";

/**
 * A child process, or why there is none. `spawn` tells of a missing program by an event, but throws where the kernel gives
 * no process (ENOMEM, E2BIG). The reason names no argument: one may be a secret.
 */
export function start(program: string, args: readonly string[], options: SpawnOptions): ChildProcess | string {
  try {
    return spawn(program, args, options);
  } catch (error) {
    return `spawn ${(error as NodeJS.ErrnoException).code ?? "failed"}`;
  }
}
