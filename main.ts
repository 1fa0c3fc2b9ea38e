/**
 * The sample app in one environment, as three stacks: what its logs go to and its machines stand in, the web application, the certificate manager.
 * `cdktf deploy` makes the cloud resources; `cdktf-sls deploy` makes the Logtail config, between the first stack and the machines: docs/pipeline.md.
 */
import { existsSync } from "node:fs";
import { Instance } from "@cdktf/provider-alicloud/lib/instance";
import { AlicloudProvider } from "@cdktf/provider-alicloud/lib/provider";
import { Vpc } from "@cdktf/provider-alicloud/lib/vpc";
import { Vswitch } from "@cdktf/provider-alicloud/lib/vswitch";
import { App, TerraformOutput, TerraformStack } from "cdktf";
import { AgentRole, Environment, ImageId, LogCollection, SecurityGroup, StateBackend } from "./constructs";

const environment = Environment.parse(process.env["ENV_NAME"] ?? "dev");
const region = process.env["ALICLOUD_REGION"] ?? "cn-hangzhou";
const zone = process.env["ALICLOUD_ZONE"] ?? `${region}-h`;

const app = new App();

function stackOf(name: string): TerraformStack {
  const stack = new TerraformStack(app, `${name}-${environment.name}`);
  new AlicloudProvider(stack, "alicloud", { region });
  StateBackend.fromEnvironment(stack, process.env);
  return stack;
}

const basis = stackOf("sample-app");
const vpc = new Vpc(basis, "vpc", { vpcName: `sample-app-vpc-${environment.name}`, cidrBlock: "192.168.0.0/16" });
const vswitch = new Vswitch(basis, "vswitch", {
  vswitchName: `sample-app-vswitch-${environment.name}`,
  vpcId: vpc.id,
  cidrBlock: "192.168.0.0/24",
  zoneId: zone,
});

// The VMs of the app. Their agents take syslog lines on TCP port 11111.
const securityGroup = new SecurityGroup(basis, "security-group", {
  securityGroupName: `sample-app-security-group-${environment.name}`,
  vpcId: vpc.id,
});

const logs = new LogCollection(basis, "logs", {
  app: "sample-app",
  environment,
  securityRules: { securityGroup },
  agentRole: true,
});

new TerraformOutput(basis, "log_project", { value: logs.project.projectName });
new TerraformOutput(basis, "log_store", { value: logs.logstore.logstoreName });
new TerraformOutput(basis, "log_machine_group", { value: logs.machineGroup.groupName });
new TerraformOutput(basis, "user_defined_id", {
  value: logs.names.userDefinedId,
  description: "What the VMs say in /etc/ilogtail/user_defined_id",
});

/** A machine from an image of images/, in a stack of its own; none as long as the image is not built. */
function machine(name: string, image: string, after: TerraformStack): TerraformStack {
  const manifest = `images/manifests/${image}-${environment.name}.json`;
  if (!existsSync(manifest)) return after;
  const { imageId } = ImageId.fromManifest(manifest, { region, env: environment.name });
  const stack = stackOf(`sample-app-${name}`);
  stack.addDependency(after);
  // What the basis stack makes; here it is only named.
  const imported = LogCollection.fromName(stack, "logs", { app: "sample-app", environment });
  const role = AgentRole.fromName(stack, "agent-role", imported.names.agentRole);
  const instance = new Instance(stack, "instance", {
    instanceName: `sample-app-${name}-${environment.name}`,
    imageId,
    instanceType: "ecs.t6-c1m1.large",
    vswitchId: vswitch.id,
    securityGroups: [securityGroup.securityGroupId],
    roleName: role.roleName,
  });
  new TerraformOutput(stack, "instance_id", { value: instance.id });
  new TerraformOutput(stack, "logs_in", { value: imported.project.projectName });
  return stack;
}

const webapp = machine("webapp", "app", basis);
machine("certman", "certman", webapp);

app.synth();
