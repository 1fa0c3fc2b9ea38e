/**
 * The log collection of the sample app, in one environment. `cdktf deploy` makes the cloud resources;
 * `cdktf-sls deploy` then makes the Logtail config, which tells the VMs' agents what to collect.
 */
import { AlicloudProvider } from "@cdktf/provider-alicloud/lib/provider";
import { App, TerraformOutput, TerraformStack } from "cdktf";
import { Environment, LogCollection, SecurityGroup, StateBackend } from "./constructs";

const environment = Environment.parse(process.env["ENV_NAME"] ?? "dev");
const region = process.env["ALICLOUD_REGION"] ?? "cn-hangzhou";

const app = new App();
const stack = new TerraformStack(app, `sample-app-${environment.name}`);
new AlicloudProvider(stack, "alicloud", { region });
StateBackend.fromEnvironment(stack, process.env);

// The VMs of the app. Their agents take syslog lines on TCP port 11111.
const securityGroup = new SecurityGroup(stack, "security-group", {
  securityGroupName: `sample-app-security-group-${environment.name}`,
});

const logs = new LogCollection(stack, "logs", {
  app: "sample-app",
  environment,
  securityRules: { securityGroup },
});

new TerraformOutput(stack, "log_project", { value: logs.project.projectName });
new TerraformOutput(stack, "log_store", { value: logs.logstore.logstoreName });
new TerraformOutput(stack, "log_machine_group", { value: logs.machineGroup.groupName });
new TerraformOutput(stack, "user_defined_id", {
  value: logs.names.userDefinedId,
  description: "What the VMs say in /etc/ilogtail/user_defined_id",
});

app.synth();
