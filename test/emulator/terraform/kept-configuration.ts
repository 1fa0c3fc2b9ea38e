/** Of every kind that the service keeps one, as Terraform's configuration. */
export const project = "kept-project-dev";

export interface Wishes {
  readonly text?: string;
  /** Part of names: a change replaces. */
  readonly name?: string;
  readonly status?: "ENABLED" | "DISABLED";
  readonly members?: readonly string[];
}

export const all = ({
  text = "first",
  name = "one",
  status = "ENABLED",
  members = ["id-a", "id-b"],
}: Wishes = {}): string => `
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
export const kinds = 16;
