/**
 * What a Logtail config says of its lines besides where they go. Source: SLS API reference, CreateConfig, `inputDetail`; how each is
 * meant: iLogtail (LogFilter, SensitiveWordCastOption).
 */
import { regexProblem } from "../../parsers";
import { inputDetailDefaults } from "../../sls/model/logtail-defaults";

/** `sensitive_keys`: what is hidden in a field. */
export interface MaskRule {
  readonly key: string;
  readonly type: "const" | "md5";
  /** What comes right before the secret, and stays. */
  readonly before: string;
  /** The secret. Undefined where the rule cannot be used: then the whole field is hidden. */
  readonly content?: string;
  readonly replacement: string;
  /** Every occurrence, not the first alone. */
  readonly all: boolean;
}

export interface LogtailRules {
  /** `filterKey`, `filterRegex`: a log is collected only if it has each of these fields, matched as a whole. */
  readonly filters?: readonly { readonly key: string; readonly regex: string }[];
  readonly masks?: readonly MaskRule[];
  /** `enableRawLog`: the line as it came is stored too, as `__raw__`. */
  readonly raw?: boolean;
  /** `maxSendRate`, `sendRateExpire`: bytes a second before compression; until then, in unix seconds. */
  readonly sendRate?: { readonly bytesPerSecond: number; readonly until?: number };
}

export interface RulesFound {
  /** Lines of one source go to one shard, in order. */
  readonly ordered?: boolean;
  /** `enableTag`: what is sent tells of the machine. */
  readonly machineTags?: boolean;
  /** Undefined where there is none. */
  readonly rules?: LogtailRules;
  /** Fields that ask for something that this agent does not do, each with what it does instead. */
  readonly notApplied?: readonly string[];
}

type Detail = Readonly<Record<string, unknown>>;

/** Read here, or of no consequence for lines that are sent: what one PutLogs holds is the agent's matter. */
const known: ReadonlySet<string> = new Set([
  "tag",
  "filterKey",
  "filterRegex",
  "sensitive_keys",
  "enableRawLog",
  "maxSendRate",
  "sendRateExpire",
  "shardHashKey",
  "enableTag",
  "mergeType",
]);

/** What the agent does instead, where that is worth telling. */
const instead: Readonly<Record<string, string>> = {
  localStorage: "where unsent lines wait is the agent's setting buffer.mode",
  topicFormat: "the topic is that of the machine group",
  discardUnmatch: "lines that fit no format are stored whole",
  discardNonUtf8: "bytes that are not UTF-8 are stored as they came",
  adjustTimezone: "times are those of the lines; where they tell no zone, the agent's own counts (TZ)",
  logTimezone: "times are those of the lines; where they tell no zone, the agent's own counts (TZ)",
  priority: "all logstores are sent to alike",
  delayAlarmBytes: "how much waits is in status and metrics",
};

/** Takes nothing of `detail` for what it should be. */
export function rulesOf(detail: Detail): RulesFound {
  const problems: string[] = [];
  const rules: LogtailRules = {
    ...filtersOf(detail, problems),
    ...masksOf(detail, problems),
    ...(detail["enableRawLog"] === true ? { raw: true } : {}),
    ...sendRateOf(detail),
  };
  const ordered = orderOf(detail["shardHashKey"], problems);
  for (const [field, value] of Object.entries(detail)) {
    if (!known.has(field) && asksFor(field, value)) problems.push(`${field}: ${instead[field] ?? "not known to it"}`);
  }
  return {
    ...(ordered ? { ordered } : {}),
    ...(detail["enableTag"] === true ? { machineTags: true } : {}),
    ...(Object.keys(rules).length > 0 ? { rules } : {}),
    ...(problems.length > 0 ? { notApplied: problems } : {}),
  };
}

const isText = (value: unknown): value is string => typeof value === "string";
const textsOf = (value: unknown): readonly string[] | undefined =>
  Array.isArray(value) && value.every(isText) ? value : undefined;

