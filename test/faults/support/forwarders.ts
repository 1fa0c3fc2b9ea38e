/** The real rsyslog in front of whoever takes its lines. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { until } from "../../agent/support/world";
import { aliLogFormat, reachable, startRsyslog, type RunningRsyslog } from "../../agent/support/rsyslog";
import type { RunningAgent } from "../../agent/support/bundle";
import type { FaultBench } from "./bench";
import type { CloudAddress } from "./pull";

const forEver = 'action.resumeRetryCount="-1" action.resumeInterval="1"';

/** What may come twice after each kill of the agent over RELP. */
const relpWindow = 300;

/** Takes lines over TCP and forwards them to a port over RELP; what the agent has not answered stays in its queue. */
export function relpForwarder(folder: string, port: number, timeout = 5): Promise<RunningRsyslog> {
  mkdirSync(folder, { recursive: true });
  return startRsyslog(
    folder,
    aliLogFormat,
    'module(load="omrelp")',
    `user.* action(type="omrelp" target="127.0.0.1" port="${port}" template="ALI_LOG_FMT" windowSize="${relpWindow}" timeout="${timeout}"
       ${forEver} queue.type="LinkedList" queue.size="200000")`,
  );
}

/** The same over plain TCP. */
export function tcpForwarder(folder: string, port: number): Promise<RunningRsyslog> {
  mkdirSync(folder, { recursive: true });
  return startRsyslog(
    folder,
    aliLogFormat,
    `user.* action(type="omfwd" protocol="tcp" target="127.0.0.1" port="${port}" template="ALI_LOG_FMT"
       ${forEver} queue.type="LinkedList" queue.size="200000")`,
  );
}

/** Takes lines over TCP at a port and writes them into a file: the peer beside which the agent is measured. */
export function tcpReceiver(folder: string, port: number, file: string): Promise<RunningRsyslog> {
  mkdirSync(folder, { recursive: true });
  return startRsyslog(
    folder,
    '$template AS_IT_CAME,"%rawmsg%\\n"',
    'ruleset(name="in" queue.type="FixedArray" queue.size="100000") {',
    `  action(type="omfile" file="${file}" template="AS_IT_CAME")`,
    "}",
    `input(type="imtcp" address="127.0.0.1" port="${port}" ruleset="in" supportOctetCountedFraming="off")`,
  );
}

/**
 * An rsyslog between two others, with a queue on disk that is written before a line is answered: what a machine has where a
 * restart or a crash of rsyslog itself must cost nothing.
 */
export function diskQueueForwarder(folder: string, port: number, to: number): Promise<RunningRsyslog> {
  mkdirSync(folder, { recursive: true });
  return startRsyslog(
    folder,
    aliLogFormat,
    'module(load="omrelp")',
    'module(load="imrelp")',
    'ruleset(name="through" queue.type="Direct") {',
    `  action(type="omrelp" target="127.0.0.1" port="${to}" template="ALI_LOG_FMT" windowSize="${relpWindow}" timeout="5" ${forEver}`,
    '    queue.type="Disk" queue.filename="through" queue.checkpointInterval="1" queue.saveOnShutdown="on" queue.maxFileSize="4m")',
    "}",
    `input(type="imrelp" address="127.0.0.1" port="${port}" ruleset="through")`,
  );
}

/** Forwards lines as they are over RELP: the first of a chain. */
export function relpSource(folder: string, to: number): Promise<RunningRsyslog> {
  mkdirSync(folder, { recursive: true });
  return startRsyslog(
    folder,
    'module(load="omrelp")',
    `user.* action(type="omrelp" target="127.0.0.1" port="${to}" template="RSYSLOG_SyslogProtocol23Format" windowSize="${relpWindow}"
       timeout="5" ${forEver} queue.type="LinkedList" queue.size="200000")`,
  );
}

/** An agent that takes RELP on a port, as soon as it does. */
export async function relpAgent(
  bench: FaultBench<CloudAddress>,
  port: number,
  env: NodeJS.ProcessEnv = {},
  ...more: readonly string[]
): Promise<RunningAgent> {
  const running = bench.agent(env, "--port", "off", "--relp-port", String(port), ...more);
  await until("the agent listens", () => reachable(port));
  return running;
}

export const folderOf = (bench: FaultBench<CloudAddress>, name: string): string => join(bench.folder, name);
