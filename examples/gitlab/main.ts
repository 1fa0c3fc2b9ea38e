/**
 * A project of a team of its own, deployed from GitLab by the templates of ci/templates: see .gitlab-ci.yml beside this file.
 * Terraform's state is GitLab's in a job, a file on a laptop. In your own app the constructs come from "cdktf-sls".
 */
import { AlicloudProvider } from "@cdktf/provider-alicloud/lib/provider";
import { App, TerraformStack } from "cdktf";
import { Environment, LogCollection, StateBackend } from "../../constructs";

const environment = Environment.parse(process.env["ENV_NAME"] ?? "dev");

const app = new App();
const stack = new TerraformStack(app, `orders-${environment.name}`);
new AlicloudProvider(stack, "alicloud", { region: process.env["ALICLOUD_REGION"] ?? "cn-hangzhou" });
StateBackend.fromEnvironment(stack, process.env);

new LogCollection(stack, "logs", { app: "orders", environment, agentRole: true });

app.synth();