function filtersOf(detail: Detail, problems: string[]): Pick<LogtailRules, "filters"> {
  const { filterKey = [], filterRegex = [] } = detail;
  const keys = textsOf(filterKey);
  const patterns = textsOf(filterRegex);
  if (keys === undefined || patterns === undefined || keys.length !== patterns.length) {
    problems.push("filterKey, filterRegex: not two lists of the same length, so all lines are collected");
    return {};
  }
  const filters = keys.map((key, i) => ({ key, regex: patterns[i] as string }));
  const usable = filters.filter(({ key, regex }) => {
    const problem = regexProblem(regex);
    if (problem !== undefined) problems.push(`filterRegex of ${key}: ${problem}, so it keeps no line out`);
    return problem === undefined;
  });
  return usable.length > 0 ? { filters: usable } : {};
}

function masksOf(detail: Detail, problems: string[]): Pick<LogtailRules, "masks"> {
  const { sensitive_keys: list = [] } = detail;
  if (!Array.isArray(list)) {
    problems.push("sensitive_keys: not a list, so nothing is hidden");
    return {};
  }
  const masks = list.flatMap((each: unknown) => {
    const mask = maskOf((each ?? {}) as Detail, problems);
    return mask === undefined ? [] : [mask];
  });
  return masks.length > 0 ? { masks } : {};
}

/** What a mask is looked for by; its first group is what stays. */
export const maskPattern = ({ before, content }: Required<Pick<MaskRule, "before" | "content">>): string =>
  `(${before})${content}`;

function maskOf(found: Detail, problems: string[]): MaskRule | undefined {
  const { key, type, regex_begin: before = "", regex_content: content, all = true, const: replacement = "" } = found;
  if (!isText(key) || key === "") {
    problems.push("sensitive_keys: one has no key, so it hides nothing");
    return undefined;
  }
  const whole: MaskRule = { key, type: "const", before: "", replacement: "***", all: false };
  const bad = (why: string): MaskRule => {
    problems.push(`sensitive_keys of ${key}: ${why}, so the whole field is hidden`);
    return whole;
  };
  if (!isText(before) || !isText(content) || content === "") return bad("regex_begin or regex_content is missing");
  if (type !== "const" && type !== "md5") return bad(`its type is neither const nor md5`);
  if (/\\(?:[1-9]|k<)/.test(before + content)) return bad("a reference back is nothing that RE2 has");
  const problem = regexProblem(before) ?? regexProblem(content) ?? regexProblem(maskPattern({ before, content }));
  if (problem !== undefined) return bad(problem);
  return { key, type, before, content, replacement: isText(replacement) ? replacement : "", all: all === true };
}

function sendRateOf(detail: Detail): Pick<LogtailRules, "sendRate"> {
  const { maxSendRate: rate, sendRateExpire: until } = detail;
  if (typeof rate !== "number" || !(rate > 0)) return {};
  return { sendRate: { bytesPerSecond: rate, ...(typeof until === "number" && until > 0 ? { until } : {}) } };
}

function orderOf(keys: unknown, problems: string[]): boolean {
  if (!Array.isArray(keys) || keys.length === 0) return false;
  if (keys.length !== 1 || keys[0] !== "__source__") {
    problems.push("shardHashKey: lines go to the shard of their source, whatever else it names");
  }
  return true;
}

/** Whether a value asks for something, where that is not just any but the default of some SDK. */
const asks: Readonly<Record<string, (value: unknown) => boolean>> = {
  discardUnmatch: (value) => value === true,
  topicFormat: (value) => value !== "none" && value !== "group_topic" && value !== "",
};

function asksFor(field: string, value: unknown): boolean {
  if (value === undefined || value === null) return false;
  const own = asks[field];
  return own === undefined ? inputDetailDefaults[field]?.some((one) => same(one, value)) !== true : own(value);
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
