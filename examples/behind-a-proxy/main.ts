/**
 * Machines without a way out: their agents reach Log Service through a forward proxy at 10.0.0.8, port 3128 (HTTPS_PROXY in the agent's unit), and the
 * security group lets nothing else out. Other machines of the network send them syslog as RFC 5424. In your own app the constructs come from "cdktf-sls".
 */
import { AlicloudProvider } from "@cdktf/provider-alicloud/lib/provider";
import { App, TerraformStack } from "cdktf";
import { Environment, LogCollection, LogEgress, LogFormat, LogSource, SecurityGroup } from "../../constructs";

const environment = Environment.parse(process.env["ENV_NAME"] ?? "dev");

const app = new App();
const stack = new TerraformStack(app, `closed-network-${environment.name}`);
new AlicloudProvider(stack, "alicloud", { region: process.env["ALICLOUD_REGION"] ?? "cn-hangzhou" });

const securityGroup = new SecurityGroup(stack, "relays", {
  securityGroupName: `closed-network-relays-${environment.name}`,
});

new LogCollection(stack, "logs", {
  app: "closed-network",
  environment,
  index: {},
  format: LogFormat.rfcSyslog({ protocol: "rfc5424" }),
  logtailConfig: {
    source: LogSource.syslog({ port: 6514, address: "0.0.0.0" }),
    filters: { _severity_: "[0-5]" },
  },
  securityRules: {
    securityGroup,
    cidr: "10.0.0.0/8",
    port: 6514,
    egress: LogEgress.toProxy("10.0.0.8/32", 3128),
    dropOtherEgress: true,
  },
});

app.synth();
