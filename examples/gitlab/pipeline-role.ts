/**
 * The roles of the pipeline, deployed once, by a person who may manage RAM: `cdktf deploy --app "npx ts-node pipeline-role.ts" orders-pipeline`.
 * Put its outputs into Settings > CI/CD > Variables under the names that they have; no key goes there.
 */
import { AlicloudProvider } from "@cdktf/provider-alicloud/lib/provider";
import { App, TerraformOutput, TerraformStack } from "cdktf";
import { GitlabOidcProvider, PipelineRef, PipelineRole } from "../../constructs";

const app = new App();
const stack = new TerraformStack(app, "orders-pipeline");
new AlicloudProvider(stack, "alicloud", { region: "cn-hangzhou" });

const gitlab = new GitlabOidcProvider(stack, "gitlab", { providerName: "gitlab" });
const shared = { oidcProvider: gitlab, projectPath: "acme/orders" };

/** One for each environment, so that dev cannot reach prod. */
const deploy = (environment: string, branch: string): PipelineRole =>
  new PipelineRole(stack, `deploy-${environment}`, {
    ...shared,
    roleName: `orders-pipeline-${environment}`,
    refs: [PipelineRef.branch(branch)],
    access: "deploy",
    logProjects: [`orders-log-project-${environment}`],
    agentRoles: [`orders-log-agent-${environment}`],
  });

// Merge requests come from any branch: their jobs may look, and read no log.
const plan = new PipelineRole(stack, "plan", {
  ...shared,
  roleName: "orders-pipeline-plan",
  refs: [PipelineRef.any()],
  access: "plan",
  logProjects: ["orders-log-project-*"],
  agentRoles: ["orders-log-agent-dev", "orders-log-agent-prod"],
});

const outputs = {
  ALIBABA_CLOUD_OIDC_PROVIDER_ARN: gitlab.arn,
  ALIBABA_CLOUD_PLAN_ROLE_ARN: plan.arn,
  // With environment scope dev and prod, under the name ALIBABA_CLOUD_ROLE_ARN.
  ALIBABA_CLOUD_ROLE_ARN_dev: deploy("dev", "main").arn,
  ALIBABA_CLOUD_ROLE_ARN_prod: deploy("prod", "production").arn,
};
for (const [name, value] of Object.entries(outputs)) new TerraformOutput(stack, name, { value, staticId: true });

app.synth();
