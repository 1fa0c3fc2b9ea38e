import { UserError } from "../errors";
import { notTogether, oneOfIn } from "../kind";
import { restKind } from "../rest-kind";
import { block, blocks, field, fields, fromJson, type Json, type Shape } from "../shape";
import { isZero, mapsOf, textOf, type Value, type ValueMap } from "../values";

const type = "alicloud_log_alert";
const severities = [2, 4, 6, 8, 10];
const pair = fields("key", "value");

/** Arguments that are the members of the alert's `configuration`. */
const configuration: Shape = {
  ...fields("version", "type", "threshold", "mute_until", "no_data_fire", "no_data_severity", "send_resolved"),
  ...fields("auto_annotation", "dashboard"),
  annotations: blocks("annotations", pair),
  labels: blocks("labels", pair),
  query_list: blocks(
    "queryList",
    fields(
      ...["chart_title", "region", "project", "store", "store_type", "query", "start", "end", "time_span_type"],
      ...["role_arn", "dashboard_id", "power_sql_mode"],
    ),
  ),
  severity_configurations: blocks("severityConfigurations", {
    ...fields("severity"),
    eval_condition: field("evalCondition"),
  }),
  join_configurations: blocks("joinConfigurations", fields("type", "condition")),
  group_configuration: block("groupConfiguration", fields("type", "fields")),
  policy_configuration: block("policyConfiguration", fields("alert_policy_id", "action_policy_id", "repeat_interval")),
  template_configuration: block("templateConfiguration", fields("id", "type", "lang", "tokens", "annotations")),
};
const schedule = fields(
  ...["type", "interval", "cron_expression", "delay", "day_of_week", "hour", "run_immediately", "time_zone"],
);

/** A map on Terraform's side with members in its own spelling. */
function evaluations(list: unknown, rename: Readonly<Record<string, string>>): Json[] {
  return ((list ?? []) as Json[]).map(({ severity, evalCondition }) => ({
    severity,
    evalCondition: Object.fromEntries(
      Object.entries((evalCondition ?? {}) as Json).map(([name, value]) => [rename[name] ?? name, value]),
    ),
  }));
}

function bodyOf(planned: ValueMap, { name, displayName, description, schedule: when, ...rest }: Json): Json {
  if (textOf(planned["version"]) === "") {
    throw new UserError(
      `${type}: no alerts of the first version here`,
      'The offline stand-in serves alerts with version = "2.0"; write that, or use the real provider.',
      "version",
    );
  }
  const old = { type: textOf(planned["schedule_type"]), interval: textOf(planned["schedule_interval"]) };
  const template = rest["templateConfiguration"] as Json | undefined;
  return {
    name,
    displayName,
    description: description ?? "",
    type: "Alert",
    state: "Enabled",
    schedule: when ?? old,
    configuration: {
      ...rest,
      type: rest["type"] ?? "default",
      severityConfigurations: evaluations(rest["severityConfigurations"], { count_condition: "countCondition" }),
      ...(template ? { templateConfiguration: { version: "1", tokens: {}, annotations: {}, ...template } } : {}),
    },
  };
}

const shape: Shape = {
  alert_displayname: field("displayName"),
  alert_description: field("description"),
  ...configuration,
  schedule: block("schedule", schedule),
};

function attributesOf(json: Json, attributes: ValueMap, state: ValueMap): ValueMap {
  const inner = (json["configuration"] ?? {}) as Json;
  const severityConfigurations = evaluations(inner["severityConfigurations"], { countCondition: "count_condition" });
  const found = fromJson({ ...inner, severityConfigurations }, configuration);
  const when = (json["schedule"] ?? {}) as Json;
  const typed = (list: Value | undefined): Value[] => mapsOf(list).filter((one) => !isZero(one["type"]));
  // With the arguments of old it is in the state by them alone; else the next plan would take the block away.
  const byOld = isZero(state["schedule"]) && !isZero(state["alert_displayname"]);
  return {
    ...attributes,
    ...found,
    group_configuration: typed(found["group_configuration"]),
    schedule_type: textOf(when["type"] as string),
    schedule_interval: textOf(when["interval"] as string),
    schedule: byOld ? [] : (attributes["schedule"] ?? []),
  };
}

export const logAlert = restKind({
  type,
  project: "project_name",
  name: "alert_name",
  path: "/jobs",
  noun: "Alert",
  gone: ["JobNotExist"],
  defaults: { "query_list.time_span_type": "Custom" },
  checks: [
    oneOfIn("no_data_severity", severities),
    oneOfIn("severity_configurations.severity", severities),
    oneOfIn("query_list.power_sql_mode", ["auto", "enable", "disable"]),
    oneOfIn("template_configuration.type", ["sys", "user"]),
    oneOfIn("schedule.type", ["FixedRate", "Cron", "Hourly", "Daily", "Weekly"]),
    oneOfIn("join_configurations.type", [
      ...["cross_join", "inner_join", "left_join", "right_join", "full_join", "left_exclude", "right_exclude"],
      ...["concat", "no_join"],
    ]),
    (config) => (isZero(config["schedule"]) ? undefined : notTogether("schedule_type", "schedule")(config)),
  ],
  shape,
  body: bodyOf,
  found: attributesOf,
});
