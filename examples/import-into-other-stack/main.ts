/**
 * A second team, payments, on the VMs of the sample app: its stack makes nothing that the sample app's stack makes.
 * It imports the log collection by app and environment, and adds a logstore of its own with what collects into it.
 * In your own app the constructs come from "cdktf-sls".
 */
import { AlicloudProvider } from "@cdktf/provider-alicloud/lib/provider";
import { App, TerraformStack } from "cdktf";
import { Environment, LogCollection, LogFormat, LogIndex, LogStore, LogtailConfig, Retention } from "../../constructs";

const environment = Environment.parse(process.env["ENV_NAME"] ?? "dev");

const app = new App();
const stack = new TerraformStack(app, `payments-${environment.name}`);
new AlicloudProvider(stack, "alicloud", { region: process.env["ALICLOUD_REGION"] ?? "cn-hangzhou" });

const sampleApp = LogCollection.fromName(stack, "sample-app-logs", { app: "sample-app", environment });

const auditStore = new LogStore(stack, "audit-store", {
  project: sampleApp.project,
  logstoreName: `payments-audit-log-store-${environment.name}`,
  retention: Retention.days(365),
  preventDestroy: environment.isProduction,
});

new LogIndex(stack, "audit-index", { logstore: auditStore, fields: LogIndex.syslogFields() });

new LogtailConfig(stack, "audit-config", {
  configName: `payments-audit-logtail-config-${environment.name}`,
  logstore: auditStore,
  format: LogFormat.syslog({ tag: "payments_audit" }),
  machineGroups: [sampleApp.machineGroup],
});

app.synth();
