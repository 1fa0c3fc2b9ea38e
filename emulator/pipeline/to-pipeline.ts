/**
 * A Logtail config as a pipeline. Source: SLS user guide, "Logtail configurations: old and new"; options of the plugins from
 * LoongCollector's documentation. Throws Unconvertable.
 */
import type { LogtailConfigBody } from "../../sls/model/logtail-config";
import type { PipelineConfigBody, PipelinePlugin } from "../../sls/model/logtail-pipeline";
import { Members, Unconvertable } from "./unconvertable";

type Json = Readonly<Record<string, unknown>>;

/** Members that only say how the agent works inside, or what is so anyway. */
const insideMatters = [
  ...["localStorage", "enableTag", "maxSendRate", "sendRateExpire", "mergeType", "delayAlarmBytes", "priority"],
  ...["preserve", "preserveDepth"],
];

export function toPipeline(config: LogtailConfigBody, flusher: Json): PipelineConfigBody {
  const { configName, inputType, inputDetail, outputDetail, logSample } = config;
  const detail = new Members(inputDetail, `inputDetail of ${configName}`);
  const parts = inputType === "file" ? fileParts(detail) : inputType === "plugin" ? pluginParts(detail) : undefined;
  if (parts === undefined) throw new Unconvertable(`${configName} is of inputType ${inputType}, which no pipeline has`);
  const shardHashKeys = detail.texts("shardHashKey");
  detail.ignore(...insideMatters);
  detail.end();
  const sink = {
    Type: "flusher_sls",
    ...flusher,
    Logstore: outputDetail.logstoreName,
    ...(shardHashKeys.length > 0 ? { ShardHashKeys: shardHashKeys } : {}),
  };
  return { configName, ...(logSample === undefined ? {} : { logSample }), ...parts, flushers: [sink] };
}

type Parts = Omit<PipelineConfigBody, "configName" | "logSample" | "flushers">;

function fileParts(detail: Members): Parts {
  if (detail.flag("dockerFile"))
    throw new Unconvertable("dockerFile chooses containers, which the local cloud cannot convert");
  const start = detail.text("logBeginRegex", ".*");
  const depth = detail.number("maxDepth", 100);
  const input = {
    Type: "input_file",
    FilePaths: [`${detail.text("logPath").replace(/\/+$/, "")}/**/${detail.text("filePattern")}`],
    MaxDirSearchDepth: depth,
    FileEncoding: detail.text("fileEncoding", "utf8"),
    ...(start === ".*" || start === "" ? {} : { Multiline: { StartPattern: start } }),
  };
  const processors = [...parsers(detail), ...filters(detail), ...masks(detail)];
  return { global: topic(detail), inputs: [input], ...(processors.length > 0 ? { processors } : {}) };
}

function parsers(detail: Members): PipelinePlugin[] {
  const logType = detail.text("logType");
  const KeepingSourceWhenParseFail = !detail.flag("discardUnmatch");
  const common = { SourceKey: "content", KeepingSourceWhenParseFail };
  switch (logType) {
    case "common_reg_log": {
      const [Regex, Keys] = [detail.text("regex", "(.*)"), detail.texts("key")];
      const whole = Regex === "(.*)" && (Keys.length === 0 || (Keys.length === 1 && Keys[0] === "content"));
      const parser = { Type: "processor_parse_regex_native", ...common, Regex, Keys };
      return [...(whole ? [] : [parser]), ...timestamp(detail, "time")];
    }
    case "json_log":
      return [{ Type: "processor_parse_json_native", ...common }, ...timestamp(detail, detail.text("timeKey"))];
    case "delimiter_log": {
      const parser = {
        Type: "processor_parse_delimiter_native",
        ...common,
        Separator: detail.text("separator"),
        Quote: detail.text("quote", '"'),
        Keys: detail.texts("key"),
        AllowingShortenedFields: detail.flag("acceptNoEnoughKeys"),
        OverflowedFieldsTreatment: detail.flag("autoExtend", true) ? "extend" : "discard",
      };
      return [parser, ...timestamp(detail, detail.text("timeKey"))];
    }
    case "apsara_log": {
      const Timezone = timeZone(detail);
      detail.ignore("timeFormat");
      return [{ Type: "processor_parse_apsara_native", ...common, ...(Timezone ? { Timezone } : {}) }];
    }
    default:
      throw new Unconvertable(`logType ${logType} is none that a pipeline has a processor for`);
  }
}

function timeZone(detail: Members): string {
  const zone = detail.text("logTimezone");
  return detail.flag("adjustTimezone") ? zone : "";
}

function timestamp(detail: Members, SourceKey: string): PipelinePlugin[] {
  const SourceFormat = detail.text("timeFormat");
  const zone = timeZone(detail);
  if (SourceFormat === "" || SourceKey === "") return [];
  const SourceTimezone = zone === "" ? {} : { SourceTimezone: zone };
  return [{ Type: "processor_parse_timestamp_native", SourceKey, SourceFormat, ...SourceTimezone }];
}

function filters(detail: Members): PipelinePlugin[] {
  const keys = detail.texts("filterKey");
  const patterns = detail.texts("filterRegex");
  if (keys.length === 0) return [];
  const Include = Object.fromEntries(keys.map((key, n) => [key, patterns[n] ?? ""]));
  return [{ Type: "processor_filter_regex_native", Include }];
}

function masks(detail: Members): PipelinePlugin[] {
  const rules = detail.take("sensitive_keys") ?? [];
  if (!Array.isArray(rules)) throw new Unconvertable("sensitive_keys is no list");
  return rules.map((rule: Json) => {
    const members = new Members(rule, "sensitive_keys");
    const Method = members.text("type");
    const constant = members.text("const");
    const mask = {
      Type: "processor_desensitize_native",
      SourceKey: members.text("key"),
      Method,
      ...(Method === "const" ? { ReplacingString: constant } : {}),
      ContentPatternBeforeReplacedString: members.text("regex_begin"),
      ReplacedContentPattern: members.text("regex_content"),
      ReplacingAll: members.flag("all"),
    };
    members.end();
    return mask;
  });
}

const customized = "customized://";

function topic(detail: Members): Json {
  const format = detail.text("topicFormat", "none");
  if (format === "" || format === "none") return {};
  if (format === "default") return { TopicType: "default" };
  if (format === "group_topic") return { TopicType: "machine_group_topic" };
  if (format.startsWith(customized)) return { TopicType: "custom", TopicFormat: format.slice(customized.length) };
  return { TopicType: "filepath", TopicFormat: format };
}

/** `{type, detail}` of the old form is `{Type, ...detail}` in the new one. */
function pluginParts(detail: Members): Parts {
  const plugin = new Members((detail.take("plugin") ?? {}) as Json, "plugin");
  const list = (name: string): PipelinePlugin[] => {
    const all = plugin.take(name) ?? [];
    if (!Array.isArray(all)) throw new Unconvertable(`plugin.${name} is no list`);
    return all.map(({ type, detail: options }: { type?: unknown; detail?: Json }) => ({
      Type: String(type),
      ...options,
    }));
  };
  const [inputs, processors, aggregators] = [list("inputs"), list("processors"), list("aggregators")];
  const global = (plugin.take("global") ?? {}) as Json;
  plugin.end();
  if (inputs.length === 0) throw new Unconvertable("plugin.inputs is empty");
  return {
    global,
    inputs,
    ...(processors.length > 0 ? { processors } : {}),
    ...(aggregators.length > 0 ? { aggregators } : {}),
  };
}
