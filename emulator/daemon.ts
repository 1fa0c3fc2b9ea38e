/** The local cloud as a process of its own: found again through a file in its state folder. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { join } from "node:path";
import type { Credentials } from "../sls/wire/request";
import { clientEnv } from "./env";
import { isAlive } from "./is-alive";
import { keptCredentials, statusPath, type LocalCloud, type LocalStatus } from "./local-cloud";

interface RunFile {
  readonly pid: number;
  readonly url: string;
}

const runFile = (stateDir: string): string => join(stateDir, "run.json");
export const logFile = (stateDir: string): string => join(stateDir, "local.log");

/** Written by whoever runs it; `forget` takes it away again. */
export function announce(stateDir: string, cloud: LocalCloud): { forget(): void } {
  writeFileSync(runFile(stateDir), JSON.stringify({ pid: process.pid, url: cloud.url } satisfies RunFile));
  return { forget: () => rmSync(runFile(stateDir), { force: true }) };
}

/** Asks the process that the state folder names; undefined when none answers, or another than that one. */
export async function runningStatus(stateDir: string): Promise<LocalStatus | undefined> {
  if (!existsSync(runFile(stateDir))) return undefined;
  try {
    const { pid, url } = JSON.parse(readFileSync(runFile(stateDir), "utf8")) as RunFile;
    const status = await askStatus(url);
    return status.pid === pid ? status : undefined;
  } catch {
    return undefined;
  }
}

function askStatus(url: string): Promise<LocalStatus> {
  return new Promise((resolve, reject) => {
    // An agent of its own: the connection must not keep a short command alive.
    const request = get(`${url}${statusPath}`, { agent: false, timeout: 2000 }, (reply) => {
      let text = "";
      reply.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      reply.on("error", reject);
      reply.on("end", () => {
        try {
          resolve(JSON.parse(text) as LocalStatus);
        } catch (error) {
          reject(error as Error);
        }
      });
    });
    request.on("timeout", () => request.destroy(new Error("no reply")));
    request.on("error", reject);
  });
}

/** Environment for clients of a local cloud that another process runs. */
export function envOfRunning(stateDir: string, status: LocalStatus): Record<string, string> {
  const credentials: Credentials = keptCredentials(stateDir);
  const files = { caFile: join(stateDir, "ca.pem"), caBundleFile: join(stateDir, "ca-bundle.pem") };
  return clientEnv({ url: status.url, region: status.region, credentials, ...files });
}

export interface StartOptions {
  readonly stateDir: string;
  /** `local run …` as this process was started: node, script, arguments. */
  readonly command: readonly [program: string, ...args: string[]];
}

const startPatienceMs = 15_000;

/** Starts it in the background and waits until it answers. Throws with what it wrote when it does not come up. */
export async function startDaemon({ stateDir, command }: StartOptions): Promise<LocalStatus> {
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  const log = openSync(logFile(stateDir), "w", 0o600);
  const [program, ...args] = command;
  const child = spawn(program, args, { detached: true, stdio: ["ignore", log, log] });
  let ended: number | undefined;
  child.on("error", () => (ended = -1));
  child.on("exit", (code) => (ended = code ?? -1));
  child.unref();
  for (const end = Date.now() + startPatienceMs; Date.now() < end;) {
    const status = await runningStatus(stateDir);
    if (status !== undefined) return status;
    if (ended !== undefined) break;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  const wrote = readFileSync(logFile(stateDir), "utf8").trim();
  throw new Error(wrote.replace(/^error: /, "") || `the local cloud did not come up; see ${logFile(stateDir)}`);
}

const stopPatienceMs = 5_000;

/** Resolves to whether one was running. */
export async function stopDaemon(stateDir: string): Promise<boolean> {
  const status = await runningStatus(stateDir);
  if (status === undefined) {
    rmSync(runFile(stateDir), { force: true });
    return false;
  }
  process.kill(status.pid, "SIGTERM");
  for (const end = Date.now() + stopPatienceMs; Date.now() < end;) {
    if (!isAlive(status.pid)) return true;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  process.kill(status.pid, "SIGKILL");
  rmSync(runFile(stateDir), { force: true });
  return true;
}
