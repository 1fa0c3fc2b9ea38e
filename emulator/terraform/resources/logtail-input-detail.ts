/**
 * `input_detail` on its way: the real provider decodes it into a struct of its log type, which fills in defaults and drops what
 * the struct has not. Source: `log_config.go` of aliyun-log-go-sdk 0.1.108, names and values only.
 */
import { byText } from "../../../sls/wire";

type Json = null | string | number | boolean | readonly Json[] | { readonly [name: string]: Json };
export type Detail = Readonly<Record<string, Json>>;

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

function sorted(value: Json): Json {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const entries = Object.entries(value as Detail).sort(([a], [b]) => byText(a, b));
  return Object.fromEntries(entries.map(([name, member]) => [name, sorted(member)]));
}

const unsafe = /[<>&\u2028\u2029]/g;

/** JSON with its keys in order and `<`, `>`, `&` escaped: how the real provider writes it to the state. */
export const normalJson = (value: Json): string =>
  JSON.stringify(sorted(value)).replace(unsafe, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** Normal form of JSON text; other text stays as it is, and the checks speak of it. */
export function normalised(text: string): string {
  const detail = parsed(text);
  return detail === undefined ? text : normalJson(detail);
}

export function parsed(text: string): Detail | undefined {
  try {
    const value = JSON.parse(text) as Json;
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Detail) : undefined;
  } catch {
    return undefined;
  }
}
