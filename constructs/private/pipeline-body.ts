/**
 * A Logtail config in LoongCollector's form, as `/pipelineconfigs` takes it: inputs, processors and flushers by the names of their settings.
 * Source: LoongCollector's manual (input_file, processor_…_native, flusher_sls); SLS API reference, CreateLogtailPipelineConfig.
 */
import type { LogtailPlugin } from "../../sls/model/logtail-input";
import type { PipelinePlugin } from "../../sls/model/logtail-pipeline";
import type { LogFormatDefinition } from "../log-format";
import type { ContainerOptions, LogSourceDefinition } from "../log-source";
import type { LogTopic } from "../log-topic";
import { beginOf, timeOf, type LogtailWishes } from "./logtail-wishes";
import { syslogPlugin } from "./syslog-plugin";

type Settings = Readonly<Record<string, unknown>>;
export interface Pipeline {
  readonly global?: Settings;
  readonly inputs: readonly PipelinePlugin[];
  readonly processors?: readonly PipelinePlugin[];
  readonly aggregators?: readonly PipelinePlugin[];
  readonly task?: Settings;
  /** Of flusher_sls, besides Type and Logstore. */
  readonly flusher: Settings;
}

/** Logs of a logstore; metrics have a store of their own kind. */
const ofLogs = { TelemetryType: "logs" };

const beside = ({ type, detail }: LogtailPlugin): PipelinePlugin => ({ Type: type, ...detail });
const given = (settings: Settings): Settings =>
  Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
const ifAny = <T>(name: string, list: readonly T[]) => (list.length > 0 ? { [name]: list } : {});

/** Why what was wished for has no pipeline form, or undefined. */
export function pipelineProblem({ format, sendRate, discardNonUtf8 }: LogtailWishes): string | undefined {
  if (format.kind === "syslog") {
    return 'form "pipeline" has no input for the lines of rsyslog\'s template; use LogFormat.rfcSyslog, or leave form out';
  }
  if (format.kind === "asFound" && !("inputs" in format.found)) {
    return 'form "pipeline" needs inputs, but LogFormat.asFound was given inputType and inputDetail; leave form out';
  }
  if (sendRate !== undefined) return 'form "pipeline" has no sendRate; leave one of the two out';
  return discardNonUtf8 ? 'form "pipeline" has no discardNonUtf8; leave one of the two out' : undefined;
}

export function pipelineOf(wishes: LogtailWishes): Pipeline {
  const { format, source, topic } = wishes;
  if (format.kind === "asFound") {
    if (!("inputs" in format.found)) throw new Error("a config of the older form is no pipeline");
    return { ...format.found, flusher: format.found.flusher ?? {} };
  }
  if (format.kind === "plugin") {
    return {
      flusher: ofLogs,
      ...(format.global === undefined ? {} : { global: format.global }),
      inputs: format.inputs.map(beside),
      ...ifAny("processors", (format.processors ?? []).map(beside)),
      ...ifAny("aggregators", (format.aggregators ?? []).map(beside)),
    };
  }
  if (source?.kind !== "files") {
    const { inputs, processors = [] } = syslogPlugin(wishes);
    return { flusher: ofLogs, inputs: inputs.map(beside), ...ifAny("processors", processors.map(beside)) };
  }
  return {
    flusher: ofLogs,
    ...topicSettings(topic),
    inputs: [inputFile(source, wishes)],
    ...ifAny("processors", fileProcessors(wishes)),
  };
}

