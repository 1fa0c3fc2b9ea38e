/**
 * What systemd is told (sd_notify). Node has no datagram sockets of the Unix family, so `systemd-notify`, which is part of
 * systemd, is called: 4 ms each time. It is a child, so the unit needs NotifyAccess=all. Source: sd_notify(3), systemd-notify(1).
 */
import { execFile } from "node:child_process";

/** Assignments such as `READY=1`, in one message. Rejects where they could not be handed over. */
export type Notify = (assignments: readonly string[]) => Promise<void>;

const timeoutMs = 5_000;

/** Undefined where no supervisor listens (`NOTIFY_SOCKET` is not set). */
export function notifierFromEnv(env: NodeJS.ProcessEnv): Notify | undefined {
  const socket = env["NOTIFY_SOCKET"];
  if (!socket) return undefined;
  const childEnv = { NOTIFY_SOCKET: socket, PATH: `${env["PATH"] ?? ""}:/usr/bin:/bin` };
  return async (assignments) => {
    // One assignment is one line of the message.
    const lines = assignments.map((one) => one.replace(/\s*[\r\n]\s*/g, " "));
    const problem = await tell(lines, childEnv);
    if (problem === undefined) return;
    // systemd's SIGTERM is for all processes of a unit unless KillMode=mixed: the child may have met it.
    const again = problem.signal === undefined ? problem : await tell(lines, childEnv);
    if (again !== undefined) throw new Error(`${again.why}; the unit then needs Type=exec and no WatchdogSec`);
  };
}

/** Why it could not be told, and the signal that ended the child. */
function tell(
  lines: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ readonly why: string; readonly signal?: string } | undefined> {
  return new Promise((resolve) => {
    execFile("systemd-notify", lines, { env, timeout: timeoutMs }, (error, _, said) => {
      if (error === null) return resolve(undefined);
      const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
      const why = missing ? "systemd-notify is not installed" : said.trim() || error.message.trim();
      resolve({ why, ...(error.signal ? { signal: error.signal } : {}) });
    });
  });
}

/** How often systemd wants to hear of this process, in milliseconds; undefined where it does not. */
export function watchdogMs(env: NodeJS.ProcessEnv, pid: number): number | undefined {
  const microseconds = Number(env["WATCHDOG_USEC"]);
  const wanted = env["WATCHDOG_PID"];
  if (!Number.isFinite(microseconds) || microseconds <= 0) return undefined;
  return wanted === undefined || wanted === String(pid) ? microseconds / 1000 : undefined;
}
