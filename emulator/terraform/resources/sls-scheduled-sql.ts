import { restKind } from "../rest-kind";
import { block, fields } from "../shape";

const configuration = "scheduled_sql_configuration";

export const slsScheduledSql = restKind({
  type: "alicloud_sls_scheduled_sql",
  project: "project",
  name: "scheduled_sql_name",
  path: "/scheduledsqls",
  noun: "ScheduledSQL",
  gone: ["JobNotExist"],
  status: "status",
  forceNew: ["to_time", "from_time", "data_format", "source_logstore"].map((name) => `${configuration}.${name}`),
  shape: {
    ...fields("display_name", "description"),
    schedule: block("schedule", fields("type", "interval", "cron_expression", "delay", "time_zone", "run_immediately")),
    [configuration]: block(
      "configuration",
      fields(
        ...["data_format", "dest_endpoint", "dest_logstore", "dest_project", "dest_role_arn", "from_time"],
        ...["from_time_expr", "max_retries", "max_run_time_in_seconds", "parameters", "resource_pool", "role_arn"],
        ...["script", "source_logstore", "sql_type", "to_time", "to_time_expr"],
      ),
    ),
  },
});
