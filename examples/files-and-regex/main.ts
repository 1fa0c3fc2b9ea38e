/**
 * Logs of files: nginx's access log, taken apart by a regular expression, and the log of a Java service, in which a stack trace belongs to the line
 * before it. Samples are taken apart at synth. In your own app the constructs come from "cdktf-sls".
 */
import { AlicloudProvider } from "@cdktf/provider-alicloud/lib/provider";
import { App, TerraformStack } from "cdktf";
import {
  LogFormat,
  LogIndex,
  LogMask,
  LogProject,
  LogSource,
  LogStore,
  LogTopic,
  LogtailConfig,
  MachineGroup,
  Retention,
  TimeFormat,
} from "../../constructs";

const app = new App();
const stack = new TerraformStack(app, "shop-logs");
new AlicloudProvider(stack, "alicloud", { region: process.env["ALICLOUD_REGION"] ?? "cn-hangzhou" });

const project = new LogProject(stack, "project", { projectName: "shop-log-project-example" });
const web = MachineGroup.ofUserDefinedId(stack, "web", { project, groupName: "shop-web", userDefinedId: "shop-web" });

const access = new LogStore(stack, "access", { project, logstoreName: "access", retention: Retention.days(90) });
new LogIndex(stack, "access-index", { logstore: access, ...LogIndex.accessLog() });

new LogtailConfig(stack, "access-config", {
  configName: "shop-access",
  logstore: access,
  machineGroups: [web],
  source: LogSource.files({ directory: "/var/log/nginx", pattern: "access*.log" }),
  format: LogFormat.regex({
    pattern: String.raw`(\S+) - (\S+) \[([^\]]+)\] "(\S+) (\S+) (\S+)" (\d+) (\d+) "([^"]*)" "([^"]*)" ([\d.]+)`,
    keys: [
      "remote_addr",
      "remote_user",
      "time",
      "method",
      "path",
      "protocol",
      "status",
      "bytes",
      "referer",
      "user_agent",
      "request_time",
    ],
    time: TimeFormat.of("%d/%b/%Y:%H:%M:%S", { timeZone: "GMT+08:00" }),
  }),
  logSample: {
    text: '10.0.0.7 - - [21/Nov/2026:13:00:00 +0800] "GET /cart?id=7 HTTP/1.1" 200 5120 "-" "curl/8.5" 0.042',
    fields: { path: "/cart?id=7", status: "200", request_time: "0.042" },
  },
  masks: [LogMask.constant({ key: "path", before: "token=", content: "[^&]+" })],
});

const service = new LogStore(stack, "service", { project, logstoreName: "service" });
new LogIndex(stack, "service-index", { logstore: service });

new LogtailConfig(stack, "service-config", {
  configName: "shop-service",
  logstore: service,
  machineGroups: [web],
  source: LogSource.files({ directory: "/var/log/shop", pattern: "*.log", depth: 2, exclude: { files: ["gc*.log"] } }),
  format: LogFormat.regex({
    begin: String.raw`\d+-\d+-\d+ \d+:\d+:\d+,\d+ .*`,
    pattern: String.raw`(\S+ \S+) (\w+) \[([^\]]+)\] (.*)`,
    keys: ["time", "level", "thread", "message"],
    time: TimeFormat.of("%Y-%m-%d %H:%M:%S,%f", { timeZone: "GMT+08:00" }),
  }),
  logSample: {
    text: "2026-11-21 13:00:00,123 ERROR [main] cart is empty\n\tat shop.Cart.pay(Cart.java:17)",
    fields: { level: "ERROR", message: "cart is empty\n\tat shop.Cart.pay(Cart.java:17)" },
  },
  topic: LogTopic.fromPath(String.raw`/var/log/shop/(\w+)/.*`),
  filters: { level: "INFO|WARN|ERROR" },
});

app.synth();
