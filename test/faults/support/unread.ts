/** What Linux tells of a process and of a port, for cases that must know what the agent had read when it was killed. */
import { readFileSync } from "node:fs";

/** Whether SIGSTOP has stopped all threads of it. */
export function isStopped(pid: number | undefined): boolean {
  const state = /\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1];
  return state === "T";
}

/** Bytes that lie in the kernel for whoever holds the IPv4 connections at this port. */
export function unreadBytes(port: number): number {
  const established = "01";
  let unread = 0;
  for (const row of readFileSync("/proc/net/tcp", "utf8").trim().split("\n").slice(1)) {
    const [, local = "", , state, queues = ""] = row.trim().split(/\s+/);
    if (parseInt(local.split(":")[1] ?? "", 16) !== port || state !== established) continue;
    unread += parseInt(queues.split(":")[1] ?? "", 16);
  }
  return unread;
}
