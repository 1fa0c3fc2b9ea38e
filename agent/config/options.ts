import { isIP } from "node:net";
import type { StreamLogFormat } from "../../parsers";
import { endpointProblem, projectNameProblem, regionProblem } from "../../sls/model";
import type { Overflow } from "../buffer/log-buffer";
import type { LogFormat } from "../status/event-log";
import type { Level } from "../status/events";
import { checkInput, inputExample, type InputSettings } from "./input-settings";
import { choice, flag, integer, list, listOf, optionalInteger, portOrOff, text } from "./option";
import { checkStreamLogFormat, streamLogFormatExample } from "./stream-log-formats";

const addressProblem = (value: string): string | undefined =>
  isIP(value) !== 0 || value === "localhost" ? undefined : 'an IP address such as "127.0.0.1"';

/** A rule of sls/model says "x must be …, got …" itself. */
const said =
  (rule: (value: string) => string | undefined) =>
  (value: string): string | undefined =>
    rule(value)?.replace(/^.*? must be /, "");

/** All settings of the agent. Flags and docs/agent.md are made from this table. */
export const options = {
  endpoint: text<string | undefined>(
    {
      path: "endpoint",
      env: "SLS_AGENT_ENDPOINT",
      flag: "--endpoint <host>",
      doc: "Log Service endpoint; https unless it begins with http://",
      fallback: undefined,
      fallbackText: "from region and network",
    },
    said(endpointProblem),
  ),
  region: text<string | undefined>(
    {
      path: "region",
      env: "SLS_AGENT_REGION",
      flag: "--region <id>",
      doc: "region of the projects, when no endpoint is given",
      fallback: undefined,
      fallbackText: "none; endpoint or region must be given",
    },
    said(regionProblem),
  ),
  network: choice(
    {
      path: "network",
      env: "SLS_AGENT_NETWORK",
      doc: "which endpoint of the region: public, or intranet from within Alibaba Cloud",
      fallback: "public",
    },
    ["public", "intranet"],
  ),
  projects: list(
    {
      path: "projects",
      env: "SLS_AGENT_PROJECTS",
      flag: "--project <name...>",
      doc: "log projects in which this machine's groups are looked for; `project` is understood too",
      fallback: [],
      fallbackText: "none; at least one must be given",
    },
    said(projectNameProblem),
  ),
  syslogHost: text<string>(
    {
      path: "syslog.host",
      env: "SLS_AGENT_SYSLOG_HOST",
      flag: "--host <address>",
      doc: "address on which lines are taken; 0.0.0.0 for other machines too",
      fallback: "127.0.0.1",
    },
    addressProblem,
  ),
  syslogPort: portOrOff({
    path: "syslog.port",
    env: "SLS_AGENT_SYSLOG_PORT",
    flag: "--port <number>",
    doc: "TCP port on which lines are taken; 0 for any free one, off for none",
    fallback: 11111,
  }),
  maxLineBytes: integer(
    {
      path: "syslog.maxLineBytes",
      env: "SLS_AGENT_SYSLOG_MAX_LINE_BYTES",
      doc: "a longer line is cut, the rest follows as lines of its own under `content`",
      fallback: 512 * 1024,
    },
    1024,
    900 * 1024,
    "the service takes values up to 1 MB",
  ),
  receptionTime: flag({
    path: "syslog.receptionTime",
    env: "SLS_AGENT_SYSLOG_RECEPTION_TIME",
    doc: "adds to each log when its line came, as `timegenerated`: unix seconds with milliseconds",
    fallback: false,
  }),
  streamLogFormats: listOf<StreamLogFormat>(
    {
      path: "streamlog_formats",
      doc: "versions of Logtail's stream format besides 0.1, as in Logtail's own file",
      fallback: [],
      fallbackText: "none",
    },
    streamLogFormatExample,
    checkStreamLogFormat,
  ),
  relpHost: text(
    {
      path: "relp.host",
      env: "SLS_AGENT_RELP_HOST",
      doc: "address on which lines are taken over RELP; 0.0.0.0 for other machines too",
      fallback: "127.0.0.1",
    },
    addressProblem,
  ),
  relpPort: portOrOff({
    path: "relp.port",
    env: "SLS_AGENT_RELP_PORT",
    flag: "--relp-port <number>",
    doc: "TCP port on which lines are taken over RELP (rsyslog's omrelp); 11112 is free as a rule; 0 for any free one",
    fallback: "off",
  }),
  inputs: listOf<InputSettings>(
    { path: "inputs", doc: "further inputs, see below", fallback: [], fallbackText: "none" },
    inputExample,
    checkInput,
  ),
  workingIp: text<string | undefined>(
    {
      path: "workingIp",
      env: "SLS_AGENT_WORKING_IP",
      doc: "this machine's address: the source of its own lines, and its name in machine groups by ip",
      fallback: undefined,
      fallbackText: "first address that is not loopback",
    },
    (value) => (isIP(value) === 0 ? "an IP address" : undefined),
  ),
  dataDir: text<string>({
    path: "dataDir",
    env: "SLS_AGENT_DATA_DIR",
    flag: "--data-dir <folder>",
    doc: "holds status, last good configs, unsent lines, lines set aside",
    fallback: "/var/lib/sls-agent",
  }),
  credentialsFile: text<string | undefined>({
    path: "credentials.file",
    env: "SLS_AGENT_CREDENTIALS_FILE",
    doc: "JSON file with credentials as STS answers them; another program renews it, it is read when it has changed",
    fallback: undefined,
    fallbackText: "none",
  }),
  ecsRole: text<string | undefined>({
    path: "credentials.ecsRole",
    env: "ALIBABA_CLOUD_ECS_METADATA",
    doc: "RAM role of this ECS instance, by its name; `auto`: whichever is attached",
    fallback: undefined,
    fallbackText: "none",
  }),
  compress: choice(
    {
      path: "compress",
      env: "SLS_AGENT_COMPRESS",
      doc: "compression of what is sent; zstd needs Node 22.15",
      fallback: "lz4",
    },
    ["lz4", "deflate", "zstd", "none"],
  ),
  pollSeconds: integer(
    {
      path: "pollSeconds",
      env: "SLS_AGENT_POLL_SECONDS",
      flag: "--poll-seconds <number>",
      doc: "time between two looks for changed configs; 5 at most while there is none",
      fallback: 30,
    },
    1,
    3600,
  ),
  bufferMode: choice<"disk" | "memory">(
    {
      path: "buffer.mode",
      env: "SLS_AGENT_BUFFER_MODE",
      doc: "where unsent lines wait: disk (in memory too, as long as there is room), or memory (on disk from a stop to the next start only)",
      fallback: "disk",
    },
    ["disk", "memory"],
  ),
  bufferBytes: integer(
    {
      path: "buffer.maxBytes",
      env: "SLS_AGENT_BUFFER_MAX_BYTES",
      doc: "unsent lines of one logstore on disk, encoded; what happens then says buffer.overflow",
      fallback: 1024 * 1024 * 1024,
    },
    1024 * 1024,
    2 ** 40,
  ),
  memoryBytes: integer(
    {
      path: "buffer.memoryBytes",
      env: "SLS_AGENT_BUFFER_MEMORY_BYTES",
      doc: "memory for unsent lines of all logstores together; what is on disk leaves it when it gets short",
      fallback: 32 * 1024 * 1024,
    },
    4 * 1024 * 1024,
    2 ** 32,
  ),
  maxAgeHours: integer(
    {
      path: "buffer.maxAgeHours",
      env: "SLS_AGENT_BUFFER_MAX_AGE_HOURS",
      doc: "lines that an agent could not send for so long are dropped; the time counts from the start of the agent that sends them",
      fallback: 24,
    },
    1,
    7 * 24,
  ),
  overflow: choice<Overflow>(
    {
      path: "buffer.overflow",
      env: "SLS_AGENT_BUFFER_OVERFLOW",
      doc: "when the buffer is full: block (the senders of lines are held back), drop-oldest or drop-newest",
      fallback: "block",
    },
    ["block", "drop-oldest", "drop-newest"],
  ),
  commitMs: integer(
    {
      path: "buffer.commitMs",
      env: "SLS_AGENT_BUFFER_COMMIT_MS",
      doc: "time between two writes to disk; a kill loses what came in it (RELP waits for the write, and so loses nothing)",
      fallback: 20,
    },
    1,
    10_000,
  ),
  fsync: choice<"when-asked" | "always">(
    {
      path: "buffer.fsync",
      env: "SLS_AGENT_BUFFER_FSYNC",
      doc: "the disk has to promise each write: when-asked (by RELP, and at a stop), or always (lines of TCP survive a power cut too)",
      fallback: "when-asked",
    },
    ["when-asked", "always"],
  ),
  batchBytes: integer(
    {
      path: "sender.batchBytes",
      env: "SLS_AGENT_BATCH_BYTES",
      doc: "size of one PutLogs before compression",
      fallback: 512 * 1024,
    },
    1024,
    8 * 1024 * 1024,
  ),
  batchLines: integer(
    { path: "sender.batchLines", env: "SLS_AGENT_BATCH_LINES", doc: "lines of one PutLogs", fallback: 4096 },
    1,
    40960,
  ),
  lingerMs: integer(
    {
      path: "sender.lingerMs",
      env: "SLS_AGENT_LINGER_MS",
      doc: "how long a batch that is not full waits for more lines",
      fallback: 100,
    },
    0,
    60_000,
  ),
  concurrency: integer(
    {
      path: "sender.concurrency",
      env: "SLS_AGENT_CONCURRENCY",
      doc: "requests to one logstore at once; 1 keeps lines in order (so does shardHashKey of a Logtail config, source by source)",
      fallback: 4,
    },
    1,
    64,
  ),
  timeoutSeconds: integer(
    {
      path: "sender.timeoutSeconds",
      env: "SLS_AGENT_TIMEOUT_SECONDS",
      doc: "for one request, until the last byte of the reply",
      fallback: 30,
    },
    1,
    600,
  ),
  drainSeconds: integer(
    {
      path: "drainSeconds",
      env: "SLS_AGENT_DRAIN_SECONDS",
      flag: "--drain-seconds <number>",
      doc: "at a stop: time for sending what is left before the rest is kept on disk",
      fallback: 10,
    },
    0,
    600,
  ),
  limitMemoryBytes: optionalInteger(
    {
      path: "limits.memoryBytes",
      env: "SLS_AGENT_MEMORY_BYTES",
      doc: "resident memory; above it inputs are held back while there are unsent lines; by default 3/4 of MemoryMax at most",
      fallback: undefined,
      fallbackText: "512 MiB, or twice `buffer.memoryBytes` if that is more",
    },
    64 * 1024 * 1024,
    2 ** 40,
  ),
  cpuPercent: optionalInteger(
    {
      path: "limits.cpuPercent",
      env: "SLS_AGENT_CPU_PERCENT",
      doc: "share of one core; above it inputs are held back for short whiles",
      fallback: undefined,
      fallbackText: "none: no limit",
    },
    10,
    6400,
  ),
  statusPort: optionalInteger(
    {
      path: "status.port",
      env: "SLS_AGENT_STATUS_PORT",
      doc: "port on 127.0.0.1 for /metrics, /healthz and /readyz; 0 for any free one",
      fallback: undefined,
      fallbackText: "none: not served",
    },
    0,
    65535,
  ),
  logFormat: choice<LogFormat>(
    {
      path: "log.format",
      env: "SLS_AGENT_LOG_FORMAT",
      flag: "--log-format <format>",
      doc: "events on stdout: json (a line each, for journald) or text (for people)",
      fallback: "json",
    },
    ["json", "text"],
  ),
  logLevel: choice<Level>(
    {
      path: "log.level",
      env: "SLS_AGENT_LOG_LEVEL",
      flag: "--log-level <level>",
      doc: "lowest level printed; debug prints each batch: never where rsyslog forwards the agent's own output",
      fallback: "info",
    },
    ["debug", "info", "warn", "error"],
  ),
} as const;

export type Options = typeof options;
export type OptionName = keyof Options;
type ValueOf<O> = O extends { readonly check: (value: unknown) => infer C }
  ? Extract<C, { value: unknown }>["value"]
  : never;
/** Every option with its checked value. */
export type OptionValues = { readonly [Name in OptionName]: ValueOf<Options[Name]> };
