import { AlicloudProvider } from "@cdktf/provider-alicloud/lib/provider";
import { type App, TerraformOutput, TerraformStack, TerraformVariable, Testing } from "cdktf";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  LogFormat,
  LogProject,
  LogSource,
  LogStore,
  LogtailConfig,
  MachineGroup,
  type ILogStore,
  type IMachineGroup,
} from "../../constructs";
import { synth, type Synthesised } from "../support/synth";

const manifestOf = (json: Synthesised) => json.output?.["cdktf_sls"]?.value;

interface Existing {
  readonly logstore: ILogStore;
  readonly group: IMachineGroup;
}

function imported(stack: TerraformStack): Existing {
  const project = LogProject.fromName(stack, "project", "acme-logs");
  return {
    logstore: LogStore.fromName(stack, "store", project, "web"),
    group: MachineGroup.fromName(stack, "group", project, "web-vms"),
  };
}

const format = LogFormat.syslog();

test("A syslog config is to the letter what the service's Python SDK sends", () => {
  synth((stack) => {
    const project = LogProject.fromName(stack, "project", "acme-logs");
    const config = new LogtailConfig(stack, "config", {
      configName: "name",
      logstore: LogStore.fromName(stack, "store", project, "store"),
      format: LogFormat.syslog({ tag: "sys_tag" }),
      machineGroups: [MachineGroup.fromName(stack, "group", project, "web-vms")],
    });
    expect(JSON.stringify(config.body)).toBe(
      '{"configName":"name","inputDetail":{"tag":"sys_tag","localStorage":true},"inputType":"syslog",' +
        '"outputDetail":{"logstoreName":"store"},"outputType":"LogService"}',
    );
  });
});

test("The configs of a stack are in one output, with its region, and names are references to the stack's resources", () => {
  const json = synth((stack) => {
    const region = new TerraformVariable(stack, "region", { type: "string" });
    new AlicloudProvider(stack, "other", { region: "cn-beijing", alias: "other" });
    new AlicloudProvider(stack, "alicloud", { region: region.stringValue });
    const project = new LogProject(stack, "project", { projectName: "acme-logs" });
    const logstore = new LogStore(stack, "store", { project, logstoreName: "web" });
    const ids = { project, groupName: "web-vms", userDefinedId: "web" };
    const group = MachineGroup.ofUserDefinedId(stack, "group", ids);
    const first = new LogtailConfig(stack, "first", { configName: "first", logstore, format });
    first.bindTo(group);
    first.bindTo(group);
    first.bindTo(MachineGroup.fromName(stack, "more", project, "db-vms"));
    first.bindTo(MachineGroup.fromName(stack, "again", project, "db-vms"));
    new LogtailConfig(stack, "second", { configName: "second", logstore, format, machineGroups: [group] });
  });
  const body = (configName: string) => ({
    configName,
    inputType: "syslog",
    inputDetail: { tag: "sys_tag", localStorage: true },
    outputType: "LogService",
    outputDetail: { logstoreName: "${alicloud_log_store.store_16A42F5D.logstore_name}" },
  });
  const project = "${alicloud_log_project.project_C7BA6BD1.project_name}";
  const group = "${alicloud_log_machine_group.group_C397F008.name}";
  expect(Object.keys(json.output ?? {})).toEqual(["cdktf_sls"]);
  expect(manifestOf(json)).toEqual({
    version: 1,
    region: "${var.region}",
    logtailConfigs: [
      { project, config: body("first"), machineGroups: [group, "db-vms"] },
      { project, config: body("second"), machineGroups: [group] },
    ],
  });
});

test("Without a provider's region the output has none", () => {
  const json = synth((stack) => {
    const { logstore, group } = imported(stack);
    new AlicloudProvider(stack, "alicloud", {});
    new LogtailConfig(stack, "config", { configName: "first", logstore, format, machineGroups: [group] });
  });
  expect(manifestOf(json)).toEqual({
    version: 1,
    logtailConfigs: [
      {
        project: "acme-logs",
        config: {
          configName: "first",
          inputType: "syslog",
          inputDetail: { tag: "sys_tag", localStorage: true },
          outputType: "LogService",
          outputDetail: { logstoreName: "web" },
        },
        machineGroups: ["web-vms"],
      },
    ],
  });
});

test("A config that uses another stack's resources has their plain names, and is deployed after that stack", () => {
  const app = Testing.app();
  const owner = new TerraformStack(app, "owner");
  const user = new TerraformStack(app, "user");
  for (const stack of [owner, user]) new AlicloudProvider(stack, "alicloud", {});
  const project = new LogProject(owner, "project", { projectName: "acme-logs" });
  const logstore = new LogStore(owner, "store", { project, logstoreName: "web" });
  const group = MachineGroup.ofUserDefinedId(owner, "group", { project, groupName: "web-vms", userDefinedId: "web" });
  new LogtailConfig(user, "config", { configName: "first", logstore, format, machineGroups: [group] });
  app.synth();
  const json = JSON.parse(readFileSync(stackFile(app, "user"), "utf8")) as Synthesised;
  expect(manifestOf(json)).toMatchObject({
    logtailConfigs: [
      { project: "acme-logs", config: { outputDetail: { logstoreName: "web" } }, machineGroups: ["web-vms"] },
    ],
  });
  expect(user.dependencies).toEqual([owner]);
  const owned = JSON.parse(readFileSync(stackFile(app, "owner"), "utf8")) as Synthesised;
  expect(owned.output).toBeUndefined();
});

