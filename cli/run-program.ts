import { spawn } from "node:child_process";
import { constants } from "node:os";

/** Runs a command as a child with these variables added; resolves to its exit code. */
export function runProgram(program: string, args: readonly string[], env: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: "inherit", env: { ...process.env, ...env } });
    // A terminal sends Ctrl-C to the child too: what it does with it decides how this ends.
    const pass = (signal: NodeJS.Signals): boolean => child.kill(signal);
    for (const signal of ["SIGTERM", "SIGHUP"] as const) process.on(signal, pass);
    process.on("SIGINT", () => undefined);
    child.on("error", (error: NodeJS.ErrnoException) =>
      reject(error.code === "ENOENT" ? new Error(`${program}: command not found`) : error),
    );
    child.on("exit", (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
}