function inputFile(source: Extract<LogSourceDefinition, { kind: "files" }>, wishes: LogtailWishes): PipelinePlugin {
  const { exclude = {}, container } = source;
  const slash = source.directory.includes("\\") ? "\\" : "/";
  const directory = source.directory.replace(/[/\\]+$/, "");
  const below = source.depth > 0 ? `${slash}**` : "";
  const begin = beginOf(wishes.format);
  return {
    Type: "input_file",
    FilePaths: [`${directory}${below}${slash}${source.pattern}`],
    MaxDirSearchDepth: source.depth,
    FileEncoding: source.encoding,
    ...given({
      ExcludeDirs: exclude.directories,
      ExcludeFiles: exclude.files,
      ExcludeFilePaths: exclude.paths,
      TailSizeKB: source.tailSizeKb,
      Multiline: begin && {
        Mode: "custom",
        StartPattern: begin,
        UnmatchedContentTreatment: wishes.discardUnmatched ? "discard" : "single_line",
      },
      EnableContainerDiscovery: container && true,
      ContainerFilters: container && containerFilters(container),
    }),
  };
}

const containerFilters = (container: ContainerOptions): Settings =>
  given({
    K8sNamespaceRegex: container.namespace,
    K8sPodRegex: container.pod,
    K8sContainerRegex: container.container,
    IncludeContainerLabel: container.includeLabels,
    ExcludeContainerLabel: container.excludeLabels,
    IncludeEnv: container.includeEnv,
    ExcludeEnv: container.excludeEnv,
  });

function fileProcessors(wishes: LogtailWishes): PipelinePlugin[] {
  const { format, filters, masks } = wishes;
  const time = timeOf(format);
  const year = time?.format.year;
  return [
    ...parsing(format, wishes),
    ...(time === undefined
      ? []
      : [
          {
            Type: "processor_parse_timestamp_native",
            SourceKey: time.key,
            SourceFormat: time.format.format,
            ...given({ SourceTimezone: time.format.timeZone, SourceYear: year === "current" ? 0 : year }),
          },
        ]),
    ...(Object.keys(filters).length === 0
      ? []
      : [
          {
            Type: "processor_filter_regex_native",
            FilterKey: Object.keys(filters),
            FilterRegex: Object.values(filters),
          },
        ]),
    ...masks.map(({ key, type, before, content, all, replacement }) => ({
      Type: "processor_desensitize_native",
      SourceKey: key,
      Method: type,
      ...given({ ReplacingString: replacement }),
      ContentPatternBeforeReplacedString: before,
      ReplacedContentPattern: content,
      ReplacingAll: all,
    })),
  ];
}

function parsing(format: LogFormatDefinition, { uploadRaw, discardUnmatched }: LogtailWishes): PipelinePlugin[] {
  const source = {
    SourceKey: "content",
    KeepingSourceWhenParseFail: !discardUnmatched,
    KeepingSourceWhenParseSucceed: uploadRaw,
    ...(uploadRaw ? { RenamedSourceKey: "__raw__" } : {}),
  };
  switch (format.kind) {
    case "regex":
      return [{ Type: "processor_parse_regex_native", Regex: format.pattern, Keys: format.keys, ...source }];
    case "json":
      return [{ Type: "processor_parse_json_native", ...source }];
    case "apsara":
      return [{ Type: "processor_parse_apsara_native", ...source }];
    case "delimiter":
      return [
        {
          Type: "processor_parse_delimiter_native",
          Separator: format.separator,
          ...given({ Quote: format.quote }),
          Keys: format.keys,
          AllowingShortenedFields: format.acceptFewer,
          OverflowedFieldsTreatment: format.autoExtend ? "extend" : "keep",
          ...source,
        },
      ];
    case "simple":
    case "syslog":
    case "rfcSyslog":
    case "plugin":
    case "asFound":
      return [];
  }
}

function topicSettings(topic: LogTopic): { readonly global?: Settings } {
  switch (topic.kind) {
    case "none":
      return {};
    case "machineGroup":
      return { global: { TopicType: "machine_group_topic" } };
    case "path":
      return { global: { TopicType: "filepath", TopicFormat: "(.*)" } };
    case "fromPath":
      return { global: { TopicType: "filepath", TopicFormat: topic.value } };
    case "custom":
      return { global: { TopicType: "custom", TopicFormat: topic.value } };
  }
}