const stackFile = (app: App, stack: string): string => join(app.outdir, "stacks", stack, "cdk.tf.json");

test("A name or tag that is unknown until apply is not checked", () => {
  const json = synth((stack) => {
    const { logstore, group } = imported(stack);
    const name = new TerraformVariable(stack, "name", { type: "string" });
    const tag = new TerraformVariable(stack, "tag", { type: "string" });
    new LogtailConfig(stack, "config", {
      configName: name.stringValue,
      logstore,
      format: LogFormat.syslog({ tag: tag.stringValue }),
      machineGroups: [group],
    });
  });
  expect(manifestOf(json)).toMatchObject({
    logtailConfigs: [{ config: { configName: "${var.name}", inputDetail: { tag: "${var.tag}" } } }],
  });
});

test("A tag with a space is an error with its remedy", () => {
  synth((stack) => {
    const { logstore } = imported(stack);
    const props = { configName: "first", logstore, format: LogFormat.syslog({ tag: "sys tag" }) };
    expect(() => new LogtailConfig(stack, "config", props)).toThrow(
      new Error(
        'stack/config: syslog tag must be 1 to 128 printable ASCII characters without spaces, got "sys tag"; ' +
          "it must equal the second word of the line that rsyslog sends",
      ),
    );
  });
});

test("Two configs of one name in one project are an error that names both", () => {
  synth((stack) => {
    const { logstore, group } = imported(stack);
    const props = { configName: "first", logstore, format, machineGroups: [group] };
    new LogtailConfig(stack, "one", props);
    expect(() => new LogtailConfig(stack, "two", props)).toThrow(
      new Error(
        'stack/two: Logtail config "first" of project "acme-logs" is declared already at stack/one; ' +
          "give one of them another configName",
      ),
    );
  });
});

test("A config's name is declared once in a project, in whichever stack, and however it is delivered", () => {
  const app = Testing.app();
  const build = (id: string, configName: string, delivery: "deploy" | "terraform"): LogtailConfig => {
    const stack = new TerraformStack(app, id);
    const logstore = LogStore.fromName(stack, "store", LogProject.fromName(stack, "project", "acme-logs"), "web");
    const source = LogSource.files({ directory: "/var/log", pattern: "*.log" });
    return new LogtailConfig(stack, "config", { configName, logstore, source, format: LogFormat.json(), delivery });
  };
  build("one", "first", "terraform");
  build("two", "second", "terraform");
  const problem =
    'Logtail config "first" of project "acme-logs" is declared already at one/config; give one of them another configName';
  expect(() => build("three", "first", "terraform")).toThrow(new Error(`three/config: ${problem}`));
  expect(() => build("four", "first", "deploy")).toThrow(new Error(`four/config: ${problem}`));
});

test("A config may be bound to no group where that is said", () => {
  const build = (allowUnbound?: boolean): Synthesised =>
    synth((stack) => {
      const { logstore } = imported(stack);
      const unbound = allowUnbound === undefined ? {} : { allowUnbound };
      new LogtailConfig(stack, "config", { configName: "first", logstore, format, ...unbound });
    });
  expect(() => build()).toThrow(
    "stack/config: bound to no machine group, so no machine would collect by it; give machineGroups, or call bindTo, or set allowUnbound",
  );
  expect(build(true).output?.["cdktf_sls"]?.value).toMatchObject({ logtailConfigs: [{ machineGroups: [] }] });
});

test("A machine group of another project is an error", () => {
  synth((stack) => {
    const { logstore, group } = imported(stack);
    const elsewhere = LogProject.fromName(stack, "elsewhere", "other-logs");
    const stranger = MachineGroup.fromName(stack, "stranger", elsewhere, "db-vms");
    const config = new LogtailConfig(stack, "config", {
      configName: "first",
      logstore,
      format,
      machineGroups: [group],
    });
    expect(() => config.bindTo(stranger)).toThrow(
      new Error(
        'stack/config: machine group "db-vms" is in project "other-logs", but the logstore is in "acme-logs"; ' +
          "a config, its logstore and its machine groups must share a project",
      ),
    );
  });
});

test("A config that is bound to no machine group is an omission", () => {
  const build = () =>
    synth((stack) => {
      new LogtailConfig(stack, "config", { configName: "first", logstore: imported(stack).logstore, format });
    });
  expect(build).toThrow(
    "stack/config: bound to no machine group, so no machine would collect by it; give machineGroups, or call bindTo",
  );
});

test("A region that is none is an error at the provider", () => {
  const build = () =>
    synth((stack) => {
      const { logstore, group } = imported(stack);
      new AlicloudProvider(stack, "alicloud", { region: "Hangzhou" });
      new LogtailConfig(stack, "config", { configName: "first", logstore, format, machineGroups: [group] });
    });
  expect(build).toThrow(
    'stack/alicloud: region must be an Alibaba Cloud region id such as "cn-hangzhou" or "ap-southeast-1", got "Hangzhou"',
  );
});

test("Another output under the id of the deploy step's is an error", () => {
  synth((stack) => {
    new TerraformOutput(stack, "cdktf_sls", { value: "mine" });
    const props = { configName: "first", logstore: imported(stack).logstore, format };
    expect(() => new LogtailConfig(stack, "config", props)).toThrow(
      new Error(
        "stack/cdktf_sls: this id is kept for the output that the deploy step (cdktf-sls deploy) reads; " +
          "give your construct another id",
      ),
    );
  });
});
