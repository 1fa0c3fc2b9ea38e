import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import * as net from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { freePort } from "../../support/ports";
import { until } from "./world";

const inCi = process.env["CI"] === "true";
const runs = (config: string): boolean => {
  const file = join(mkdtempSync(join(tmpdir(), "rsyslog-check-")), "rsyslog.conf");
  writeFileSync(file, config);
  const { status } = spawnSync("rsyslogd", ["-N1", "-f", file]);
  rmSync(dirname(file), { recursive: true });
  return status === 0;
};

/** In CI nothing is skipped: what is missing there fails. */
export const skipWithoutOmrelp =
  !inCi &&
  !runs(
    'module(load="omrelp")\n*.* action(type="omrelp" target="127.0.0.1" port="1" template="RSYSLOG_ForwardFormat")\n',
  );

/** The forwarder of the seeds. */
export const aliLogFormat =
  '$template ALI_LOG_FMT,"0.1 sys_tag %timegenerated:::date-unixtimestamp% %fromhost-ip% %hostname% %pri-text% ' +
  '%protocol-version% %app-name% %procid% %msgid% %msg:::drop-last-lf%\\n"';

export interface RunningRsyslog {
  /** A unix datagram socket, for logger -u. */
  readonly socket: string;
  /** Takes syslog lines over TCP on loopback. */
  readonly port: number;
  readonly process: ChildProcess;
  stop(signal: "SIGTERM" | "SIGKILL"): Promise<void>;
}

/** Starts an rsyslogd of the test's own, with these lines as the end of its configuration. */
export async function startRsyslog(folder: string, ...lines: readonly string[]): Promise<RunningRsyslog> {
  const socket = join(folder, "log.sock");
  const spool = join(folder, "spool");
  const port = await freePort();
  mkdirSync(spool, { recursive: true });
  const config = join(folder, "rsyslog.conf");
  const head = [
    `global(workDirectory="${spool}" maxMessageSize="256k" parser.escapeControlCharactersOnReceive="off")`,
    'main_queue(queue.size="100000" queue.timeoutShutdown="10000")',
    'module(load="imuxsock" SysSock.Use="off")',
    `input(type="imuxsock" Socket="${socket}" CreatePath="on" RateLimit.Interval="0")`,
    'module(load="imtcp")',
    `input(type="imtcp" address="127.0.0.1" port="${port}")`,
  ];
  writeFileSync(config, [...head, ...lines, ""].join("\n"));
  const daemon = spawn("rsyslogd", ["-n", "-f", config, "-i", join(folder, "pid")], { stdio: "ignore" });
  const ended = new Promise((resolve) => daemon.on("exit", resolve));
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    daemon.kill(signal);
    await ended;
  };
  onTestFinished(() => stop("SIGKILL"));
  await until("rsyslogd has made its socket", () => existsSync(socket));
  await until("rsyslogd listens", () => reachable(port));
  return { socket, port, process: daemon, stop };
}

export const reachable = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
