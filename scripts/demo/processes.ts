/** Children of the demo: started in groups of their own, and none left behind. */
import { spawn, type ChildProcess } from "node:child_process";
import { openSync } from "node:fs";
import { isAlive } from "../../emulator/other-process";
import { descendants } from "../process-tree";

export interface Started {
  readonly pid: number;
  readonly exited: Promise<number>;
}

export interface StartOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** File that takes stdout and stderr; without it they are handed to `onLine`. */
  readonly logFile?: string;
  readonly onLine?: (line: string) => void;
}

const live = new Set<ChildProcess>();
/** Set by stopAll and killAll: a step that is still under way must not start anything after them. */
let stopping = false;

/** Starts a program in a process group of its own, so that Ctrl-C reaches it only through us. */
export function start(program: string, args: readonly string[], options: StartOptions = {}): Started {
  if (stopping) throw new Error(`${program} was not started: everything is being stopped`);
  const log = options.logFile === undefined ? "pipe" : openSync(options.logFile, "a");
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    detached: true,
    stdio: ["ignore", log, log],
  });
  live.add(child);
  for (const stream of [child.stdout, child.stderr]) {
    let rest = "";
    stream?.setEncoding("utf8").on("data", (chunk: string) => {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) options.onLine?.(line);
    });
    stream?.on("end", () => rest !== "" && options.onLine?.(rest));
  }
  const exited = new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      live.delete(child);
      resolve(code ?? (signal === null ? 1 : 128));
    });
  });
  // Who awaits `exited` sees the failure; who does not is told by what he waits for instead.
  exited.catch(() => undefined);
  return { pid: child.pid ?? -1, exited };
}

/** Runs a program to its end; throws with its output when it fails. */
export async function run(program: string, args: readonly string[], options: StartOptions = {}): Promise<string> {
  const lines: string[] = [];
  const onLine = (line: string): void => {
    lines.push(line);
    options.onLine?.(line);
  };
  const code = await start(program, args, { ...options, onLine }).exited;
  if (code !== 0)
    throw new Error(`${[program, ...args].join(" ")} ended with ${code}:\n${lines.slice(-30).join("\n")}`);
  return lines.join("\n");
}

const below = (pid: number): number[] => descendants(pid).map((one) => one.pid);

/** To it and all below it. Terraform runs under a terminal of its own, outside of any group of ours. */
function signalTree(pid: number, signal: NodeJS.Signals): void {
  for (const one of [...below(pid), -pid, pid]) {
    try {
      process.kill(one, signal);
    } catch {
      // gone already
    }
  }
}

/** TERM, then KILL for what is still there after `patienceMs`. */
export async function stopTree(pid: number, patienceMs = 12_000): Promise<void> {
  const all = [pid, ...below(pid)];
  signalTree(pid, "SIGTERM");
  if (await haveEnded(all, patienceMs)) return;
  for (const one of all.filter(isAlive)) signalTree(one, "SIGKILL");
  // Until then they may write into a folder that is about to be removed.
  await haveEnded(all, patienceMs);
}

/** Whether they do within so long. */
async function haveEnded(pids: readonly number[], patienceMs: number): Promise<boolean> {
  const end = Date.now() + patienceMs;
  while (pids.some(isAlive) && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 20));
  return !pids.some(isAlive);
}

/** At once, for a second Ctrl-C. */
export function killAll(): void {
  stopping = true;
  for (const child of live) if (child.pid !== undefined) signalTree(child.pid, "SIGKILL");
}

/** Newest first: the order in which they are to be stopped. */
export const livePids = (): number[] => [...live].flatMap(({ pid }) => (pid === undefined ? [] : [pid])).reverse();

export async function stopAll(patienceMs?: number): Promise<void> {
  stopping = true;
  await Promise.all([...live].map((child) => stopTree(child.pid ?? -1, patienceMs)));
}
