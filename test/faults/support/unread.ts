/** What Linux tells of a process and of a port, for cases that must know what the agent had read when it was killed. */
import type { ChildProcess } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { until } from "../../agent/support/world";

const isStopped = (pid: number | undefined): boolean =>
  readdirSync(`/proc/${pid}/task`).every((thread) =>
    /\) T /.test(readFileSync(`/proc/${pid}/task/${thread}/stat`, "utf8")),
  );

/** Stops all threads of it, until SIGCONT or SIGKILL. */
export async function freeze(process: ChildProcess): Promise<void> {
  process.kill("SIGSTOP");
  await until("the process is stopped", () => isStopped(process.pid));
}

/**
 * Bytes that lie in the kernel for whoever holds the IPv4 connections at this port, while both ends are stopped: sent, and not read yet.
 * What has come but was not acknowledged counts at both ends, so that the greater is what lies there (as long as no window is full).
 */
export function unreadBytes(port: number): number {
  const established = "01";
  let sent = 0;
  let come = 0;
  for (const row of readFileSync("/proc/net/tcp", "utf8").trim().split("\n").slice(1)) {
    const [, local = "", remote = "", state, queues = ""] = row.trim().split(/\s+/);
    if (state !== established) continue;
    const [toSend = "", toRead = ""] = queues.split(":");
    if (portOf(remote) === port) sent += parseInt(toSend, 16);
    if (portOf(local) === port) come += parseInt(toRead, 16);
  }
  return Math.max(sent, come);
}

const portOf = (address: string): number => parseInt(address.split(":")[1] ?? "", 16);
