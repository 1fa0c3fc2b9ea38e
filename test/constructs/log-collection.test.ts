import { expect, test } from "vitest";
import {
  Environment,
  IndexField,
  LogCollection,
  LogFormat,
  LogSource,
  Retention,
  SecurityGroup,
  type LogCollectionProps,
  type LogNameScheme,
} from "../../constructs";
import { only, synth, type Synthesised } from "../support/synth";

function synthCollection(props: Partial<LogCollectionProps>): Synthesised {
  return synth((stack) => {
    new LogCollection(stack, "logs", { app: "sample-app", environment: Environment.DEV, ...props });
  });
}

const protectedTypes = (json: Synthesised): string[] =>
  Object.entries(json.resource ?? {})
    .filter(([, resources]) => Object.values(resources).some((one) => "lifecycle" in one))
    .map(([type]) => type);

test("App and environment are enough, and every part can be read", () => {
  const json = synth((stack) => {
    const logs = new LogCollection(stack, "logs", { app: "sample-app", environment: Environment.DEV });
    expect(logs.project.givenName).toBe("sample-app-log-project-dev");
    expect(logs.logstore.givenName).toBe("sample-app-log-store-dev");
    expect(Object.keys(logs.index.fields)).toContain("app-name");
    expect(logs.machineGroup.identifyList).toEqual(["logtail-id-dev"]);
    expect(logs.logtailConfig.configName).toBe("sample-app-logtail-config-dev");
    expect(logs.securityRules).toBeUndefined();
  });
  expect(Object.keys(json.resource ?? {}).sort()).toEqual([
    "alicloud_log_machine_group",
    "alicloud_log_project",
    "alicloud_log_store",
    "alicloud_log_store_index",
  ]);
  expect(only(json, "alicloud_log_project")["description"]).toBe("Logs of sample-app (dev environment).");
});

test("Logical ids stay as they are: another one would destroy the logs", () => {
  const json = synthCollection({});
  expect(Object.values(json.resource ?? {}).flatMap((resources) => Object.keys(resources))).toEqual([
    "logs_machine-group_6B220F72",
    "logs_project_18230934",
    "logs_logstore_E45F4D29",
    "logs_index_D89D410E",
  ]);
});

test("Each part can be told otherwise", () => {
  const json = synthCollection({
    names: { project: "acme-logs", logtailConfig: "acme-config" },
    project: { description: "ACME" },
    logstore: { retention: Retention.days(7), shardCount: 4 },
    index: { fields: { status: IndexField.long() } },
    format: LogFormat.syslog({ tag: "acme" }),
  });
  expect(only(json, "alicloud_log_project")).toEqual({ project_name: "acme-logs", description: "ACME" });
  expect(only(json, "alicloud_log_store")).toMatchObject({ retention_period: 7, shard_count: 4 });
  expect(only(json, "alicloud_log_store_index")["field_search"]).toEqual([
    { name: "status", type: "long", enable_analytics: true },
  ]);
  expect(json.output?.["cdktf_sls"]?.value).toMatchObject({
    logtailConfigs: [{ config: { configName: "acme-config", inputDetail: { tag: "acme" } } }],
  });
});

test("The security rules are made where they are asked for", () => {
  const json = synth((stack) => {
    const securityGroup = SecurityGroup.fromId(stack, "vms", "sg-1");
    const securityRules = { securityGroup, cidr: "10.0.0.0/8" };
    const logs = new LogCollection(stack, "logs", { app: "sample-app", environment: Environment.DEV, securityRules });
    expect(logs.securityRules?.cidr).toBe("10.0.0.0/8");
  });
  expect(only(json, "alicloud_security_group_rule")["cidr_ip"]).toBe("10.0.0.0/8");
});

test("Project and logstore can't be destroyed in pre-prod and prod", () => {
  const kept = ["alicloud_log_project", "alicloud_log_store"];
  expect(protectedTypes(synthCollection({ environment: Environment.DEV }))).toEqual([]);
  expect(protectedTypes(synthCollection({ environment: Environment.PRE_PROD }))).toEqual(kept);
  expect(protectedTypes(synthCollection({ environment: Environment.PROD }))).toEqual(kept);
});

