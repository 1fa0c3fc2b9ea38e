import { TerraformVariable } from "cdktf";
import { describe, expect, test } from "vitest";
import {
  LogFormat,
  LogMask,
  LogProject,
  LogSource,
  LogStore,
  LogTopic,
  LogtailConfig,
  MachineGroup,
  TimeFormat,
  type LogtailConfigOptions,
} from "../../constructs";
import { parseDeployManifest } from "../../sls/model/deploy-manifest";
import { only, synth, type Synthesised } from "../support/synth";

const source = LogSource.files({ directory: "/var/log/app", pattern: "*.log", depth: 2 });

function synthConfig(options: LogtailConfigOptions, groups = ["web-vms"]): Synthesised {
  return synth((stack) => {
    const project = LogProject.fromName(stack, "project", "acme-logs");
    const logstore = LogStore.fromName(stack, "store", project, "web");
    const machineGroups = groups.map((name) => MachineGroup.fromName(stack, name, project, name));
    new LogtailConfig(stack, "config", { configName: "config", logstore, machineGroups, ...options });
  });
}

describe("By Terraform", () => {
  test("a config is a resource and an attachment for each group, whose ids hold the group's name", () => {
    const json = synthConfig({ format: LogFormat.json(), source, delivery: "terraform" }, ["web-vms", "db-vms"]);
    const config = only(json, "alicloud_logtail_config");
    expect(config).toMatchObject({
      project: "acme-logs",
      logstore: "web",
      name: "config",
      input_type: "file",
      output_type: "LogService",
    });
    expect(JSON.parse(String(config["input_detail"]))).toMatchObject({ logType: "json_log", maxDepth: 2 });
    expect(json.resource?.["alicloud_logtail_attachment"]).toEqual({
      "config_Attachment-web-vms_E61FC98E": {
        project: "acme-logs",
        logtail_config_name: "config",
        machine_group_name: "web-vms",
        depends_on: ["alicloud_logtail_config.config_37BD09B8"],
      },
      "config_Attachment-db-vms_792C5763": {
        project: "acme-logs",
        logtail_config_name: "config",
        machine_group_name: "db-vms",
        depends_on: ["alicloud_logtail_config.config_37BD09B8"],
      },
    });
    expect(json.output).toBeUndefined();
  });

  test("a sample goes along", () => {
    const json = synthConfig({ format: LogFormat.simple(), source, delivery: "terraform", logSample: "hello" });
    expect(only(json, "alicloud_logtail_config")["log_sample"]).toBe("hello");
  });
});

describe("A pipeline config", () => {
  test("has the settings of LoongCollector's plugins, as text where the provider wants text", () => {
    const json = synthConfig({
      form: "pipeline",
      format: LogFormat.regex({
        pattern: "(\\S+) (.*)",
        keys: ["time", "message"],
        begin: "\\d+ .*",
        time: TimeFormat.of("%s", { timeZone: "GMT+08:00" }),
      }),
      source,
      topic: LogTopic.custom("web"),
      filters: { message: "<.*>" },
      masks: [LogMask.md5({ key: "message", before: "card=", content: "\\d+" })],
      uploadRaw: true,
    });
    expect(only(json, "alicloud_sls_logtail_pipeline_config")).toEqual({
      project: "acme-logs",
      config_name: "config",
      globals: { TopicType: "custom", TopicFormat: "web" },
      inputs: [
        {
          Type: "input_file",
          FilePaths: '["/var/log/app/**/*.log"]',
          MaxDirSearchDepth: "2",
          FileEncoding: "utf8",
          Multiline: '{"Mode":"custom","StartPattern":"\\\\d+ .*","UnmatchedContentTreatment":"single_line"}',
        },
      ],
      processors: [
        {
          Type: "processor_parse_regex_native",
          Regex: "(\\S+) (.*)",
          Keys: '["time","message"]',
          SourceKey: "content",
          KeepingSourceWhenParseFail: "true",
          KeepingSourceWhenParseSucceed: "true",
          RenamedSourceKey: "__raw__",
        },
        {
          Type: "processor_parse_timestamp_native",
          SourceKey: "time",
          SourceFormat: "%s",
          SourceTimezone: "GMT+08:00",
        },
        { Type: "processor_filter_regex_native", FilterKey: '["message"]', FilterRegex: '["\\u003c.*\\u003e"]' },
        {
          Type: "processor_desensitize_native",
          SourceKey: "message",
          Method: "md5",
          ContentPatternBeforeReplacedString: "card=",
          ReplacedContentPattern: "\\d+",
          ReplacingAll: "true",
        },
      ],
      flushers: [{ Type: "flusher_sls", Logstore: "web", TelemetryType: "logs" }],
    });
    expect(Object.keys(json.resource?.["alicloud_logtail_attachment"] ?? {})).toHaveLength(1);
  });

  test.each([
    ["json", LogFormat.json(), "processor_parse_json_native"],
    ["delimiter", LogFormat.delimiter({ separator: ",", keys: ["a", "b"] }), "processor_parse_delimiter_native"],
    ["apsara", LogFormat.apsara(), "processor_parse_apsara_native"],
  ])("of the format %s has its native processor", (_title, format, type) => {
    const json = synthConfig({ form: "pipeline", format, source });
    expect(only(json, "alicloud_sls_logtail_pipeline_config")["processors"]).toMatchObject([{ Type: type }]);
  });

  test("goes by the deploy step by choice, with its settings as they are", () => {
    const format = LogFormat.delimiter({ separator: "0", keys: ["a", "b"] });
    const json = synthConfig({ form: "pipeline", delivery: "deploy", format, source });
    expect(json.resource).toBeUndefined();
    const { logtailConfigs } = parseDeployManifest(json.output?.["cdktf_sls"]?.value);
    expect(logtailConfigs).toEqual([
      {
        project: "acme-logs",
        machineGroups: ["web-vms"],
        config: {
          configName: "config",
          inputs: [
            {
              Type: "input_file",
              FilePaths: ["/var/log/app/**/*.log"],
              MaxDirSearchDepth: 2,
              FileEncoding: "utf8",
            },
          ],
          processors: [
            {
              Type: "processor_parse_delimiter_native",
              Separator: "0",
              Quote: '"',
              Keys: ["a", "b"],
              AllowingShortenedFields: false,
              OverflowedFieldsTreatment: "extend",
              SourceKey: "content",
              KeepingSourceWhenParseFail: true,
              KeepingSourceWhenParseSucceed: false,
            },
          ],
          flushers: [{ Type: "flusher_sls", Logstore: "web", TelemetryType: "logs" }],
        },
      },
    ]);
  });

  test("of plugins has them as they are", () => {
    const inputs = [{ type: "service_journal", detail: { Units: ["ssh.service"] } }];
    const json = synthConfig({ form: "pipeline", format: LogFormat.plugin({ inputs }) });
    const resource = only(json, "alicloud_sls_logtail_pipeline_config");
    expect(resource["inputs"]).toEqual([{ Type: "service_journal", Units: '["ssh.service"]' }]);
    expect(resource["processors"]).toBeUndefined();
  });
});

