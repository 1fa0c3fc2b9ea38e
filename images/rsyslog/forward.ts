/**
 * The rsyslog drop-in that brings a machine's log lines to the agent, or to Logtail: `/etc/rsyslog.d/80-logtail.conf`.
 * The numbers are of trials with rsyslog 8.2302: with the default queue of 1,000 messages a burst stalls while nobody listens.
 */
import { syslogTagProblem } from "../../sls/model";

export interface RsyslogForwardOptions {
  /**
   * relp: each line is acknowledged when it is safe; needs the package rsyslog-relp, and sls-agent.
   * tcp: Logtail can take it too; what the kernel holds when the receiver dies is lost.
   * @default "relp"
   */
  readonly transport?: "relp" | "tcp";
  /** IP address or host name of the agent. @default "127.0.0.1" */
  readonly target?: string;
  /** @default 11112 for relp, 11111 for tcp */
  readonly port?: number;
  /** Selects the Logtail config: its `inputDetail.tag`. @default "sys_tag" */
  readonly tag?: string;
  /**
   * extended: the reported time with its microseconds, and structured data of RFC 5424; sls-agent's own.
   * logtail: version 0.1 as Logtail documents it, with the time of reception.
   * @default extended for relp, logtail for tcp
   */
  readonly format?: "extended" | "logtail";
  /** Which messages, as an rsyslog selector. @default "*.*" */
  readonly selector?: string;
  /** A longer message is cut in two, or truncated. Counts for all of rsyslog. @default "64k" */
  readonly maxMessageSize?: string;
  readonly queue?: RsyslogQueue;
}

/** Where lines wait while nobody takes them: in memory, then on disk. */
export interface RsyslogQueue {
  /** Begin of the names of its files in rsyslog's work directory. @default "fwdRule1" */
  readonly fileName?: string;
  /** Messages in memory. @default 10000 */
  readonly size?: number;
  /** @default "1g" */
  readonly maxDiskSpace?: string;
  /** Folder of its files. @default rsyslog's work directory */
  readonly spoolDirectory?: string;
}

/** The template's fields after its head; `msg` last, for it alone may hold spaces. */
const fields = "%fromhost-ip% %hostname% %pri-text% %protocol-version% %app-name% %procid% %msgid%";
const formats = {
  logtail: { version: "0.1", time: "%timegenerated:::date-unixtimestamp%", fields },
  extended: {
    version: "0.1+sd",
    time: "%timereported:::date-unixtimestamp%.%timereported:::date-subseconds%",
    fields: `${fields} %structured-data%`,
  },
} as const;

/** Throws a list of all that is wrong. */
export function rsyslogForward(options: RsyslogForwardOptions = {}): string {
  const problems = problemsOf(options);
  if (problems.length > 0) throw new Error(`rsyslog drop-in: ${problems.join("; ")}`);
  const {
    transport = "relp",
    target = "127.0.0.1",
    tag = "sys_tag",
    selector = "*.*",
    maxMessageSize = "64k",
  } = options;
  const { fileName = "fwdRule1", size = 10_000, maxDiskSpace = "1g", spoolDirectory } = options.queue ?? {};
  const relp = transport === "relp";
  const format = formats[options.format ?? (relp ? "extended" : "logtail")];
  const port = options.port ?? (relp ? 11112 : 11111);
  const message = `${format.version} ${tag} ${format.time} ${format.fields} %msg:::drop-last-lf%\\n`;
  const parameters = [
    relp
      ? `type="omrelp" target="${target}" port="${port}"`
      : `type="omfwd" protocol="tcp" target="${target}" port="${port}"`,
    'name="logtail" template="ALI_LOG_FMT"',
    // How many lines may wait for their answer: the speed, and the most that is stored twice after a kill.
    ...(relp ? ['windowSize="1000"'] : []),
    // Tries never end; after each ten the pause grows by the interval. Its limit (30 min) can be lowered by name since 8.1901,
    // but counts only after 8.2306 (rsyslog #5171): before, an outage of an hour ends in pauses of half a minute.
    'action.resumeRetryCount="-1" action.resumeInterval="1" action.resumeIntervalMax="10"',
    `queue.type="LinkedList" queue.size="${size}"`,
    `queue.filename="${fileName}" queue.maxDiskSpace="${maxDiskSpace}" queue.saveOnShutdown="on"`,
    ...(spoolDirectory === undefined ? [] : [`queue.spoolDirectory="${spoolDirectory}"`]),
    // At its default of 10 ms rsyslog throws lines away when it is stopped under load.
    'queue.timeoutShutdown="10000"',
  ];
  return [
    "# Brings log lines to the agent of Log Service. Made by images/rsyslog/forward.ts of cdktf-sls.",
    ...(relp ? ['module(load="omrelp")'] : []),
    `global(maxMessageSize="${maxMessageSize}")`,
    `template(name="ALI_LOG_FMT" type="string" string="${message}")`,
    `${selector} action(`,
    ...parameters.map((line) => `  ${line}`),
    ")",
    "",
  ].join("\n");
}

const sizePattern = /^[1-9]\d*[kmg]?$/i;

function problemsOf({
  target,
  port,
  tag,
  selector,
  maxMessageSize,
  transport,
  format,
  queue = {},
}: RsyslogForwardOptions): string[] {
  const must = (name: string, value: unknown, ok: (value: never) => boolean, mustBe: string): string[] =>
    value === undefined || ok(value as never) ? [] : [`${name} must be ${mustBe}, got ${JSON.stringify(value)}`];
  const whole = (least: number, most: number) => (value: number) =>
    Number.isInteger(value) && value >= least && value <= most;
  const matches = (pattern: RegExp) => (value: string) => pattern.test(value);
  const tagProblem = tag === undefined ? undefined : syslogTagProblem(tag);
  return [
    ...must("transport", transport, matches(/^(relp|tcp)$/), '"relp" or "tcp"'),
    ...must("format", format, matches(/^(extended|logtail)$/), '"extended" or "logtail"'),
    ...must("target", target, matches(/^[A-Za-z0-9.:-]{1,253}$/), 'an IP address or a host name such as "127.0.0.1"'),
    ...must("port", port, whole(1, 65_535), "a whole number from 1 to 65535"),
    ...(tagProblem === undefined ? [] : [tagProblem]),
    ...must(
      "tag",
      tag,
      (value: string) => !/["\\%]/.test(value),
      "without \", \\ and %, which rsyslog's template gives a meaning",
    ),
    ...must(
      "selector",
      selector,
      matches(/^[A-Za-z0-9*.,;!=_-]+$/),
      'an rsyslog selector such as "*.*" or "*.info;mail.none"',
    ),
    ...must("maxMessageSize", maxMessageSize, matches(sizePattern), 'a number of bytes such as "64k"'),
    ...must("queue.fileName", queue.fileName, matches(/^[A-Za-z0-9_-]{1,64}$/), "1 to 64 letters, digits, - or _"),
    ...must("queue.size", queue.size, whole(2_000, 100_000_000), "a whole number from 2000: less stalls on a burst"),
    ...must("queue.maxDiskSpace", queue.maxDiskSpace, matches(sizePattern), 'a number of bytes such as "1g"'),
    ...must(
      "queue.spoolDirectory",
      queue.spoolDirectory,
      matches(/^\/[A-Za-z0-9._/-]*$/),
      'a folder such as "/var/spool/rsyslog"',
    ),
  ];
}
