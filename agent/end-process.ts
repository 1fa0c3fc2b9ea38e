import * as fs from "node:fs";

const shell = "/bin/sh";

/** Node has it from 22.15 on; the process goes on as another program, of which nothing of this one is left but its standard streams. */
interface WithExecve {
  execve?(file: string, args: readonly string[], env: NodeJS.ProcessEnv): never;
}

/**
 * Ends this process with `code`, for certain and at once. `process.exit` waits for all threads: for the engine's, where one that
 * compiles may wait for the collector, which is the main thread's to run (Node 24, one stop in eight right after a flood;
 * https://github.com/nodejs/node/issues/54918), and for one that a disk or a pipe holds in the kernel. So the process becomes a
 * shell that does nothing but end with that code. No "exit" listeners are called.
 */
export function endProcess(code: number): never {
  // Where it failed, it would abort.
  if (isProgram(shell)) (process as WithExecve).execve?.(shell, ["sh", "-c", `exit ${code}`], {});
  process.exit(code);
}

function isProgram(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
