import { spawn } from "node:child_process";

export interface Ended {
  readonly code: number | null;
  /** Both streams, in the order in which they came. */
  readonly output: string;
}

export interface ChildOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Milliseconds; then it is killed, and `code` is null. */
  readonly patience: number;
}

/** Runs a program to its end. Rejects only when it can not be started. */
export function runChild(program: string, args: readonly string[], options: ChildOptions): Promise<Ended> {
  const { patience, ...rest } = options;
  return new Promise((resolve, reject) => {
    // A group of its own: what it started ends with it.
    const child = spawn(program, args, { ...rest, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    const end = (): void => void (child.pid !== undefined && killGroup(child.pid));
    process.once("exit", end);
    const timer = setTimeout(end, patience);
    const parts: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (part: Buffer) => parts.push(part));
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(timer);
      process.off("exit", end);
      resolve({ code, output: Buffer.concat(parts).toString("utf8") });
    });
  });
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It ended meanwhile.
  }
}
