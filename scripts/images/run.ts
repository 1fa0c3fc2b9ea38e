/** Other programs, run to their end. */
import { spawn, type SpawnOptions } from "node:child_process";

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Written to its standard input. */
  readonly input?: string;
  /** Is told each line of stdout and stderr as it comes. */
  readonly onLine?: (line: string) => void;
  /** Kills it. */
  readonly signal?: AbortSignal;
  /** @default 120,000 */
  readonly timeoutMs?: number;
}

/** Resolves to its stdout. Rejects with all that it wrote when it ends with anything but 0, or takes too long. */
export function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { cwd, env, input, onLine, signal, timeoutMs = 120_000 } = options;
  const spawned: SpawnOptions = {
    stdio: ["pipe", "pipe", "pipe"],
    ...(cwd ? { cwd } : {}),
    ...(env ? { env } : {}),
    ...(signal ? { signal, killSignal: "SIGKILL" } : {}),
  };
  const child = spawn(program, args, spawned);
  return new Promise((resolve, reject) => {
    let out = "";
    let all = "";
    let rest = "";
    const take = (text: string): void => {
      all += text;
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      if (onLine) lines.forEach(onLine);
    };
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      out += text;
      take(text);
    });
    child.stderr?.setEncoding("utf8").on("data", take);
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(input ?? "");
    const timer = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(new Error(`${program} cannot be run: ${error.message}`));
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (code === 0) return resolve(out);
      const how = code === null ? `was ended by ${signal ?? "a signal"}` : `ended with ${code}`;
      reject(new Error(`${[program, ...args].join(" ").slice(0, 200)} ${how}:\n${all.trim().slice(-4000)}`));
    });
  });
}

/** For what takes a second or two: machines may have others to serve. */
export const patienceMs = 60_000;

/** Calls `look`, with pauses of `pauseMs`, until it answers something else than undefined. */
export async function until<T>(
  what: string,
  timeoutMs: number,
  look: () => Promise<T | undefined> | T | undefined,
  pauseMs = 15,
): Promise<T> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > end) throw new Error(`${what}: not within ${timeoutMs / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
