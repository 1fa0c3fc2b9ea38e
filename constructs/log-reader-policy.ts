import { RamPolicy } from "@cdktf/provider-alicloud/lib/ram-policy";
import { RamRolePolicyAttachment } from "@cdktf/provider-alicloud/lib/ram-role-policy-attachment";
import { RamUserPolicyAttachment } from "@cdktf/provider-alicloud/lib/ram-user-policy-attachment";
import { Construct } from "constructs";
import { policyNameProblem } from "../sls/model/ram";
import type { ILogProject } from "./log-project";
import { PolicyStatement, policyDocument } from "./policy-statement";
import { check } from "./private/check";
import { literalText } from "./private/template-text";

export interface LogReaderPolicyProps {
  /** 1 to 128 letters, digits and "-"; unique in the account. */
  readonly policyName: string;
  readonly project: ILogProject;
  /** RAM users who get it. @default - none yet */
  readonly users?: readonly string[];
  /** RAM roles that get it. @default - none yet */
  readonly roles?: readonly string[];
}

/** For people who look at logs: they may search and see everything in the project, and change nothing. */
export class LogReaderPolicy extends Construct {
  static statements(project: ILogProject): readonly PolicyStatement[] {
    const root = `acs:log:*:*:project/${project.projectName}`;
    return [
      PolicyStatement.allow({ actions: ["log:Get*", "log:List*", "log:Query*"], resources: [root, `${root}/*`] }),
      // The console shows the list of projects first.
      PolicyStatement.allow({ actions: ["log:ListProject"], resources: ["acs:log:*:*:project/*"] }),
    ];
  }

  /** To pass on: a reference that makes Terraform create the policy first. */
  readonly policyName: string;

  constructor(scope: Construct, id: string, props: LogReaderPolicyProps) {
    super(scope, id);
    check(this, props.policyName, policyNameProblem);
    const policy = new RamPolicy(this, "Policy", {
      policyName: props.policyName,
      description: "Reads the logs of a project, and changes nothing",
      policyDocument: literalText(policyDocument(LogReaderPolicy.statements(props.project).map((one) => one.toJson()))),
    });
    this.policyName = policy.policyName;
    for (const user of props.users ?? []) this.grantToUser(user);
    for (const role of props.roles ?? []) this.grantToRole(role);
  }

  grantToUser(userName: string): void {
    new RamUserPolicyAttachment(this, `User-${userName}`, {
      userName,
      policyName: this.policyName,
      policyType: "Custom",
    });
  }

  grantToRole(roleName: string): void {
    new RamRolePolicyAttachment(this, `Role-${roleName}`, {
      roleName,
      policyName: this.policyName,
      policyType: "Custom",
    });
  }
}
