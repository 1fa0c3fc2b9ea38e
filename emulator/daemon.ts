/** The local cloud as a process of its own: found again through a file in its state folder. */
import { spawn } from "node:child_process";
import {
  constants,
  copyFileSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { Credentials } from "../sls/wire/request";
import { clientEnv } from "./env";
import { commandOf, isAlive } from "./other-process";
import { statusPath, type LocalStatus } from "./admin";
import { askAdmin } from "./admin-client";
import { keptCredentials } from "./access-key";
import type { LocalCloud } from "./local-cloud";

interface RunFile {
  readonly pid: number;
  /** Left out until it listens. */
  readonly url?: string;
}

const runFile = (stateDir: string): string => join(stateDir, "run.json");
const logFile = (stateDir: string): string => join(stateDir, "local.log");

function readRunFile(stateDir: string): RunFile | undefined {
  try {
    return JSON.parse(readFileSync(runFile(stateDir), "utf8")) as RunFile;
  } catch {
    return undefined;
  }
}

/** Whether the process that the file names is a local cloud still, and not one that got its number later. */
const isOurs = ({ pid }: RunFile): boolean => isAlive(pid) && /\blocal\b.*\brun\b/.test(commandOf(pid) ?? "");

export interface Claim {
  /** Tells others where it listens. */
  announce(cloud: LocalCloud): void;
  release(): void;
}

/** Takes a state folder for this process; throws when another that lives has it. */
export function claimState(stateDir: string): Claim {
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  // It appears whole: one that is read half-written would be taken for left behind.
  const written = `${runFile(stateDir)}.${process.pid}`;
  const write = (file: RunFile): void => writeFileSync(written, JSON.stringify(file));
  write({ pid: process.pid });
  for (;;) {
    try {
      create(written, runFile(stateDir));
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const other = readRunFile(stateDir);
    if (other !== undefined && other.pid !== process.pid && isOurs(other)) {
      rmSync(written);
      throw new Error(
        `a local cloud runs already with the folder ${stateDir} (pid ${other.pid}, ${other.url ?? "starting"})`,
      );
    }
    // Left behind by one that was killed.
    rmSync(runFile(stateDir), { force: true });
  }
  rmSync(written);
  return {
    announce: ({ url }) => {
      write({ pid: process.pid, url });
      renameSync(written, runFile(stateDir));
    },
    release: () => {
      if (readRunFile(stateDir)?.pid === process.pid) rmSync(runFile(stateDir), { force: true });
    },
  };
}

/** Gives `to` what is in `from`; throws with EEXIST where it is there. */
function create(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") throw error;
    // A file system without links.
    copyFileSync(from, to, constants.COPYFILE_EXCL);
  }
}

/** Asks the process that the state folder names; undefined when none answers, or another than that one. */
export async function runningStatus(stateDir: string): Promise<LocalStatus | undefined> {
  const file = readRunFile(stateDir);
  if (file?.url === undefined) return undefined;
  try {
    const status = (await askAdmin(file.url, statusPath)) as LocalStatus;
    return status.pid === file.pid ? status : undefined;
  } catch {
    return undefined;
  }
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
  const env = { ...process.env, NO_COLOR: "1" };
  const child = spawn(program, args, { detached: true, stdio: ["ignore", log, log], env });
  let ended: number | undefined;
  child.on("error", () => (ended = -1));
  child.on("exit", (code) => (ended = code ?? -1));
  child.unref();
  for (const end = Date.now() + startPatienceMs; Date.now() < end;) {
    const status = await runningStatus(stateDir);
    if (status !== undefined) return status;
    // When two are started at once, one ends and the other comes up.
    const holder = readRunFile(stateDir);
    if (ended !== undefined && (holder === undefined || !isOurs(holder))) break;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  const wrote = readFileSync(logFile(stateDir), "utf8").trim();
  throw new Error(wrote.replace(/^error: /, "") || `the local cloud did not come up; see ${logFile(stateDir)}`);
}

const stopPatienceMs = 5_000;

/** Resolves to whether one was running. One that does not answer any more is ended as well. */
export async function stopDaemon(stateDir: string): Promise<boolean> {
  const file = readRunFile(stateDir);
  if (file === undefined) return false;
  if (!isOurs(file)) {
    rmSync(runFile(stateDir), { force: true });
    return false;
  }
  process.kill(file.pid, "SIGTERM");
  if (await isGone(file.pid)) return true;
  process.kill(file.pid, "SIGKILL");
  await isGone(file.pid);
  rmSync(runFile(stateDir), { force: true });
  return true;
}

/** Whether it ends within some seconds. */
async function isGone(pid: number): Promise<boolean> {
  for (const end = Date.now() + stopPatienceMs; Date.now() < end;) {
    if (!isAlive(pid)) return true;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return false;
}
