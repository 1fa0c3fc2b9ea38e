import { EcsRamRoleAttachment } from "@cdktf/provider-alicloud/lib/ecs-ram-role-attachment";
import { RamPolicy } from "@cdktf/provider-alicloud/lib/ram-policy";
import { RamRole } from "@cdktf/provider-alicloud/lib/ram-role";
import { RamRolePolicyAttachment } from "@cdktf/provider-alicloud/lib/ram-role-policy-attachment";
import { Token } from "cdktf";
import { Construct, type IConstruct } from "constructs";
import { policyNameProblem, roleNameProblem } from "../sls/model/ram";
import type { ILogProject } from "./log-project";
import type { ILogStore } from "./log-store";
import { PolicyStatement, policyDocument } from "./policy-statement";
import { check, differ, invalidValue } from "./private/check";
import { literalText } from "./private/template-text";

export interface AgentRoleProps {
  /** 1 to 64 letters, digits, "." and "-"; unique in the account. */
  readonly roleName: string;
  readonly project: ILogProject;
  /** Logstores of the project that the agents may write to; at least one. @default - all of the project's */
  readonly logstores?: readonly ILogStore[];
  /** 1 to 128 letters, digits and "-"; unique in the account. @default `${roleName}-policy` */
  readonly policyName?: string;
  /** Instances that get the role now; templates and scaling groups name it by roleName. An instance has one role at most. @default - none */
  readonly instanceIds?: readonly string[];
}

export interface IAgentRole extends IConstruct {
  readonly roleName: string;
}

/** ECS gives its instances the role's keys, and nobody else. */
const trust = JSON.stringify({
  Statement: [{ Action: "sts:AssumeRole", Effect: "Allow", Principal: { Service: ["ecs.aliyuncs.com"] } }],
  Version: "1",
});

const noLogstore =
  "logstores is empty, so the agents could write nothing; give at least one, or leave it out for all of the project's";

function logstoresProblem(project: ILogProject, logstores: readonly ILogStore[]): string | undefined {
  if (logstores.length === 0) return noLogstore;
  const foreign = logstores.find((one) => differ(one.project.givenName, project.givenName));
  if (foreign === undefined) return undefined;
  return (
    `logstore ${JSON.stringify(foreign.givenName)} is in project ${JSON.stringify(foreign.project.givenName)}, but the role is for ` +
    `${JSON.stringify(project.givenName)}; make a role for each project, or give the role's statements for both to one of your own`
  );
}

/**
 * The RAM role of the machines whose logs are collected: their agents have keys without one being baked into an image. It may find and read the
 * project's machine groups and Logtail configs, and write logs; it may read no log, and change nothing.
 */
export class AgentRole extends Construct implements IAgentRole {
  /** A role that somebody else makes. */
  static fromName(scope: Construct, id: string, roleName: string): IAgentRole {
    return new ImportedAgentRole(scope, id, roleName);
  }

  /** What the agent needs: its calls, and no other. */
  static statements(project: ILogProject, logstores?: readonly ILogStore[]): readonly PolicyStatement[] {
    const problem = logstores && logstoresProblem(project, logstores);
    if (problem !== undefined) throw invalidValue(project, problem);
    const root = `acs:log:*:*:project/${project.projectName}`;
    const stores = logstores?.map(({ logstoreName }) => logstoreName) ?? ["*"];
    return [
      PolicyStatement.allow({
        actions: ["log:ListMachineGroup", "log:GetMachineGroup", "log:GetAppliedConfigs"],
        resources: [`${root}/machinegroup/*`],
      }),
      PolicyStatement.allow({ actions: ["log:GetConfig"], resources: [`${root}/logtailconfig/*`] }),
      PolicyStatement.allow({
        actions: ["log:PostLogStoreLogs"],
        resources: stores.map((name) => `${root}/logstore/${name}`),
      }),
    ];
  }

  /** To pass on: a reference that makes Terraform create the role, with its rights, first. */
  readonly roleName: string;
  /** To read: the name as it was given. */
  readonly givenName: string;
  readonly arn: string;

  constructor(scope: Construct, id: string, props: AgentRoleProps) {
    super(scope, id);
    this.givenName = props.roleName;
    // In a name that is known at apply the dots are the token's own.
    const base = Token.isUnresolved(props.roleName) ? props.roleName : props.roleName.replaceAll(".", "-");
    const policyName = props.policyName ?? `${base}-policy`;
    check(this, this.givenName, roleNameProblem);
    check(this, policyName, policyNameProblem);
    const problem = props.logstores && logstoresProblem(props.project, props.logstores);
    if (problem !== undefined) throw invalidValue(this, problem);
    const role = new RamRole(this, "Role", {
      roleName: this.givenName,
      assumeRolePolicyDocument: trust,
      description: "Agents of Log Service on ECS instances",
    });
    const policy = new RamPolicy(this, "Policy", {
      policyName,
      description: "What an agent of Log Service needs",
      policyDocument: literalText(
        policyDocument(AgentRole.statements(props.project, props.logstores).map((one) => one.toJson())),
      ),
    });
    const granted = new RamRolePolicyAttachment(this, "Attachment", {
      roleName: role.roleName,
      policyName: policy.policyName,
      policyType: "Custom",
    });
    this.roleName = granted.roleName;
    this.arn = role.arn;
    for (const instanceId of props.instanceIds ?? []) this.attachTo(instanceId);
  }

  /** The instance gets the role. */
  attachTo(instanceId: string): void {
    const count = this.node.children.filter((child) => child instanceof EcsRamRoleAttachment).length;
    const name = Token.isUnresolved(instanceId) ? String(count + 1) : instanceId;
    new EcsRamRoleAttachment(this, `Instance-${name}`, { instanceId, ramRoleName: this.roleName });
  }
}

class ImportedAgentRole extends Construct implements IAgentRole {
  constructor(
    scope: Construct,
    id: string,
    readonly roleName: string,
  ) {
    super(scope, id);
    check(this, roleName, roleNameProblem);
  }
}
