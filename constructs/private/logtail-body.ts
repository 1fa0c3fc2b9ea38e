/**
 * A Logtail config's input as `/configs` takes it. Source: SLS API reference, CreateConfig; the defaults of the service's Python SDK; what iLogtail's
 * UserLogConfigParser reads of `advanced`.
 * Fields that were not wished for are left out, so that the service's own defaults hold.
 */
import type { LogtailInputType } from "../../sls/model/logtail-config";
import type { LogFormatDefinition } from "../log-format";
import type { LogMask } from "../log-mask";
import type { ContainerOptions, LogSourceDefinition } from "../log-source";
import type { LogTopic } from "../log-topic";
import { beginOf, timeOf, type LogtailWishes } from "./logtail-wishes";
import { syslogPlugin } from "./syslog-plugin";

type Detail = Readonly<Record<string, unknown>>;
export interface LogtailInput {
  readonly inputType: LogtailInputType;
  readonly inputDetail: Detail;
  /** Besides logstoreName. */
  readonly outputDetail?: Detail;
}

type Files = Extract<LogSourceDefinition, { kind: "files" }>;

export function logtailInput(wishes: LogtailWishes): LogtailInput {
  const { format, source } = wishes;
  if (format.kind === "syslog") {
    // localStorage: the agent keeps lines on disk, up to its limit, while the service cannot be reached.
    return { inputType: "syslog", inputDetail: { tag: format.tag, localStorage: true, ...common(wishes) } };
  }
  if (format.kind === "asFound") return "inputType" in format.found ? format.found : neverPipeline();
  if (format.kind === "plugin") {
    const { kind: _kind, ...plugin } = format;
    return { inputType: "plugin", inputDetail: { plugin, localStorage: true, ...rate(wishes) } };
  }
  if (source?.kind !== "files") {
    return { inputType: "plugin", inputDetail: { plugin: syslogPlugin(wishes), localStorage: true, ...rate(wishes) } };
  }
  return { inputType: "file", inputDetail: { ...files(source, wishes), ...common(wishes), ...time(wishes) } };
}

function neverPipeline(): never {
  throw new Error("a pipeline has no body of the older form");
}

const given = (fields: Readonly<Record<string, unknown>>): Detail =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

function files(source: Files, wishes: LogtailWishes): Detail {
  const { format, discardUnmatched, discardNonUtf8 } = wishes;
  const { exclude = {}, container } = source;
  const blacklist = given({
    dir_blacklist: exclude.directories,
    filename_blacklist: exclude.files,
    filepath_blacklist: exclude.paths,
  });
  const year = timeOf(format)?.format.year;
  const advanced = given({
    blacklist: Object.keys(blacklist).length > 0 ? blacklist : undefined,
    tail_size_kb: source.tailSizeKb,
    specified_year: year === "current" ? 0 : year,
    k8s: container && kubernetes(container),
  });
  return {
    logPath: source.directory,
    filePattern: source.pattern,
    ...parsing(format),
    topicFormat: topicFormat(wishes.topic),
    fileEncoding: source.encoding,
    maxDepth: source.depth,
    discardUnmatch: discardUnmatched,
    localStorage: true,
    ...(discardNonUtf8 ? { discardNonUtf8 } : {}),
    ...(container === undefined ? {} : dockerFields(container)),
    ...(Object.keys(advanced).length > 0 ? { advanced } : {}),
  };
}

/** What belongs to one `logType`. */
function parsing(format: LogFormatDefinition): Detail {
  const begin = beginOf(format);
  const timeFormat = timeOf(format)?.format.format ?? "";
  const logBegin = begin === undefined ? {} : { logBeginRegex: begin };
  switch (format.kind) {
    case "regex":
      return { logType: "common_reg_log", ...logBegin, regex: format.pattern, key: format.keys, timeFormat };
    case "json":
      return { logType: "json_log", timeFormat, timeKey: format.time?.key ?? "" };
    case "delimiter":
      return {
        logType: "delimiter_log",
        separator: format.separator,
        ...(format.quote === undefined ? {} : { quote: format.quote }),
        key: format.keys,
        timeFormat,
        timeKey: format.time?.key ?? "",
        autoExtend: format.autoExtend,
        ...(format.acceptFewer ? { acceptNoEnoughKeys: true } : {}),
      };
    case "apsara":
      return { logType: "apsara_log", logBeginRegex: begin ?? ".*" };
    case "simple":
    case "syslog":
    case "rfcSyslog":
    case "plugin":
    case "asFound":
      return { logType: "common_reg_log", ...logBegin, regex: "(.*)", key: ["content"], timeFormat };
  }
}

function topicFormat(topic: LogTopic): string {
  switch (topic.kind) {
    case "none":
      return "none";
    case "machineGroup":
      return "group_topic";
    case "path":
      return "default";
    case "fromPath":
      return topic.value;
    case "custom":
      return `customized://${topic.value}`;
  }
}

function dockerFields(container: ContainerOptions): Detail {
  return {
    dockerFile: true,
    ...given({
      dockerIncludeLabel: container.includeLabels,
      dockerExcludeLabel: container.excludeLabels,
      dockerIncludeEnv: container.includeEnv,
      dockerExcludeEnv: container.excludeEnv,
    }),
  };
}

function kubernetes(container: ContainerOptions): Detail | undefined {
  const names = given({
    K8sNamespaceRegex: container.namespace,
    K8sPodRegex: container.pod,
    K8sContainerRegex: container.container,
  });
  return Object.keys(names).length > 0 ? names : undefined;
}

function common(wishes: LogtailWishes): Detail {
  const keys = Object.keys(wishes.filters);
  return {
    ...(wishes.uploadRaw ? { enableRawLog: true } : {}),
    ...(keys.length > 0 ? { filterKey: keys, filterRegex: Object.values(wishes.filters) } : {}),
    ...(wishes.masks.length > 0 ? { sensitive_keys: wishes.masks.map(sensitiveKey) } : {}),
    ...rate(wishes),
  };
}

function time({ format }: LogtailWishes): Detail {
  const timeZone = timeOf(format)?.format.timeZone;
  return timeZone === undefined ? {} : { adjustTimezone: true, logTimezone: timeZone };
}

const sensitiveKey = ({ key, type, before, content, all, replacement }: LogMask): Detail => ({
  key,
  type,
  regex_begin: before,
  regex_content: content,
  all,
  ...(replacement === undefined ? {} : { const: replacement }),
});

/** `sendRateExpire` in unix seconds, 0 for ever. */
function rate({ sendRate }: LogtailWishes): Detail {
  if (sendRate === undefined) return {};
  const until = sendRate.until === undefined ? 0 : Math.floor(sendRate.until.getTime() / 1000);
  return { maxSendRate: sendRate.bytesPerSecond, sendRateExpire: until };
}
