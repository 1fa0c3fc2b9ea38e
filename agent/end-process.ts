import { spawnSync } from "node:child_process";

/** Node has it from 22.15 on; the process goes on as another program, of which nothing of this one is left but its standard streams. */
interface WithExecve {
  execve?(file: string, args: readonly string[], env: NodeJS.ProcessEnv): never;
}

/** For a shell that starts, milliseconds. */
const startMs = 1_000;

/**
 * Ends an agent that has run with `code`, for certain and at once. `process.exit` waits for all threads: for the engine's, where one that
 * compiles may wait for the collector, which is the main thread's to run (Node 24, one stop in eight right after a flood;
 * https://github.com/nodejs/node/issues/54918), and for one that a disk or a pipe holds in the kernel. So the process becomes a
 * shell that does nothing but end with that code. No "exit" listeners are called, and standard streams that are pipes stay non-blocking.
 */
export function endProcess(code: number, shell = "/bin/sh"): never {
  const { execve } = process as WithExecve;
  // Where it failed, it would abort.
  if (execve !== undefined && runs(shell)) execve.call(process, shell, ["sh", "-c", `exit ${code}`], {});
  process.exit(code);
}

/** Whether a process of these rights may become a shell: that it is there does not tell (a seccomp filter, AppArmor, another machine's). */
function runs(shell: string): boolean {
  const tried = { stdio: "ignore", env: {}, timeout: startMs, killSignal: "SIGKILL" } as const;
  try {
    return spawnSync(shell, ["-c", "exit 7"], tried).status === 7;
  } catch {
    return false;
  }
}
