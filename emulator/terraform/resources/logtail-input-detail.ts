/**
 * `input_detail` on its way: the real provider decodes it into a struct of its log type, which fills in defaults and drops what
 * the struct has not. Source: `log_config.go` of aliyun-log-go-sdk 0.1.108, names and values only.
 */
import type { JsonObject as Detail, JsonValue as Json } from "../json-text";

/** Members that are always sent, with the value that they get when the user names none. */
const common: Detail = {
  localStorage: true,
  enableTag: true,
  enableRawLog: false,
  maxSendRate: -1,
  sendRateExpire: 0,
  mergeType: "topic",
  adjustTimezone: false,
};
const file: Detail = {
  ...common,
  logType: "",
  logPath: "",
  filePattern: "",
  timeFormat: "",
  topicFormat: "none",
  preserve: true,
  preserveDepth: 0,
  fileEncoding: "utf8",
  discardUnmatch: true,
  maxDepth: 100,
  tailExisted: false,
  discardNonUtf8: false,
  delaySkipBytes: 0,
  dockerFile: false,
};
/** Members that are sent only where they hold something. */
const commonOptional = [
  "filterKey",
  "filterRegex",
  "shardHashKey",
  "sensitive_keys",
  "delayAlarmBytes",
  "logTimezone",
  "priority",
];
const fileOptional = [
  ...commonOptional,
  "dockerIncludeLabel",
  "dockerExcludeLabel",
  "dockerIncludeEnv",
  "dockerExcludeEnv",
  "plugin",
  "advanced",
];

const kinds: Readonly<Record<string, { always: Detail; optional: readonly string[] }>> = {
  json_log: { always: { ...file, timeKey: "" }, optional: fileOptional },
  apsara_log: { always: { ...file, logBeginRegex: ".*" }, optional: fileOptional },
  common_reg_log: {
    always: { ...file, key: ["content"], logBeginRegex: ".*", regex: "(.*)" },
    optional: [...fileOptional, "customizedFields"],
  },
  delimiter_log: {
    always: {
      ...file,
      separator: "",
      quote: "\u0001",
      key: null,
      timeKey: "",
      autoExtend: true,
      acceptNoEnoughKeys: false,
    },
    optional: fileOptional,
  },
  plugin: { always: { ...common, plugin: {} }, optional: commonOptional },
};

const isEmpty = (value: Json | undefined): boolean =>
  value === undefined ||
  value === null ||
  value === "" ||
  value === 0 ||
  value === false ||
  (typeof value === "object" && Object.keys(value).length === 0);

/** What is sent, or why it cannot be. */
export function completed(inputType: string, detail: Detail): Detail | Error {
  const logType = detail["logType"];
  const kind = kinds[inputType === "plugin" ? "plugin" : String(logType)];
  if (kind === undefined) {
    const known = Object.keys(kinds).filter((name) => name !== "plugin");
    return new Error(
      `input_detail: logType must be one of ${known.join(", ")}, got ${JSON.stringify(logType ?? null)}`,
    );
  }
  if (inputType === "plugin" && (detail["plugin"] === undefined || logType !== undefined)) {
    return new Error('input_detail: with input_type "plugin" it must hold "plugin" and no "logType"');
  }
  const always = Object.keys(kind.always).map((name): [string, Json] => [
    name,
    detail[name] ?? kind.always[name] ?? null,
  ]);
  const optional = kind.optional
    .filter((name) => !isEmpty(detail[name]))
    .map((name): [string, Json] => [name, detail[name] ?? null]);
  return Object.fromEntries([...always, ...optional]);
}
