/** A Logtail config as a pipeline and back. */
import { describe, expect, test } from "vitest";
import { toConfig } from "../../../emulator/pipeline/to-config";
import { toPipeline } from "../../../emulator/pipeline/to-pipeline";
import { Unconvertable } from "../../../emulator/pipeline/unconvertable";
import type { LogtailConfigBody } from "../../../sls/model/logtail-config";
import type { PipelineConfigBody } from "../../../sls/model/logtail-pipeline";
import fc from "../../support/property";

type Detail = Record<string, unknown>;

const config = (inputDetail: Detail, inputType: LogtailConfigBody["inputType"] = "file"): LogtailConfigBody => ({
  configName: "c",
  inputType,
  inputDetail,
  outputType: "LogService",
  outputDetail: { logstoreName: "ls" },
});
const file = { logPath: "/var/log", filePattern: "*.log", maxDepth: 10 };
const sink = { Type: "flusher_sls", Logstore: "ls" };
const input = { Type: "input_file", FilePaths: ["/var/log/**/*.log"], MaxDirSearchDepth: 10, FileEncoding: "utf8" };
const pipeline = (change: Partial<PipelineConfigBody>): PipelineConfigBody => ({
  configName: "c",
  inputs: [input],
  flushers: [sink],
  ...change,
});

describe("a Logtail config becomes a pipeline:", () => {
  test.each<[string, LogtailConfigBody, object]>([
    [
      "simple mode, which has no processor",
      config({ ...file, logType: "common_reg_log", regex: "(.*)", key: ["content"], logBeginRegex: ".*" }),
      { inputs: [input] },
    ],
    [
      "a regular expression with a time, of several lines",
      config({
        ...file,
        logType: "common_reg_log",
        regex: "(\\S+) (.*)",
        key: ["time", "msg"],
        logBeginRegex: "\\d+.*",
        timeFormat: "%s",
        discardUnmatch: false,
      }),
      {
        inputs: [{ ...input, Multiline: { StartPattern: "\\d+.*" } }],
        processors: [
          {
            Type: "processor_parse_regex_native",
            SourceKey: "content",
            KeepingSourceWhenParseFail: true,
            Regex: "(\\S+) (.*)",
            Keys: ["time", "msg"],
          },
          { Type: "processor_parse_timestamp_native", SourceKey: "time", SourceFormat: "%s" },
        ],
      },
    ],
    [
      "delimiters, a filter, a mask, a topic, a shard key",
      config({
        ...file,
        logType: "delimiter_log",
        separator: ",",
        key: ["a", "b"],
        filterKey: ["a"],
        filterRegex: ["x.*"],
        sensitive_keys: [
          { key: "b", type: "const", regex_begin: "p=", regex_content: "\\d+", all: true, const: "***" },
        ],
        topicFormat: "group_topic",
        shardHashKey: ["__source__"],
      }),
      {
        global: { TopicType: "machine_group_topic" },
        processors: [
          expect.objectContaining({ Type: "processor_parse_delimiter_native", Separator: ",", Keys: ["a", "b"] }),
          { Type: "processor_filter_regex_native", Include: { a: "x.*" } },
          {
            Type: "processor_desensitize_native",
            SourceKey: "b",
            Method: "const",
            ReplacingString: "***",
            ContentPatternBeforeReplacedString: "p=",
            ReplacedContentPattern: "\\d+",
            ReplacingAll: true,
          },
        ],
        flushers: [{ ...sink, ShardHashKeys: ["__source__"] }],
      },
    ],
    [
      "plugins",
      config(
        {
          plugin: {
            inputs: [{ type: "service_syslog", detail: { Address: "tcp://0.0.0.0:9999" } }],
            processors: [{ type: "processor_json", detail: { SourceKey: "_content_" } }],
            global: { DefaultLogQueueSize: 10 },
          },
          localStorage: true,
        },
        "plugin",
      ),
      {
        global: { DefaultLogQueueSize: 10 },
        inputs: [{ Type: "service_syslog", Address: "tcp://0.0.0.0:9999" }],
        processors: [{ Type: "processor_json", SourceKey: "_content_" }],
      },
    ],
  ])("%s", (_what, given, expected) => {
    expect(toPipeline(given, {})).toMatchObject(expected);
  });
});

