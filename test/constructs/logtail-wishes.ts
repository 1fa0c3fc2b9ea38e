/** One wish for each kind of Logtail config; golden/logtail/ has what each must become, and logtail_config_details.py asks the Python SDK for it. */
import { LogFormat, LogMask, LogSource, LogTopic, TimeFormat, type LogtailConfigOptions } from "../../constructs";

const source = LogSource.files({ directory: "/var/log/app", pattern: "*.log" });

export const wishes: Readonly<Record<string, LogtailConfigOptions>> = {
  syslog: { format: LogFormat.syslog({ tag: "sys_tag" }) },
  simple: { format: LogFormat.simple(), source },
  regex: {
    format: LogFormat.regex({
      pattern: String.raw`(\d+-\d+-\d+ \d+:\d+:\d+) (\S+) (.*)`,
      keys: ["time", "level", "message"],
      begin: String.raw`\d+-\d+-\d+ .*`,
      time: TimeFormat.of("%Y-%m-%d %H:%M:%S", { timeZone: "GMT+08:00" }),
    }),
    source: LogSource.files({
      directory: "/var/log/app",
      pattern: "*.log",
      depth: 5,
      encoding: "gbk",
      exclude: { directories: ["/var/log/app/old"], files: ["*.tmp.log"] },
    }),
    topic: LogTopic.fromPath(String.raw`/var/log/app/(\w+)\.log`),
    filters: { level: "WARN|ERROR" },
    masks: [LogMask.constant({ key: "message", before: "password=", content: "[^,]+", replacement: "***" })],
    uploadRaw: true,
    sendRate: { bytesPerSecond: 1_048_576, until: new Date("2027-01-01T00:00:00Z") },
    logSample: "2026-11-21 13:00:00 ERROR boom\n  at main",
  },
  json: {
    format: LogFormat.json({ time: { key: "ts", format: TimeFormat.of("%s") } }),
    source,
    topic: LogTopic.machineGroup(),
    discardNonUtf8: true,
  },
  delimiter: {
    format: LogFormat.delimiter({
      separator: "|",
      keys: ["ts", "user", "action"],
      time: { key: "ts", format: TimeFormat.of("%Y-%m-%dT%H:%M:%S") },
      acceptFewer: true,
    }),
    source,
    topic: LogTopic.custom("audit"),
    logSample: { text: '2026-11-21T13:00:00|"a|b"|login', fields: { user: "a|b" } },
  },
  apsara: { format: LogFormat.apsara({ begin: String.raw`\[\d+-\d+-\d+ .*` }), source, discardUnmatched: true },
  container: {
    format: LogFormat.simple(),
    source: LogSource.files({
      directory: "/app/logs",
      pattern: "*.log",
      container: { includeLabels: { app: "web" }, excludeEnv: { DEBUG: "1" }, namespace: "^prod-" },
      tailSizeKb: 0,
    }),
    topic: LogTopic.path(),
  },
  plugin: {
    format: LogFormat.plugin({
      inputs: [{ type: "service_http_server", detail: { Address: ":18689", Format: "sls" } }],
      processors: [{ type: "processor_json", detail: { SourceKey: "content" } }],
    }),
  },
  "plugin-syslog": {
    format: LogFormat.rfcSyslog({ protocol: "rfc5424" }),
    source: LogSource.syslog({ port: 6514, protocol: "udp", address: "0.0.0.0" }),
    filters: { _severity_: "[0-4]" },
    masks: [LogMask.md5({ key: "_content_", before: "card=", content: String.raw`\d+` })],
  },
};
