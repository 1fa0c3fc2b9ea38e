export interface SecurityGroupRule {
  readonly id: string;
  readonly direction: "ingress" | "egress";
  readonly ipProtocol: string;
  readonly portRange: string;
  readonly policy: string;
  readonly priority: string;
  readonly nicType: string;
  readonly cidrIp: string;
  readonly ipv6CidrIp: string;
  readonly groupId: string;
  readonly prefixListId: string;
  description: string;
  readonly createTime: string;
}

export interface SecurityGroup {
  readonly id: string;
  readonly region: string;
  readonly vpcId: string;
  readonly type: string;
  readonly createTime: string;
  resourceGroupId: string;
  name: string;
  description: string;
  innerAccessPolicy: string;
  readonly tags: Map<string, string>;
  readonly rules: SecurityGroupRule[];
}
