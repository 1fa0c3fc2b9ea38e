import { RamPolicy } from "@cdktf/provider-alicloud/lib/ram-policy";
import { RamRole } from "@cdktf/provider-alicloud/lib/ram-role";
import { RamRolePolicyAttachment } from "@cdktf/provider-alicloud/lib/ram-role-policy-attachment";
import { Construct } from "constructs";
import { policyNameProblem, roleNameProblem } from "../sls/model/ram";
import type { IGitlabOidcProvider } from "./gitlab-oidc-provider";
import type { PipelineRef } from "./pipeline-ref";
import { policyDocument, type PolicyStatement } from "./policy-statement";
import { check, invalidValue } from "./private/check";
import { deployStatements, planStatements, type PipelineScope } from "./private/pipeline-statements";
import { literalText } from "./private/template-text";

export interface PipelineRoleProps {
  /** 1 to 64 letters, digits, "." and "-"; unique in the account. */
  readonly roleName: string;
  readonly oidcProvider: IGitlabOidcProvider;
  /** Path of the project in GitLab: `acme/infrastructure/sample-app`. */
  readonly projectPath: string;
  /** Whose jobs get the role. */
  readonly refs: readonly PipelineRef[];
  /** `deploy`: what `cdktf deploy`, `cdktf-sls deploy` and `cdktf-sls verify` call; `plan`: reads, but no logs. */
  readonly access: "deploy" | "plan";
  /** Names of the log projects; `*` stands for anything. */
  readonly logProjects: readonly string[];
  /** Names of the roles that AgentRole makes in these deploys. @default - none */
  readonly agentRoles?: readonly string[];
  /** VPCs and instances too. @default false */
  readonly machines?: boolean;
  /** Images, by Packer, too. @default false */
  readonly images?: boolean;
  /** More that it may. @default - none */
  readonly statements?: readonly PolicyStatement[];
  /** How long its keys last at most, 3600 to 43200 seconds. @default 3600 */
  readonly maxSessionSeconds?: number;
}

/**
 * The RAM role of a pipeline's jobs: GitLab says in a signed token which project and ref a job is of, and STS gives keys for an hour. No key is kept
 * anywhere. Whoever may push to one of the refs may do what the role may.
 */
export class PipelineRole extends Construct {
  /** ALIBABA_CLOUD_ROLE_ARN of the jobs. */
  readonly arn: string;
  readonly roleName: string;
  /** What it may. */
  readonly statements: readonly PolicyStatement[];

  constructor(scope: Construct, id: string, props: PipelineRoleProps) {
    super(scope, id);
    this.roleName = props.roleName;
    const policyName = `${this.roleName.replaceAll(".", "-")}-policy`;
    check(this, this.roleName, roleNameProblem);
    check(this, policyName, policyNameProblem);
    this.checkTrust(props);
    this.statements = [...statementsOf(props), ...(props.statements ?? [])];
    const problem = this.statements.map((one) => one.problem).find((one) => one !== undefined);
    if (problem !== undefined) throw invalidValue(this, problem);
    const role = new RamRole(this, "Role", {
      roleName: this.roleName,
      description: `Jobs of ${props.projectPath} in GitLab (${props.access})`,
      assumeRolePolicyDocument: trustOf(props),
      maxSessionDuration: props.maxSessionSeconds ?? 3600,
    });
    const policy = new RamPolicy(this, "Policy", {
      policyName,
      description: `What a pipeline needs to ${props.access}`,
      policyDocument: literalText(policyDocument(this.statements.map((one) => one.toJson()))),
    });
    new RamRolePolicyAttachment(this, "Attachment", {
      roleName: role.roleName,
      policyName: policy.policyName,
      policyType: "Custom",
    });
    this.arn = role.arn;
  }

  private checkTrust({ projectPath, refs, logProjects, maxSessionSeconds = 3600 }: PipelineRoleProps): void {
    // A pattern would let in projects of others.
    if (!/^[\w.-]+(?:\/[\w.-]+)+$/.test(projectPath)) {
      const given = JSON.stringify(projectPath);
      throw invalidValue(this, `projectPath must be the whole path of one project, such as acme/app, got ${given}`);
    }
    if (refs.length === 0) {
      throw invalidValue(this, `refs must name whose jobs get the role, such as PipelineRef.branch("main")`);
    }
    if (logProjects.length === 0) {
      throw invalidValue(this, `logProjects must name at least one, such as "sample-app-log-project-dev"`);
    }
    if (!Number.isInteger(maxSessionSeconds) || maxSessionSeconds < 3600 || maxSessionSeconds > 43_200) {
      throw invalidValue(this, `maxSessionSeconds must be 3600 to 43200, got ${maxSessionSeconds}`);
    }
  }
}

function statementsOf(props: PipelineRoleProps): readonly PolicyStatement[] {
  const { access, logProjects, agentRoles = [], machines = false, images = false } = props;
  const scope: PipelineScope = { logProjects, agentRoles, machines, images };
  return access === "plan" ? planStatements(scope) : deployStatements(scope);
}

/** Keys in Terraform's own order, so that plans settle. */
function trustOf({ oidcProvider, projectPath, refs }: PipelineRoleProps): string {
  const { arn, issuerUrl, audiences } = oidcProvider;
  const subjects = refs.map((ref) => literalText(ref.subject(projectPath)));
  return JSON.stringify({
    Statement: [
      {
        Action: "sts:AssumeRole",
        Condition: {
          StringEquals: { "oidc:aud": audiences, "oidc:iss": [issuerUrl] },
          StringLike: { "oidc:sub": subjects },
        },
        Effect: "Allow",
        Principal: { Federated: [arn] },
      },
    ],
    Version: "1",
  });
}
