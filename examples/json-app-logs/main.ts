/**
 * An app that logs JSON: a line is an object, its members are fields, and those inside the member `request` can be searched by name. The Logtail config is a
 * Terraform resource, so no deploy step is needed. The machines get a RAM role, with which their agents have keys. In your own app the constructs come from "cdktf-sls".
 */
import { AlicloudProvider } from "@cdktf/provider-alicloud/lib/provider";
import { App, TerraformOutput, TerraformStack } from "cdktf";
import { Environment, IndexField, LogCollection, LogFormat, LogSource, TimeFormat } from "../../constructs";

const environment = Environment.parse(process.env["ENV_NAME"] ?? "dev");

const app = new App();
const stack = new TerraformStack(app, `todo-list-${environment.name}`);
new AlicloudProvider(stack, "alicloud", { region: process.env["ALICLOUD_REGION"] ?? "cn-hangzhou" });

const logs = new LogCollection(stack, "logs", {
  app: "todo-list",
  environment,
  index: {
    fields: {
      level: IndexField.text(),
      message: IndexField.text({ includeChinese: true }),
      request: IndexField.json({ path: IndexField.text(), status: IndexField.long(), "user.id": IndexField.long() }),
    },
  },
  format: LogFormat.json({
    time: { key: "ts", format: TimeFormat.of("%Y-%m-%dT%H:%M:%S", { timeZone: "GMT+00:00" }) },
  }),
  logtailConfig: {
    source: LogSource.files({ directory: "/var/log/todo-list", pattern: "*.json" }),
    logSample: {
      text: '{"ts":"2026-11-21T13:00:00.123Z","level":"info","message":"added","request":{"path":"/todos","status":201}}',
      fields: { level: "info", request: '{"path":"/todos","status":201}' },
    },
    delivery: "terraform",
  },
  agentRole: true,
  readerPolicy: true,
  tags: { app: "todo-list", environment: environment.name },
});

new TerraformOutput(stack, "agent_role", {
  value: logs.agentRole?.roleName,
  description: "For the instances' RAM role, in their template or scaling group",
});

app.synth();
