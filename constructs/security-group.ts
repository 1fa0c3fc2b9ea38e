import { SecurityGroup as SecurityGroupResource } from "@cdktf/provider-alicloud/lib/security-group";
import { Construct, type IConstruct } from "constructs";
import { check } from "./private/check";

export interface SecurityGroupProps {
  /** 2 to 128 characters, beginning with a letter; need not be unique. */
  readonly securityGroupName: string;
  /** @default - none */
  readonly description?: string;
  /** VPC of the machines. @default - none: a group of the classic network */
  readonly vpcId?: string;
}

/** The security group of the machines whose logs are collected, which exists or is made here. */
export interface ISecurityGroup extends IConstruct {
  readonly securityGroupId: string;
}

/** Source: ECS, CreateSecurityGroup, SecurityGroupName. */
function securityGroupNameProblem(name: string): string | undefined {
  if (/^(?!https?:\/\/)\p{L}[\p{L}\p{N}._:-]{1,127}$/u.test(name)) return undefined;
  return (
    `security group name must be 2 to 128 letters, digits, ".", "_", ":" and "-", beginning with a letter but not ` +
    `with http:// or https://, got ${JSON.stringify(name)}`
  );
}

/** As small as the log path needs it; rules are added by LogSecurityRules and by you. */
export class SecurityGroup extends Construct implements ISecurityGroup {
  /** A group that somebody else makes, such as `sg-bp67acfmxazb4p****`. */
  static fromId(scope: Construct, id: string, securityGroupId: string): ISecurityGroup {
    return new ImportedSecurityGroup(scope, id, securityGroupId);
  }

  readonly securityGroupId: string;
  readonly securityGroupName: string;
  readonly description: string | undefined;
  readonly vpcId: string | undefined;

  constructor(scope: Construct, id: string, props: SecurityGroupProps) {
    super(scope, id);
    check(this, props.securityGroupName, securityGroupNameProblem);
    this.securityGroupName = props.securityGroupName;
    this.description = props.description;
    this.vpcId = props.vpcId;
    const resource = new SecurityGroupResource(this, "Resource", {
      securityGroupName: this.securityGroupName,
      ...(this.description === undefined ? {} : { description: this.description }),
      ...(this.vpcId === undefined ? {} : { vpcId: this.vpcId }),
    });
    this.securityGroupId = resource.id;
  }
}

class ImportedSecurityGroup extends Construct implements ISecurityGroup {
  constructor(
    scope: Construct,
    id: string,
    readonly securityGroupId: string,
  ) {
    super(scope, id);
  }
}
