/** A pipeline as a Logtail config: the way back of to-pipeline.ts. Throws Unconvertable. */
import type { LogtailConfigBody } from "../../sls/model/logtail-config";
import { logstoreOfPipeline, type PipelineConfigBody, type PipelinePlugin } from "../../sls/model/logtail-pipeline";
import { Members, Unconvertable } from "./unconvertable";

type Json = Readonly<Record<string, unknown>>;

export function toConfig(pipeline: PipelineConfigBody): LogtailConfigBody {
  const { configName, logSample, inputs, flushers } = pipeline;
  const [input] = inputs;
  const [flusher] = flushers;
  if (input === undefined || flusher === undefined) throw new Unconvertable(`${configName} has no input or no flusher`);
  if (Object.keys(pipeline.task ?? {}).length > 0) throw new Unconvertable(`${configName} has a task`);
  const isFile = input.Type === "input_file";
  if (!isFile && !/^(service|metric)_/.test(input.Type)) {
    throw new Unconvertable(`${configName} has the input ${input.Type}, which no Logtail config has`);
  }
  const sink = new Members(flusher, "flusher_sls");
  const shardHashKey = sink.texts("ShardHashKeys");
  sink.ignore("Type", "Logstore", "Project", "Endpoint", "Region", "TelemetryType", "CompressType");
  sink.end();
  const detail = isFile ? fileDetail(input, pipeline) : pluginDetail(pipeline);
  return {
    configName,
    ...(logSample === undefined ? {} : { logSample }),
    inputType: isFile ? "file" : "plugin",
    inputDetail: { ...detail, localStorage: true, ...(shardHashKey.length > 0 ? { shardHashKey } : {}) },
    outputType: "LogService",
    outputDetail: { logstoreName: logstoreOfPipeline(pipeline) },
  };
}

function fileDetail(
  input: PipelinePlugin,
  { configName, global = {}, processors = [], aggregators = [] }: PipelineConfigBody,
): Json {
  if (aggregators.length > 0) throw new Unconvertable(`${configName} reads files and has an aggregator`);
  const members = new Members(input, "input_file");
  const multiline = new Members((members.take("Multiline") ?? {}) as Json, "input_file.Multiline");
  const start = multiline.text("StartPattern");
  if (multiline.text("Mode", "custom") !== "custom")
    throw new Unconvertable("input_file.Multiline is not of Mode custom");
  multiline.end();
  const place = placeOf(members);
  const fileEncoding = members.text("FileEncoding", "utf8");
  members.ignore("Type", "EnableContainerDiscovery");
  if (members.flag("EnableContainerDiscovery")) throw new Unconvertable("input_file chooses containers");
  members.end();
  return { ...place, fileEncoding, topicFormat: topicFormat(global), ...parsing(configName, processors, start) };
}

// A folder and a pattern, with `/**` between them where it is searched in depth.
function placeOf(members: Members): Json {
  const [path = "", ...more] = members.texts("FilePaths");
  const depth = members.number("MaxDirSearchDepth", 0);
  const match = /^(\/.*?)(\/\*\*)?\/([^/]+)$/.exec(path);
  if (more.length > 0 || match === null || match[1]?.includes("*")) {
    throw new Unconvertable(
      `input_file.FilePaths ${JSON.stringify([path, ...more])} is not one folder and one pattern`,
    );
  }
  return { logPath: match[1], filePattern: match[3], maxDepth: match[2] === undefined ? 0 : depth };
}

function topicFormat(global: Json): string {
  const members = new Members(global, "global");
  const format = members.text("TopicFormat");
  const type = members.text("TopicType");
  members.end();
  switch (type) {
    case "":
    case "none":
      return "none";
    case "default":
      return "default";
    case "machine_group_topic":
      return "group_topic";
    case "custom":
      return `customized://${format}`;
    case "filepath":
      return format;
    default:
      throw new Unconvertable(`global.TopicType is ${type}`);
  }
}

const parserTypes: Readonly<Record<string, string>> = {
  processor_parse_regex_native: "common_reg_log",
  processor_parse_json_native: "json_log",
  processor_parse_delimiter_native: "delimiter_log",
  processor_parse_apsara_native: "apsara_log",
};

