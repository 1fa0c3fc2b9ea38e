/**
 * What happens to logs once they are there: a dashboard shows lines by program, the error rate and the agents that are alive; two alerts tell of errors and of
 * silent agents; a query that runs every hour keeps the counts for three years in a logstore of their own; and every line is copied to OSS. In your own app
 * the constructs come from "cdktf-sls".
 */
import { AlicloudProvider } from "@cdktf/provider-alicloud/lib/provider";
import { App, TerraformOutput, TerraformStack } from "cdktf";
import {
  Environment,
  IndexField,
  LogAlert,
  LogChart,
  LogCollection,
  LogDashboard,
  LogExport,
  LogExportFormat,
  LogIndex,
  LogStore,
  Retention,
  Schedule,
  ScheduledSql,
} from "../../constructs";

const environment = Environment.parse(process.env["ENV_NAME"] ?? "dev");
const region = process.env["ALICLOUD_REGION"] ?? "cn-hangzhou";
const account = process.env["ALICLOUD_ACCOUNT_ID"] ?? "1234567890123456";

const app = new App();
const stack = new TerraformStack(app, `watched-${environment.name}`);
new AlicloudProvider(stack, "alicloud", { region });

const logs = new LogCollection(stack, "logs", {
  app: "watched",
  environment,
  logstore: { retention: Retention.days(7) },
});
const { project, logstore } = logs;

const hours = new LogStore(stack, "hours", {
  project,
  logstoreName: "lines-per-hour",
  retention: Retention.days(3 * 365),
  shardCount: 1,
});
new LogIndex(stack, "hours-index", {
  logstore: hours,
  fields: { program: IndexField.text(), lines: IndexField.long(), errors: IndexField.long() },
});

const isError = String.raw`regexp_like("pri-text", '\.(err|crit|alert|emerg)')`;
new ScheduledSql(stack, "count", {
  jobName: "count-lines-per-hour",
  displayName: "Lines and errors per program and hour",
  source: logstore,
  destination: hours,
  destinationEndpoint: `${region}-intranet.log.aliyuncs.com`,
  script: `* | SELECT "app-name" AS program, count(*) AS lines, count_if(${isError}) AS errors GROUP BY program LIMIT 10000`,
  window: { from: "@h-1h", to: "@h" },
  schedule: Schedule.cron("5 * * * *"),
  roleArn: `acs:ram::${account}:role/aliyunlogetlrole`,
});

new LogExport(stack, "archive", {
  jobName: "archive",
  displayName: "All lines, for the auditors",
  logstore,
  bucket: `watched-archive-${environment.name}`,
  endpoint: `https://oss-${region}-internal.aliyuncs.com`,
  roleArn: `acs:ram::${account}:role/aliyunlogdefaultrole`,
  prefix: "syslog",
  suffix: ".json.gz",
  format: LogExportFormat.json({ enableTag: true }),
});

new LogAlert(stack, "errors", {
  alertName: "many-errors",
  displayName: "Many errors",
  logstore,
  query: `* | SELECT "app-name" AS program, count_if(${isError}) AS errors GROUP BY program`,
  condition: "errors > 100",
  severity: "high",
  annotations: { title: "Many errors", desc: "${program} wrote ${errors} errors in 15 minutes" },
  labels: { app: "watched", environment: environment.name },
});

new LogAlert(stack, "silence", {
  alertName: "silent-agents",
  displayName: "No line from any machine",
  logstore,
  query: "* | SELECT count(DISTINCT __source__) AS agents HAVING agents > 0",
  condition: "agents < 1",
  start: "-5m",
  noDataFire: true,
  severity: "critical",
  repeatInterval: "15m",
});

const dashboard = new LogDashboard(stack, "dashboard", {
  project,
  dashboardName: "watched",
  displayName: `Watched (${environment.name})`,
  charts: LogDashboard.syslogCharts(logstore),
});
dashboard.addChart(
  LogChart.bar({
    title: "Lines by program, last 30 days",
    logstore: hours,
    query: "* | SELECT program, sum(lines) AS lines GROUP BY program ORDER BY lines DESC LIMIT 20",
    xAxis: ["program"],
    yAxis: ["lines"],
    start: "-30d",
  }),
);
dashboard.addChart(
  LogChart.logs({ title: "Newest errors", logstore, query: "err or crit or alert or emerg", start: "-15m" }),
);

new TerraformOutput(stack, "log_dashboard", { value: dashboard.dashboardName });

app.synth();
