/** Dashboards, alerts, exports and what else the service keeps, from nothing to nothing, by real terraform. */
import { afterAll, beforeAll, describe, expect } from "vitest";
import { terraformFile, testWithTerraform as test, Workspace } from "./workspace";

const project = "kept-project-dev";
let workspace: Workspace;

interface Wishes {
  readonly text?: string;
  /** Part of names: a change replaces. */
  readonly name?: string;
  readonly status?: "ENABLED" | "DISABLED";
  readonly members?: readonly string[];
}

const all = ({ text = "first", name = "one", status = "ENABLED", members = ["id-a", "id-b"] }: Wishes = {}): string => `
provider "alicloud" {}
resource "alicloud_log_project" "p" {
  project_name = "${project}"
}
resource "alicloud_log_store" "s" {
  project_name  = alicloud_log_project.p.project_name
  logstore_name = "store-dev"
}
resource "alicloud_log_store" "dest" {
  project_name  = alicloud_log_project.p.project_name
  logstore_name = "dest-dev"
}
resource "alicloud_log_dashboard" "d" {
  project_name   = alicloud_log_project.p.project_name
  dashboard_name = "board-${name}"
  display_name   = "${text}"
  char_list = jsonencode([{
    title   = "errors"
    type    = "line"
    search  = { logstore = "store-dev", topic = "", query = "* | select '${text}' < 'z'", start = "-86400s", end = "now" }
    display = { xAxis = ["a"], yAxis = ["b"], xPos = 0, yPos = 0, width = 10, height = 12, displayName = "chart" }
  }])
  attribute = jsonencode({ type = "grid" })
}
resource "alicloud_log_alert" "old" {
  project_name      = alicloud_log_project.p.project_name
  alert_name        = "alert-old-${name}"
  alert_displayname = "${text}"
  version           = "2.0"
  type              = "default"
  threshold         = 1
  no_data_severity  = 6
  mute_until        = 1632486684
  labels {
    key   = "env"
    value = "${text}"
  }
  severity_configurations {
    severity       = 8
    eval_condition = { condition = "cnt > 3", count_condition = "__count__ > 3" }
  }
  group_configuration {
    type   = "custom"
    fields = ["a", "b"]
  }
  policy_configuration {
    alert_policy_id = "sls.builtin.dynamic"
    repeat_interval = "4h"
  }
  query_list {
    store      = "store-dev"
    store_type = "log"
    project    = "${project}"
    region     = "cn-hangzhou"
    query      = "* AND ${text}"
    start      = "-60s"
    end        = "20s"
  }
  schedule {
    type            = "FixedRate"
    interval        = "5m"
    run_immediately = true
    time_zone       = "+0800"
  }
}
resource "alicloud_sls_alert" "new" {
  project_name = alicloud_log_project.p.project_name
  alert_name   = "alert-new-${name}"
  display_name = "${text}"
  status       = "${status}"
  schedule {
    type     = "FixedRate"
    interval = "1m"
  }
  configuration {
    version       = "2.0"
    type          = "default"
    threshold     = 1
    dashboard     = "internal-alert"
    no_data_fire  = false
    tags          = ["${text}"]
    annotations {
      key   = "title"
      value = "${text}"
    }
    condition_configuration {
      condition       = "cnt > 0"
      count_condition = ""
    }
    group_configuration {
      type   = "no_group"
      fields = []
    }
    query_list {
      store          = "store-dev"
      store_type     = "log"
      project        = "${project}"
      query          = "* | select count(1) as cnt"
      start          = "-5m"
      end            = "now"
      time_span_type = "Relative"
    }
    severity_configurations {
      severity = 6
      eval_condition {
        condition = "cnt > 1"
      }
    }
    sink_alerthub {
      enabled = true
    }
    template_configuration {
      template_id = "sls.app.alert"
      type        = "sys"
      lang        = "cn"
      annotations = { a = "${text}" }
      tokens      = { t = "1" }
    }
  }
}
resource "alicloud_log_oss_export" "json" {
  project_name    = alicloud_log_project.p.project_name
  logstore_name   = alicloud_log_store.s.logstore_name
  export_name     = "export-json-${name}"
  display_name    = "${text}"
  bucket          = "bucket-dev"
  prefix          = "${text}"
  buffer_interval = 300
  buffer_size     = 250
  compress_type   = "none"
  path_format     = "%Y/%m/%d/%H/%M"
  time_zone       = "+0800"
  content_type    = "json"
  json_enable_tag = true
  role_arn          = "acs:ram::1:role/write"
  log_read_role_arn = "acs:ram::1:role/read"
}
resource "alicloud_log_oss_export" "csv" {
  project_name         = alicloud_log_project.p.project_name
  logstore_name        = alicloud_log_store.s.logstore_name
  export_name          = "export-csv-${name}"
  bucket               = "bucket-dev"
  buffer_interval      = 300
  buffer_size          = 250
  path_format          = "%Y/%m/%d/%H/%M"
  time_zone            = "+0800"
  content_type         = "csv"
  csv_config_delimiter = ","
  csv_config_header    = true
  csv_config_columns   = ["a", "${text}"]
}
resource "alicloud_log_oss_export" "parquet" {
  project_name    = alicloud_log_project.p.project_name
  logstore_name   = alicloud_log_store.s.logstore_name
  export_name     = "export-parquet-${name}"
  bucket          = "bucket-dev"
  buffer_interval = 300
  buffer_size     = 250
  path_format     = "%Y"
  time_zone       = "+0800"
  content_type    = "parquet"
  config_columns {
    name = "b"
    type = "string"
  }
  config_columns {
    name = "${text}"
    type = "string"
  }
}
resource "alicloud_sls_oss_export_sink" "e" {
  project      = alicloud_log_project.p.project_name
  job_name     = "export-sink-${name}"
  display_name = "${text}"
  configuration {
    logstore  = alicloud_log_store.s.logstore_name
    role_arn  = "acs:ram::1:role/r"
    from_time = 1732165733
    to_time   = 1732166733
    sink {
      bucket           = "bucket-dev"
      role_arn         = "acs:ram::1:role/r"
      time_zone        = "+0700"
      content_type     = "json"
      compression_type = "none"
      content_detail   = "{ \\"enableTag\\": false }"
      buffer_interval  = "300"
      buffer_size      = "250"
      endpoint         = "http://oss-cn-hangzhou-internal.aliyuncs.com"
      prefix           = "${text}"
    }
  }
}
resource "alicloud_sls_scheduled_sql" "q" {
  project            = alicloud_log_project.p.project_name
  scheduled_sql_name = "sql-${name}"
  display_name       = "${text}"
  schedule {
    type            = "Cron"
    cron_expression = "0 0/1 * * *"
    delay           = 30
    time_zone       = "+0000"
    run_immediately = true
  }
  scheduled_sql_configuration {
    script                  = "* | select '${text}'"
    sql_type                = "searchQuery"
    source_logstore         = alicloud_log_store.s.logstore_name
    dest_logstore           = alicloud_log_store.dest.logstore_name
    dest_project            = "${project}"
    dest_endpoint           = "cn-hangzhou-intranet.log.aliyuncs.com"
    data_format             = "log2log"
    from_time               = 1713196800
    to_time                 = 1713250800
    from_time_expr          = "@m-1m"
    to_time_expr            = "@m"
    max_retries             = 10
    max_run_time_in_seconds = 1800
    resource_pool           = "enhanced"
    role_arn                = "acs:ram::1:role/r"
    dest_role_arn           = "acs:ram::1:role/r"
    parameters              = { a = "${text}" }
  }
}
resource "alicloud_sls_etl" "t" {
  project      = alicloud_log_project.p.project_name
  job_name     = "etl-${name}"
  display_name = "${text}"
  configuration {
    logstore   = alicloud_log_store.s.logstore_name
    lang       = "SPL"
    script     = "* | extend a='${text}'"
    from_time  = 1706771697
    to_time    = 1738394097
    role_arn   = "acs:ram::1:role/r"
    parameters = { a = "b" }
    sink {
      name     = "sink"
      project  = "${project}"
      logstore = alicloud_log_store.dest.logstore_name
      endpoint = "cn-hangzhou-intranet.log.aliyuncs.com"
      role_arn = "acs:ram::1:role/r"
      datasets = ["__UNNAMED__"]
    }
  }
}
resource "alicloud_sls_index" "i" {
  project_name  = alicloud_log_project.p.project_name
  logstore_name = alicloud_log_store.s.logstore_name
  max_text_len  = 2048
  keys = jsonencode({
    app = { type = "text", token = [",", " "], caseSensitive = false, doc_value = true, alias = "${text}" }
    n   = { type = "long", doc_value = true }
  })
  line {
    chn            = true
    case_sensitive = true
    token          = ["a", "${text}"]
    exclude_keys   = ["t"]
  }
}
resource "alicloud_sls_machine_group" "g" {
  project_name          = alicloud_log_project.p.project_name
  group_name            = "group-dev"
  machine_identify_type = "userdefined"
  machine_list          = ${JSON.stringify(members)}
}
resource "alicloud_sls_logtail_config" "c" {
  project_name        = alicloud_log_project.p.project_name
  logtail_config_name = "config-${name}"
  input_type          = "file"
  output_type         = "LogService"
  input_detail        = jsonencode({ logType = "json_log", logPath = "/var/log", filePattern = "*.log" })
  output_detail {
    logstore_name = alicloud_log_store.s.logstore_name
    endpoint      = "cn-hangzhou-intranet.log.aliyuncs.com"
    region        = "cn-hangzhou"
  }
}
resource "alicloud_sls_logtail_pipeline_config" "l" {
  project     = alicloud_log_project.p.project_name
  config_name = "pipeline-${name}"
  inputs = [{
    Type              = "input_file"
    FilePaths         = "[\\"/var/log/${text}/*.log\\"]"
    MaxDirSearchDepth = "3"
    AppendingLogPositionMeta = "true"
  }]
  processors = [{ Type = "processor_parse_json_native", SourceKey = "content" }]
  flushers   = [{ Type = "flusher_sls", Logstore = alicloud_log_store.s.logstore_name, Region = "cn-hangzhou" }]
  globals    = { TopicType = "custom", TopicFormat = "${text}" }
}
resource "alicloud_sls_collection_policy" "k" {
  policy_name  = "policy-${name}"
  product_code = "oss"
  data_code    = "access_log"
  enabled      = true
  policy_config {
    resource_mode = "attributeMode"
    resource_tags = { team = "${text}" }
    regions       = ["cn-hangzhou"]
  }
  centralize_enabled = true
  centralize_config {
    dest_region   = "cn-hangzhou"
    dest_project  = alicloud_log_project.p.project_name
    dest_logstore = alicloud_log_store.s.logstore_name
    dest_ttl      = 7
  }
}
resource "alicloud_log_resource" "r" {
  name        = "table_${name}"
  type        = "userdefine"
  description = "${text}"
  ext_info    = "{}"
  schema      = jsonencode({ schema = [{ column = "c1", desc = "first", ext_info = {}, required = true, type = "string" }] })
}
resource "alicloud_log_resource_record" "rr" {
  resource_name = alicloud_log_resource.r.id
  record_id     = "record-${name}"
  tag           = "${text}"
  value         = jsonencode({ c1 = "${text}" })
}
`;

/** Kinds of this file, without the project and the two logstores that they lie in. */
const kinds = 16;

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
    expect(text).toContain(
      `alicloud_log_oss_export.json: Creation complete after 0s [id=${project}:store-dev:export-json-one]`,
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
}, 180_000);
