import { oneOf, oneOfIn } from "../kind";
import { restKind } from "../rest-kind";
import { block, blocks, field, fields, type Shape } from "../shape";

const condition = fields("condition", "count_condition");
const pair = fields("key", "value");
const enabled = fields("enabled");

const query = fields(
  ...["query", "time_span_type", "start", "end", "store", "store_type", "project", "region", "role_arn"],
  ...["power_sql_mode", "dashboard_id", "chart_title", "ui"],
);

const configuration: Shape = {
  ...fields("auto_annotation", "no_data_fire", "no_data_severity", "send_resolved", "threshold", "mute_until"),
  ...fields("dashboard", "type", "version", "tags"),
  annotations: blocks("annotations", pair),
  labels: blocks("labels", pair),
  condition_configuration: block("conditionConfiguration", condition),
  group_configuration: block("groupConfiguration", fields("type", "fields")),
  join_configurations: blocks("joinConfigurations", fields("type", "condition")),
  policy_configuration: block("policyConfiguration", fields("alert_policy_id", "action_policy_id", "repeat_interval")),
  query_list: blocks("queryList", query),
  severity_configurations: blocks("severityConfigurations", {
    ...fields("severity"),
    eval_condition: block("evalCondition", condition),
  }),
  sink_alerthub: block("sinkAlerthub", enabled),
  sink_cms: block("sinkCms", enabled),
  sink_event_store: block("sinkEventStore", fields("enabled", "endpoint", "project", "event_store", "role_arn")),
  template_configuration: block("templateConfiguration", {
    ...fields("type", "version", "lang", "tokens"),
    template_id: field("id"),
    // Spelt so by the real provider.
    annotations: field("aonotations"),
  }),
};

export const slsAlert = restKind({
  type: "alicloud_sls_alert",
  project: "project_name",
  name: "alert_name",
  path: "/alerts",
  noun: "Alert",
  gone: ["JobNotExist"],
  status: "status",
  checks: [
    oneOf("status", ["ENABLED", "DISABLED"]),
    oneOfIn("schedule.type", ["FixedRate", "Cron"]),
    oneOfIn("configuration.group_configuration.type", ["no_group", "custom", "labels_auto"]),
    oneOfIn("configuration.join_configurations.type", [
      ...["cross_join", "inner_join", "left_join", "right_join", "full_join", "left_exclude", "right_exclude"],
      ...["concat", "no_join"],
    ]),
  ],
  shape: {
    ...fields("display_name", "description", "create_time"),
    configuration: block("configuration", configuration),
    schedule: block("schedule", {
      ...fields("type", "interval", "cron_expression", "delay", "time_zone"),
      // Spelt so by the real provider.
      run_immdiately: field("runImmediately"),
    }),
  },
  body: (_planned, { createTime: _, ...body }) => body,
});
