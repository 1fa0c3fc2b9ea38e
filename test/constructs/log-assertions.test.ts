import { AlicloudProvider } from "@cdktf/provider-alicloud/lib/provider";
import { TerraformStack, Testing } from "cdktf";
import { beforeAll, describe, expect, test } from "vitest";
import {
  Environment,
  LogAssertions,
  LogCollection,
  LogFormat,
  LogSource,
  LogtailConfig,
  type LogStore,
  type LogtailConfigOptions,
} from "../../constructs";

const source = LogSource.files({ directory: "/var/log/app", pattern: "*.log" });

function stackWith(build: (stack: TerraformStack) => void): TerraformStack {
  const stack = new TerraformStack(Testing.app(), "stack");
  new AlicloudProvider(stack, "alicloud", {});
  build(stack);
  return stack;
}

describe("Of a stack's logs it can be said", () => {
  let logs: LogAssertions;
  let written = "";
  beforeAll(() => {
    const stack = stackWith((scope) => {
      const all = new LogCollection(scope, "logs", { app: "sample-app", environment: Environment.DEV });
      const add = (id: string, more: Partial<LogtailConfigOptions>, format = LogFormat.json()) =>
        new LogtailConfig(scope, id, {
          configName: id,
          logstore: all.logstore as LogStore,
          machineGroups: [all.machineGroup],
          format,
          source,
          ...more,
        });
      add("by-terraform", { delivery: "terraform" });
      add("by-pipeline", { form: "pipeline" });
      add("grok", {}, LogFormat.regex({ pattern: "%{(.*)}", keys: ["a"] }));
      add("key", { inputDetail: { dockerIncludeEnv: { "${POD}": "" } } });
    });
    logs = LogAssertions.fromStack(stack);
    written = Testing.synth(stack);
  });

  test("which Logtail configs it has, by the names that references stand for", () => {
    const place = { project: "sample-app-log-project-dev", machineGroups: ["sample-app-log-machine-group-dev"] };
    const outputDetail = { logstoreName: "sample-app-log-store-dev" };
    logs
      .hasLogtailConfig({ inputType: "syslog", inputDetail: { tag: "sys_tag" }, outputDetail, ...place })
      .hasLogtailConfig({ configName: "by-terraform", inputDetail: { logType: "json_log" }, outputDetail, ...place })
      .hasLogtailConfig({ configName: "by-pipeline", processors: [{ Type: "processor_parse_json_native" }], ...place })
      .hasLogtailConfig({ configName: "grok", inputDetail: { regex: "%{(.*)}" } })
      .hasLogtailConfig({ configName: "key", inputDetail: { dockerIncludeEnv: { "${POD}": "" } } });
    expect(written).toContain('"$${POD}"');
  });

  test("which resources it has, and how many", () => {
    logs
      .hasProject({ project_name: "sample-app-log-project-dev" })
      .hasLogstore({ retention_period: 30 })
      .hasMachineGroup({ identify_list: ["logtail-id-dev"] })
      .hasResource("alicloud_log_store_index", { logstore: "sample-app-log-store-dev" })
      .resourceCountIs("alicloud_log_store", 1)
      .resourceCountIs("alicloud_ram_role", 0);
  });

  test("and what is not so is an error that shows the nearest, field by field", () => {
    expect(() =>
      logs.hasLogtailConfig({ inputType: "syslog", inputDetail: { tag: "web", localStorage: true } }),
    ).toThrow(
      new Error(
        'no Logtail config is as expected; the nearest of 5 "sample-app-logtail-config-dev" differs:\n' +
          '  inputDetail.tag: expected "web", found "sys_tag"',
      ),
    );
    expect(() => logs.hasLogstore({ retention_period: 90, mode: "query" })).toThrow(
      new Error(
        "no alicloud_log_store is as expected; the only one differs:\n" +
          '  retention_period: expected 90, found 30\n  mode: expected "query", found nothing',
      ),
    );
    expect(() => logs.resourceCountIs("alicloud_ram_role", 1)).toThrow(
      new Error(
        "expected 1 of alicloud_ram_role, found 0; the stack has: alicloud_log_machine_group, alicloud_log_project, " +
          "alicloud_log_store, alicloud_log_store_index, alicloud_logtail_attachment, alicloud_logtail_config, " +
          "alicloud_sls_logtail_pipeline_config",
      ),
    );
  });
});

test("A stack without any is told so", () => {
  const logs = LogAssertions.fromStack(stackWith(() => undefined));
  expect(() => logs.hasLogtailConfig({ configName: "x" })).toThrow(
    new Error('the stack has no Logtail config; expected one with:\n  {"configName":"x"}'),
  );
});

test("What is wrong with a stack is told as synth tells it", () => {
  const stack = stackWith((scope) => {
    const logs = LogCollection.fromName(scope, "logs", { app: "sample-app", environment: Environment.DEV });
    new LogtailConfig(scope, "config", { configName: "config", logstore: logs.logstore, format: LogFormat.syslog() });
  });
  expect(() => LogAssertions.fromStack(stack)).toThrow("stack/config: bound to no machine group");
});