test("The protection can be turned on and off, for the whole and for a part", () => {
  expect(protectedTypes(synthCollection({ preventDestroy: true }))).toHaveLength(2);
  expect(protectedTypes(synthCollection({ environment: Environment.PROD, preventDestroy: false }))).toEqual([]);
  const project = { preventDestroy: false };
  expect(protectedTypes(synthCollection({ environment: Environment.PROD, project }))).toEqual(["alicloud_log_store"]);
});

test("Two environments fit in one stack", () => {
  const json = synth((stack) => {
    for (const environment of [Environment.DEV, Environment.PRE_PROD]) {
      new LogCollection(stack, environment.name, { app: "sample-app", environment });
    }
  });
  expect(Object.keys(json.resource?.["alicloud_log_project"] ?? {})).toHaveLength(2);
  expect(Object.keys(json.output ?? {})).toEqual(["cdktf_sls"]);
});

test("An imported collection has the names of the scheme and makes nothing", () => {
  const json = synth((stack) => {
    const names = { logstore: "web" };
    const logs = LogCollection.fromName(stack, "logs", { app: "sample-app", environment: Environment.PROD, names });
    expect([logs.project.projectName, logs.logstore.logstoreName, logs.machineGroup.groupName]).toEqual([
      "sample-app-log-project-prod",
      "web",
      "sample-app-log-machine-group-prod",
    ]);
  });
  expect(json.resource).toBeUndefined();
  expect(json.output).toBeUndefined();
});

test("Role, policy, dashboard and tags are made where they are asked for, under names of the scheme", () => {
  const json = synthCollection({
    agentRole: true,
    readerPolicy: { users: ["ann"] },
    dashboard: true,
    tags: { team: "web" },
    topic: "todo",
  });
  expect(only(json, "alicloud_ram_role")).toMatchObject({
    role_name: "sample-app-log-agent-dev",
    tags: { team: "web" },
  });
  expect(only(json, "alicloud_log_dashboard")["dashboard_name"]).toBe("sample-app-log-dashboard-dev");
  expect(only(json, "alicloud_log_project")["tags"]).toEqual({ team: "web" });
  expect(only(json, "alicloud_log_machine_group")["topic"]).toBe("todo");
  const policies = Object.values(json.resource?.["alicloud_ram_policy"] ?? {}).map((one) => one["policy_name"]);
  expect(policies.sort()).toEqual(["sample-app-log-agent-dev-policy", "sample-app-log-reader-dev"]);
});

test("The agents may write to the collection's logstore only, which Terraform makes first", () => {
  const json = synthCollection({ agentRole: {} });
  expect(only(json, "alicloud_ram_policy")["policy_document"]).toContain(
    "project/${alicloud_log_project.logs_project_18230934.project_name}/logstore/${alicloud_log_store.logs_logstore_E45F4D29.logstore_name}",
  );
});

test("Logs of files are collected too", () => {
  const source = LogSource.files({ directory: "/var/log/app", pattern: "*.log" });
  const json = synthCollection({ format: LogFormat.json(), logtailConfig: { source, uploadRaw: true } });
  expect(json.output?.["cdktf_sls"]?.value).toMatchObject({
    logtailConfigs: [{ config: { inputType: "file", inputDetail: { logType: "json_log", enableRawLog: true } } }],
  });
});

test("Names may be made by another scheme, with the same checks", () => {
  const nameScheme: LogNameScheme = ({ app, noun, environment }) => `acme-${environment.name}-${app}-${noun}`;
  expect(only(synthCollection({ nameScheme }), "alicloud_log_store")["logstore_name"]).toBe(
    "acme-dev-sample-app-log-store",
  );
  expect(() => synthCollection({ nameScheme: ({ noun }) => `ACME ${noun}` })).toThrow(
    'names of app "sample-app" in dev: project name must be 3 to 63 lower-case letters, digits and hyphens, beginning and ' +
      'ending with a letter or digit, got "ACME log-project" (16 characters); try "acme-log-project"',
  );
});
