/** `sls-agent status`: what the agent of a data folder has written down last. */
import { join } from "node:path";
import { dataDirHeld } from "../data-dir";
import { exitCodes } from "../exit-codes";
import { SetAsideCounts } from "../set-aside/counts";
import { SetAsideFolder } from "../set-aside/folder";
import { describeStatus } from "../status/describe-status";
import { readStatus, type AgentStatus } from "../status/status-file";

export interface StatusOptions {
  readonly dataDir: string;
  readonly json: boolean;
  /** Resolves when the reader has it. */
  readonly write: (text: string) => Promise<void>;
}

/** Throws a NoStatusError where no agent has ever run. */
export async function status({ dataDir, json, write }: StatusOptions): Promise<number> {
  const written = readStatus(dataDir);
  const alive = await isOf(dataDir, written);
  const found = alive ? written : { ...written, setAside: await setAsideNow(dataDir, written) };
  await write(json ? `${JSON.stringify({ ...found, alive }, undefined, 2)}\n` : describeStatus(found, alive));
  return alive ? exitCodes.ok : exitCodes.notRunning;
}

/** Whether an agent with this data folder is alive. */
export async function runs(dataDir: string): Promise<boolean> {
  try {
    return await isOf(dataDir, readStatus(dataDir));
  } catch {
    return false;
  }
}

/** Whether the agent that wrote this status runs. */
async function isOf(dataDir: string, { state, pid }: AgentStatus): Promise<boolean> {
  return state !== "stopped" && ((await dataDirHeld(dataDir)) ?? isAlive(pid));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Someone else's process is one, too.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** `set-aside remove` needs no agent. */
async function setAsideNow(dataDir: string, written: Partial<AgentStatus>): Promise<AgentStatus["setAside"]> {
  const counts = new SetAsideCounts(new SetAsideFolder(join(dataDir, "set-aside")), written.setAside);
  await counts.look();
  return counts.current;
}