describe("is unconvertable:", () => {
  test.each<[string, () => unknown, string]>([
    [
      "a syslog config",
      () => toPipeline(config({ tag: "t" }, "syslog"), {}),
      "c is of inputType syslog, which no pipeline has",
    ],
    [
      "a member without a counterpart",
      () => toPipeline(config({ ...file, logType: "json_log", enableRawLog: true }), {}),
      "inputDetail of c has enableRawLog, which has no counterpart",
    ],
    [
      "an unknown logType",
      () => toPipeline(config({ ...file, logType: "xml_log" }), {}),
      "logType xml_log is none that a pipeline has a processor for",
    ],
    [
      "an option of an input without a counterpart",
      () => toConfig(pipeline({ inputs: [{ ...input, ExcludeFiles: ["a"] }] })),
      "input_file has ExcludeFiles, which has no counterpart",
    ],
    [
      "two folders",
      () => toConfig(pipeline({ inputs: [{ ...input, FilePaths: ["/a/*.log", "/b/*.log"] }] })),
      'input_file.FilePaths ["/a/*.log","/b/*.log"] is not one folder and one pattern',
    ],
    [
      "a wildcard in the folder",
      () => toConfig(pipeline({ inputs: [{ ...input, FilePaths: ["/a/*/x/*.log"] }] })),
      'input_file.FilePaths ["/a/*/x/*.log"] is not one folder and one pattern',
    ],
    [
      "a second parser",
      () =>
        toConfig(
          pipeline({
            processors: [
              { Type: "processor_parse_json_native", SourceKey: "content" },
              { Type: "processor_parse_regex_native", SourceKey: "a", Regex: "(.*)", Keys: ["b"] },
            ],
          }),
        ),
      "c has the processor processor_parse_regex_native at a place where no Logtail config has it",
    ],
    [
      "SPL",
      () => toConfig(pipeline({ processors: [{ Type: "processor_spl", Script: "*" }] })),
      "c has the processor processor_spl at a place where no Logtail config has it",
    ],
    [
      "an aggregator of file logs",
      () => toConfig(pipeline({ aggregators: [{ Type: "aggregator_base" }] })),
      "c reads files and has an aggregator",
    ],
  ])("%s", (_what, convert, why) => {
    expect(convert).toThrow(new Unconvertable(why));
  });
});

const word = fc.stringMatching(/^[a-z]{1,8}$/);
const places = fc.record({
  logPath: word.map((name) => `/var/${name}`),
  filePattern: word.map((name) => `${name}*.log`),
});
const common = fc.record({
  maxDepth: fc.integer({ min: 0, max: 1000 }),
  fileEncoding: fc.constantFrom("utf8", "gbk"),
  topicFormat: fc.constantFrom("none", "default", "group_topic", "customized://t", "/a/(.*)/b"),
  discardUnmatch: fc.boolean(),
});
const parsers = fc.oneof(
  fc.record({
    logType: fc.constant("common_reg_log"),
    regex: fc.constant("(\\d+) (.*)"),
    key: fc.constant(["time", "msg"]),
    logBeginRegex: fc.constantFrom(".*", "\\d+.*"),
    timeFormat: fc.constantFrom("", "%Y-%m-%d"),
  }),
  fc.record({ logType: fc.constant("json_log"), timeKey: word, timeFormat: fc.constant("%s") }),
  fc.record({
    logType: fc.constant("delimiter_log"),
    separator: fc.constantFrom(",", "|", "&&"),
    quote: fc.constantFrom('"', "\u0001"),
    key: fc.array(word, { minLength: 1, maxLength: 4 }),
    timeKey: fc.constant(""),
    timeFormat: fc.constant(""),
    autoExtend: fc.boolean(),
    acceptNoEnoughKeys: fc.boolean(),
  }),
);
const extras = fc.record(
  {
    adjustTimezone: fc.constant(true),
    shardHashKey: fc.constant(["__topic__"]),
    filterKey: fc.constant(["a"]),
    filterRegex: fc.constant(["b.*"]),
  },
  { requiredKeys: [] },
);

test("whatever becomes a pipeline is the same config when it comes back", () => {
  const details = fc.tuple(places, common, parsers, extras).map((parts) => {
    const detail: Detail = Object.assign({ localStorage: true }, ...parts) as Detail;
    // A filter has a key and a pattern; a time zone is one of a time.
    if (!detail["filterKey"] || !detail["filterRegex"]) {
      delete detail["filterKey"];
      delete detail["filterRegex"];
    }
    if (detail["adjustTimezone"] && detail["timeFormat"]) detail["logTimezone"] = "GMT+08:00";
    else delete detail["adjustTimezone"];
    return detail;
  });
  fc.assert(
    fc.property(details, (inputDetail) => {
      const given = config(inputDetail);
      expect(toConfig(toPipeline(given, { Region: "cn-hangzhou" }))).toEqual(given);
    }),
    { numRuns: 300 },
  );
});
