/** The role of the sample app's pipeline, as a person who may manage RAM deploys it once. */
import { AlicloudProvider } from "@cdktf/provider-alicloud/lib/provider";
import { App, TerraformOutput, TerraformStack } from "cdktf";
import { GitlabOidcProvider, PipelineRef, PipelineRole } from "../../../constructs";

const app = new App();
const stack = new TerraformStack(app, "sample-app-pipeline");
new AlicloudProvider(stack, "alicloud", { region: "cn-hangzhou" });
const oidcProvider = new GitlabOidcProvider(stack, "gitlab", { providerName: "gitlab" });
const environments = ["dev", "pre-prod", "prod"];
const role = new PipelineRole(stack, "pipeline", {
  roleName: "sample-app-pipeline",
  oidcProvider,
  projectPath: "acme/app",
  refs: ["main", "pre-production", "production"].map((name) => PipelineRef.branch(name)),
  access: "deploy",
  logProjects: environments.map((name) => `sample-app-log-project-${name}`),
  agentRoles: environments.map((name) => `sample-app-log-agent-${name}`),
  machines: true,
  images: true,
});
new TerraformOutput(stack, "provider", { value: oidcProvider.arn, staticId: true });
new TerraformOutput(stack, "role", { value: role.arn, staticId: true });
app.synth();
