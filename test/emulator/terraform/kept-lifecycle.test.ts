/** Dashboards, alerts, exports and what else the service keeps, from nothing to nothing, by real terraform. */
import { afterAll, beforeAll, describe, expect } from "vitest";
import { all, kinds, project, type Wishes } from "./kept-configuration";
import { terraformFile, testWithTerraform as test, Workspace } from "./workspace";

let workspace: Workspace;

const apply = async (wishes?: Wishes): Promise<string> => {
  workspace.write("kept", all(wishes));
  const { code, text } = await workspace.terraform("kept", ["apply", "-auto-approve"]);
  expect(text).toContain("Apply complete!");
  expect(code).toBe(0);
  return text;
};
const plan = (): Promise<{ code: number; text: string }> => workspace.terraform("kept", ["plan", "-detailed-exitcode"]);
const expectNoChanges = async (): Promise<void> => {
  const { code, text } = await plan();
  expect(text).toContain("No changes.");
  expect(code).toBe(0);
};
const sls = (path: string): Promise<unknown> => workspace.api.sls({ call: "Get", method: "GET", project, path });

describe("what the service keeps, under terraform", () => {
  beforeAll(async () => {
    if (terraformFile === undefined) return;
    workspace = await Workspace.open();
    workspace.write("kept", all());
    await workspace.terraform("kept", ["init"]);
  });
  afterAll(() => workspace?.close());

  test("apply makes everything, ids as the real provider's, and the next plan is empty", async () => {
    const text = await apply();
    expect(text).toContain(`${kinds + 3} added, 0 changed, 0 destroyed`);
    expect(text.replaceAll(/after \d+s/g, "after some time")).toContain(
      `alicloud_log_oss_export.json: Creation complete after some time [id=${project}:store-dev:export-json-one]`,
    );
    expect(text).toContain(`[id=${project}:alert-new-one]`);
    expect(text).toContain("[id=table_one:record-one]");
    expect(text).toContain("[id=policy-one]");
    await expectNoChanges();
  });

  test("the service holds what the configuration says", async () => {
    expect(await sls("/dashboards/board-one")).toMatchObject({
      displayName: "first",
      attribute: { type: "grid" },
      charts: [{ title: "errors", search: { query: "* | select 'first' < 'z'" } }],
    });
    expect(await sls("/alerts/alert-old-one")).toMatchObject({
      schedule: { type: "FixedRate", interval: "5m", runImmediately: true },
      configuration: {
        version: "2.0",
        severityConfigurations: [
          { severity: 8, evalCondition: { condition: "cnt > 3", countCondition: "__count__ > 3" } },
        ],
        groupConfiguration: { type: "custom", fields: ["a", "b"] },
        queryList: [{ store: "store-dev", timeSpanType: "Custom", query: "* AND first" }],
      },
    });
    expect(await sls("/alerts/alert-new-one")).toMatchObject({
      status: "ENABLED",
      configuration: { tags: ["first"], templateConfiguration: { id: "sls.app.alert", aonotations: { a: "first" } } },
    });
    expect(await sls("/ossexports/export-csv-one")).toMatchObject({
      configuration: {
        sink: { contentType: "csv", contentDetail: { delimiter: ",", header: true, columns: ["a", "first"] } },
      },
    });
    expect(await sls("/ossexports/export-sink-one")).toMatchObject({
      status: "RUNNING",
      configuration: { toTime: 1732166733 },
    });
    expect(await sls("/pipelineconfigs/pipeline-one")).toMatchObject({
      inputs: [{ FilePaths: ["/var/log/first/*.log"], MaxDirSearchDepth: 3, AppendingLogPositionMeta: true }],
      global: { TopicType: "custom", TopicFormat: "first" },
    });
    expect(await sls("/logstores/store-dev/index")).toMatchObject({
      line: { token: ["a", "first"], exclude_keys: ["t"], chn: true },
      keys: { app: { alias: "first" }, n: { type: "long" } },
    });
    expect(await workspace.attributes("kept", "alicloud_sls_alert.new")).toMatchObject({
      create_time: expect.any(Number) as number,
    });
  });

  test("changes are made in place", async () => {
    const text = await apply({ text: "second", status: "DISABLED" });
    expect(text).toContain("0 added, 14 changed, 0 destroyed");
    await expectNoChanges();
    expect(await sls("/alerts/alert-new-one")).toMatchObject({ status: "DISABLED", displayName: "second" });
    expect(await sls("/jobs/export-parquet-one")).toMatchObject({
      configuration: { sink: { contentDetail: { columns: [{ name: "b" }, { name: "second" }] } } },
    });
    await apply();
  });

  test("another name replaces, and for a machine group other members do", async () => {
    workspace.write("kept", all({ name: "two", members: ["id-c"] }));
    const { text } = await plan();
    expect(text).toContain("Plan: 15 to add, 0 to change, 15 to destroy.");
    expect(text).toMatch(/machine_list\s+= \[ # forces replacement/);
    await apply({ name: "two", members: ["id-c"] });
    await expectNoChanges();
    await apply();
  });

  test("a change by hand is seen and mended", async () => {
    const { api } = workspace;
    const write = (method: "PUT" | "DELETE", path: string, body?: object): Promise<unknown> =>
      api.sls({ call: "ByHand", method, project, path, ...(body ? { body } : {}) });
    const board = (await sls("/dashboards/board-one")) as object;
    await write("PUT", "/dashboards/board-one", { ...board, displayName: "by hand" });
    const alert = (await sls("/alerts/alert-new-one")) as object;
    await write("PUT", "/alerts/alert-new-one", { ...alert, description: "by hand" });
    await write("DELETE", "/scheduledsqls/sql-one");
    await api.sls({
      call: "ByHand",
      method: "DELETE",
      path: "/resources/table_one/records",
      query: { ids: "record-one" },
    });
    await write("DELETE", "/pipelineconfigs/pipeline-one");
    const { code, text } = await plan();
    expect(code).toBe(2);
    expect(text).toMatch(/display_name\s+= "by hand" -> "first"/);
    expect(text).toMatch(/description\s+= "by hand" -> null/);
    expect(text).toContain("Plan: 3 to add, 2 to change, 0 to destroy.");
    await apply();
    await expectNoChanges();
  });

  test("all are imported by their ids, and then nothing is to be done", async () => {
    const of = (name: string): string => `${project}:${name}`;
    const ids = {
      "alicloud_log_dashboard.d": of("board-one"),
      "alicloud_log_alert.old": of("alert-old-one"),
      "alicloud_sls_alert.new": of("alert-new-one"),
      "alicloud_log_oss_export.json": of("store-dev:export-json-one"),
      "alicloud_log_oss_export.csv": of("store-dev:export-csv-one"),
      "alicloud_log_oss_export.parquet": of("store-dev:export-parquet-one"),
      "alicloud_sls_oss_export_sink.e": of("export-sink-one"),
      "alicloud_sls_scheduled_sql.q": of("sql-one"),
      "alicloud_sls_etl.t": of("etl-one"),
      "alicloud_sls_index.i": of("store-dev"),
      "alicloud_sls_machine_group.g": of("group-dev"),
      "alicloud_sls_logtail_config.c": of("config-one"),
      "alicloud_sls_logtail_pipeline_config.l": of("pipeline-one"),
      "alicloud_sls_collection_policy.k": "policy-one",
      "alicloud_log_resource.r": "table_one",
      "alicloud_log_resource_record.rr": "table_one:record-one",
    };
    await workspace.terraform("kept", ["state", "rm", ...Object.keys(ids)]);
    const imports = Object.entries(ids).map(([to, id]) => `import {\n  to = ${to}\n  id = "${id}"\n}\n`);
    workspace.write("kept", all() + imports.join(""));
    const { text } = await workspace.terraform("kept", ["apply", "-auto-approve"]);
    expect(text).toContain("Resources: 16 imported, 0 added, 0 changed, 0 destroyed.");
    workspace.write("kept", all());
    await expectNoChanges();
  });

  test("destroy takes everything away", async () => {
    const { code, text } = await workspace.terraform("kept", ["destroy", "-auto-approve"]);
    expect(text).toContain(`Destroy complete! Resources: ${kinds + 3} destroyed.`);
    expect(code).toBe(0);
    await expect(workspace.api.sls({ call: "Get", method: "GET", path: "/resources/table_one" })).rejects.toMatchObject(
      {
        code: "ResourceNotExist",
      },
    );
    expect(workspace.cloud.requests.filter(({ status }) => status >= 500)).toEqual([]);
    expect(workspace.cloud.requests.filter(({ unsupported }) => unsupported)).toEqual([]);
  });
});