describe("Lines that are sent to a port of the config's own are read by plugins", () => {
  const sent = LogSource.syslog({ port: 6514 });
  test.each([
    ["regex", LogFormat.regex({ pattern: "(.*)", keys: ["m"] }), ["processor_regex"]],
    [
      "json",
      LogFormat.json({ time: { key: "ts", format: TimeFormat.of("%s") } }),
      ["processor_json", "processor_strptime"],
    ],
    ["delimiter", LogFormat.delimiter({ separator: ",", keys: ["a"] }), ["processor_split_char"]],
    ["wide delimiter", LogFormat.delimiter({ separator: "&&", keys: ["a"] }), ["processor_split_string"]],
    ["simple", LogFormat.simple(), ["processor_rename"]],
  ])("%s", (_title, format, types) => {
    const json = synthConfig({ format, source: sent });
    expect(json.output?.["cdktf_sls"]?.value).toMatchObject({
      logtailConfigs: [
        {
          config: {
            inputType: "plugin",
            inputDetail: {
              plugin: {
                inputs: [{ type: "service_syslog", detail: { Address: "tcp://127.0.0.1:6514", ParseProtocol: "" } }],
                processors: types.map((type) => ({ type })),
              },
            },
          },
        },
      ],
    });
  });
});

test("Terraform takes text as it is, also where it looks like its templates", () => {
  const format = LogFormat.regex({ pattern: "%{(a+)}\\${(b)}", keys: ["a", "b"] });
  const byDeploy = synthConfig({ format, source, logSample: "%{aa}${b}" });
  expect(byDeploy.output?.["cdktf_sls"]?.value).toMatchObject({
    logtailConfigs: [{ config: { logSample: "%%{aa}$${b}", inputDetail: { regex: "%%{(a+)}\\$${(b)}" } } }],
  });
  const byTerraform = only(synthConfig({ format, source, delivery: "terraform" }), "alicloud_logtail_config");
  expect(byTerraform["input_detail"]).toContain('"regex":"%%{(a+)}\\\\$${(b)}"');
});

test("What is unknown until apply is not checked, and stays a reference", () => {
  const json = synth((stack) => {
    const variable = (id: string) => new TerraformVariable(stack, id, { type: "string" }).stringValue;
    const project = LogProject.fromName(stack, "project", "acme-logs");
    new LogtailConfig(stack, "config", {
      configName: variable("name"),
      logstore: LogStore.fromName(stack, "store", project, "web"),
      format: LogFormat.regex({ pattern: variable("pattern"), keys: ["a", "b"] }),
      source: LogSource.files({ directory: variable("directory"), pattern: variable("files") }),
      logSample: "a b",
      machineGroups: [MachineGroup.fromName(stack, "group", project, "vms")],
    });
  });
  expect(json.output?.["cdktf_sls"]?.value).toMatchObject({
    logtailConfigs: [
      {
        config: {
          configName: "${var.name}",
          inputDetail: { regex: "${var.pattern}", logPath: "${var.directory}", filePattern: "${var.files}" },
        },
      },
    ],
  });
});

test("Fields of the service without a prop can be given, and win", () => {
  const json = synthConfig({ format: LogFormat.json(), source, inputDetail: { maxDepth: 7, preserve: false } });
  expect(json.output?.["cdktf_sls"]?.value).toMatchObject({
    logtailConfigs: [{ config: { inputDetail: { maxDepth: 7, preserve: false, logType: "json_log" } } }],
  });
});