/** At most a parser first, then a timestamp, then filters and masks: the order in which the old form does it. */
function parsing(configName: string, processors: readonly PipelinePlugin[], start: string): Json {
  const rest = [...processors];
  const next = (type: RegExp): PipelinePlugin | undefined =>
    type.test(rest[0]?.Type ?? "") ? rest.shift() : undefined;
  const parser = next(/^processor_parse_(regex|json|delimiter|apsara)_native$/);
  const timestamp = next(/^processor_parse_timestamp_native$/);
  const filter = next(/^processor_filter_regex_native$/);
  const masks: Json[] = [];
  for (let one; (one = next(/^processor_desensitize_native$/)) !== undefined;) masks.push(mask(one));
  if (rest[0] !== undefined) {
    throw new Unconvertable(
      `${configName} has the processor ${rest[0].Type} at a place where no Logtail config has it`,
    );
  }
  const logType = parserTypes[parser?.Type ?? ""] ?? "common_reg_log";
  const begin = start === "" ? {} : { logBeginRegex: start };
  return {
    logType,
    ...(logType === "common_reg_log" || logType === "apsara_log" ? { logBeginRegex: ".*", ...begin } : begin),
    ...parserDetail(logType, parser),
    ...time(logType, timestamp, parser),
    ...(filter ? filterDetail(filter) : {}),
    ...(masks.length > 0 ? { sensitive_keys: masks } : {}),
  };
}

function parserDetail(logType: string, parser: PipelinePlugin | undefined): Json {
  if (parser === undefined) return { regex: "(.*)", key: ["content"] };
  const members = new Members(parser, parser.Type);
  if (members.text("SourceKey", "content") !== "content")
    throw new Unconvertable(`${parser.Type} reads another field than content`);
  const discardUnmatch = !members.flag("KeepingSourceWhenParseFail");
  members.ignore("Type", "Timezone");
  const detail =
    logType === "common_reg_log"
      ? { regex: members.text("Regex"), key: members.texts("Keys") }
      : logType === "delimiter_log"
        ? delimiterDetail(members)
        : {};
  members.end();
  return { ...detail, discardUnmatch };
}

function delimiterDetail(members: Members): Json {
  const overflow = members.text("OverflowedFieldsTreatment", "extend");
  if (overflow === "keep") throw new Unconvertable("OverflowedFieldsTreatment keep has no counterpart");
  return {
    separator: members.text("Separator"),
    quote: members.text("Quote", '"'),
    key: members.texts("Keys"),
    acceptNoEnoughKeys: members.flag("AllowingShortenedFields", true),
    autoExtend: overflow === "extend",
  };
}

function time(logType: string, timestamp: PipelinePlugin | undefined, parser: PipelinePlugin | undefined): Json {
  const members = new Members(timestamp ?? { Type: "" }, "processor_parse_timestamp_native");
  const [key, timeFormat] = [members.text("SourceKey"), members.text("SourceFormat")];
  const own = logType === "apsara_log" ? new Members(parser ?? {}, "").text("Timezone") : "";
  const zone = members.text("SourceTimezone") || own;
  members.ignore("Type");
  members.end();
  if (logType === "apsara_log" && timestamp) throw new Unconvertable("apsara logs have their own time");
  if (logType === "common_reg_log" && timestamp && key !== "time") {
    throw new Unconvertable(`the time is in ${key}; a Logtail config reads it from the key time`);
  }
  const timeKey = logType === "json_log" || logType === "delimiter_log" ? { timeKey: key } : {};
  return { ...timeKey, timeFormat, ...(zone === "" ? {} : { adjustTimezone: true, logTimezone: zone }) };
}

function filterDetail(filter: PipelinePlugin): Json {
  const members = new Members(filter, filter.Type);
  const include = Object.entries((members.take("Include") ?? {}) as Json);
  const [keys, patterns] = [members.texts("FilterKey"), members.texts("FilterRegex")];
  members.ignore("Type");
  members.end();
  if (keys.length > 0) return { filterKey: keys, filterRegex: patterns };
  return { filterKey: include.map(([key]) => key), filterRegex: include.map(([, pattern]) => String(pattern)) };
}

function mask(plugin: PipelinePlugin): Json {
  const members = new Members(plugin, plugin.Type);
  const type = members.text("Method");
  const constant = members.text("ReplacingString");
  const rule = {
    key: members.text("SourceKey"),
    type,
    regex_begin: members.text("ContentPatternBeforeReplacedString"),
    regex_content: members.text("ReplacedContentPattern"),
    all: members.flag("ReplacingAll", true),
    ...(type === "const" ? { const: constant } : {}),
  };
  members.ignore("Type");
  members.end();
  return rule;
}

function pluginDetail({ global = {}, inputs, processors = [], aggregators = [] }: PipelineConfigBody): Json {
  const old = ({ Type, ...detail }: PipelinePlugin): Json => ({ type: Type, detail });
  return {
    plugin: {
      inputs: inputs.map(old),
      ...(processors.length > 0 ? { processors: processors.map(old) } : {}),
      ...(aggregators.length > 0 ? { aggregators: aggregators.map(old) } : {}),
      ...(Object.keys(global).length > 0 ? { global } : {}),
    },
  };
}
