/** LogFormat.asFound: a config word for word. The other formats are in the golden cases. */
import { describe, expect, test } from "vitest";
import { LogFormat, LogSource, LogtailConfig, LogTopic, type LogtailConfigOptions } from "../../constructs";
import { parseDeployManifest, type DeployManifestEntry } from "../../sls/model/deploy-manifest";
import { only, withStore, type Synthesised } from "../support/synth";

const synthConfig = (options: LogtailConfigOptions): Synthesised =>
  withStore((stack, logstore) => {
    new LogtailConfig(stack, "config", { configName: "config", logstore, allowUnbound: true, ...options });
  });
const declared = (options: LogtailConfigOptions): DeployManifestEntry | undefined =>
  parseDeployManifest(synthConfig(options).output?.["cdktf_sls"]?.value).logtailConfigs[0];

describe("A config as it was found", () => {
  const found = { inputType: "streamlog", inputDetail: { tag: "x", somethingNew: { a: [1] } } } as const;

  test("is sent word for word, with a sample of several lines", () => {
    expect(declared({ format: LogFormat.asFound(found), logSample: "a\nb\nc" })).toEqual({
      project: "acme-logs",
      machineGroups: [],
      config: {
        configName: "config",
        logSample: "a\nb\nc",
        ...found,
        outputType: "LogService",
        outputDetail: { logstoreName: "web" },
      },
    });
  });

  test("with inputs is a pipeline, by Terraform unless told otherwise", () => {
    const format = LogFormat.asFound({
      global: { TopicType: "none" },
      inputs: [{ Type: "input_container_stdio", IgnoringStderr: true }],
      flusher: { TelemetryType: "metrics", ShardHashKeys: ["__source__"] },
      task: { Type: "task_x" },
    });
    expect(declared({ format, delivery: "deploy" })?.config).toEqual({
      configName: "config",
      global: { TopicType: "none" },
      inputs: [{ Type: "input_container_stdio", IgnoringStderr: true }],
      flushers: [{ Type: "flusher_sls", TelemetryType: "metrics", ShardHashKeys: ["__source__"], Logstore: "web" }],
      task: { Type: "task_x" },
    });
    expect(only(synthConfig({ format }), "alicloud_sls_logtail_pipeline_config")).toMatchObject({
      inputs: [{ Type: "input_container_stdio", IgnoringStderr: "true" }],
      task: { Type: "task_x" },
    });
  });

  test.each<[string, Partial<LogtailConfigOptions>, string]>([
    [
      "filters",
      { filters: { a: "b" } },
      "filters does not reach LogFormat.asFound, which is the config word for word; write it there",
    ],
    [
      "a topic",
      { topic: LogTopic.custom("x") },
      "topic does not reach LogFormat.asFound, which is the config word for word; write it there",
    ],
    [
      "a source",
      { source: LogSource.files({ directory: "/a", pattern: "b" }) },
      "LogFormat.asFound has inputs of its own; leave source out, or choose another format",
    ],
    [
      "the form pipeline",
      { form: "pipeline" },
      'form "pipeline" needs inputs, but LogFormat.asFound was given inputType and inputDetail; leave form out',
    ],
    [
      "Terraform",
      { delivery: "terraform" },
      'delivery "terraform" takes no LogFormat.syslog, for which the provider has no resource; leave delivery out, or use LogFormat.rfcSyslog',
    ],
  ])("does not go with %s", (_title, options, problem) => {
    const format = LogFormat.asFound(found);
    expect(() => synthConfig({ format, ...options })).toThrow(new Error(`stack/config: ${problem}`));
  });
});
