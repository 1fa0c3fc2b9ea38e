/** Brings the lines to the agent: through real rsyslog with the seeds' forwarder, or, without it, as the same bytes. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { hostname } from "node:os";
import { join } from "node:path";
import { findOnPath } from "../../deploy/terraform-binary";
import { programs, type DemoProgram } from "./lines";
import { start } from "./processes";

export interface Forwarder {
  /** How the lines travel, in a sentence. */
  readonly how: string;
  /** Where `logger` can add lines; undefined without rsyslog. */
  readonly socket: string | undefined;
  /** Writes all lines of all programs; calls back as each is handed over. */
  write(onWritten: (program: string, n: number) => void): Promise<void>;
}

/** The seeds' file 80-logtail.conf, with the port and the resume interval of a demo, and the queue size of docs/agent.md. */
const rsyslogConf = (folder: string, port: number): string => `global(workDirectory="${folder}/spool")
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="${folder}/log.sock" CreatePath="on" RateLimit.Interval="0")

$ActionQueueFileName fwdRule1 # unique name prefix for spool files
$ActionQueueMaxDiskSpace 1g # 1gb space limit (use as much as possible)
$ActionQueueSaveOnShutdown on # save messages to disk on shutdown
$ActionQueueType LinkedList # run asynchronously
$ActionQueueSize 10000
$ActionResumeRetryCount -1 # infinite retries if host is down
$ActionResumeInterval 1

# Defines the fields of log data
$template ALI_LOG_FMT,"0.1 sys_tag %timegenerated:::date-unixtimestamp% %fromhost-ip% %hostname% %pri-text% %protocol-version% %app-name% %procid% %msgid% %msg:::drop-last-lf%\\n"
*.* @@127.0.0.1:${port};ALI_LOG_FMT
`;

export async function startForwarder(folder: string, port: number): Promise<Forwarder> {
  const path = { PATH: `${process.env["PATH"]}:/usr/sbin:/sbin` };
  const rsyslogd = findOnPath("rsyslogd", path);
  const logger = findOnPath("logger", path);
  if (rsyslogd === undefined || logger === undefined) {
    const missing = rsyslogd === undefined ? "rsyslogd" : "logger";
    const debian = rsyslogd === undefined ? "rsyslog" : "bsdutils";
    return {
      how: `${missing} is not installed (Debian: apt-get install ${debian}): the demo sends the bytes that rsyslog would send`,
      socket: undefined,
      write: (onWritten) => sendDirect(port, onWritten),
    };
  }
  mkdirSync(join(folder, "spool"), { recursive: true });
  const conf = join(folder, "rsyslog.conf");
  writeFileSync(conf, rsyslogConf(folder, port));
  const socket = join(folder, "log.sock");
  const args = ["-n", "-f", conf, "-i", join(folder, "rsyslogd.pid")];
  const daemon = start(rsyslogd, args, { logFile: join(folder, "rsyslogd.log") });
  await waitFor(daemon.exited, () => existsSync(socket), "rsyslogd", join(folder, "rsyslogd.log"));
  return {
    socket,
    how: `${rsyslogd} with the seeds' template and disk queue -> 127.0.0.1:${port}`,
    write: async (onWritten) => {
      await Promise.all(programs.map((program) => runLogger(logger, socket, program, onWritten)));
    },
  };
}

async function waitFor(exited: Promise<number>, ready: () => boolean, name: string, log: string): Promise<void> {
  let ended = false;
  void exited.then(
    () => (ended = true),
    () => (ended = true),
  );
  for (let tries = 0; !ready(); tries++) {
    if (ended || tries > 500) throw new Error(`${name} did not come up; see ${log}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** One `logger` a program: each line on its stdin is one message. */
function runLogger(
  logger: string,
  socket: string,
  program: DemoProgram,
  onWritten: (program: string, n: number) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const args = ["--socket", socket, "--tag", program.program, `--id=${program.pid}`, "--priority", "user.info"];
    const child = spawn(logger, args, { stdio: ["pipe", "ignore", "inherit"] });
    child.on("error", reject);
    child.on("close", (code) => (code === 0 ? resolve() : reject(new Error(`logger ended with ${code}`))));
    child.stdin.on("error", reject);
    for (let n = 0; n < program.lines; n++) {
      onWritten(program.program, n);
      child.stdin.write(`${program.message(n)}\n`);
    }
    child.stdin.end();
  });
}

function sendDirect(port: number, onWritten: (program: string, n: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", reject);
    socket.on("close", () => resolve());
    for (const { program, pid, lines, message } of programs) {
      for (let n = 0; n < lines; n++) {
        onWritten(program, n);
        const time = Math.floor(Date.now() / 1000);
        socket.write(`0.1 sys_tag ${time} 127.0.0.1 ${hostname()} user.info 0 ${program} ${pid} -  ${message(n)}\n`);
      }
    }
    socket.end();
  });
}
