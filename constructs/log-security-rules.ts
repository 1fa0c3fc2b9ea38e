import { SecurityGroupRule } from "@cdktf/provider-alicloud/lib/security-group-rule";
import { Construct } from "constructs";
import { cidrProblem } from "../sls/model/cidr";
import { check } from "./private/check";
import { portProblem } from "./private/port";
import type { ISecurityGroup } from "./security-group";

export interface LogSecurityRulesProps {
  /** Group of the machines that run the agent. */
  readonly securityGroup: ISecurityGroup;
  /**
   * Who may send syslog lines to the agent, as an IPv4 range. Where rsyslog runs beside the agent nobody else has to.
   * @default "0.0.0.0/0"
   */
  readonly cidr?: string;
  /** TCP port on which the agent takes syslog lines, 1 to 65535. @default 11111, Logtail's own */
  readonly port?: number;
}

/** What the log path needs of a security group: the way from syslog senders to the agent, over the intranet. */
export class LogSecurityRules extends Construct {
  readonly securityGroup: ISecurityGroup;
  readonly cidr: string;
  readonly port: number;

  constructor(scope: Construct, id: string, props: LogSecurityRulesProps) {
    super(scope, id);
    this.securityGroup = props.securityGroup;
    this.cidr = props.cidr ?? "0.0.0.0/0";
    this.port = props.port ?? 11111;
    check(this, this.cidr, cidrProblem);
    check(this, this.port, portProblem);
    new SecurityGroupRule(this, "Ingress", {
      type: "ingress",
      ipProtocol: "tcp",
      nicType: "intranet",
      policy: "accept",
      portRange: `${this.port}/${this.port}`,
      priority: 1,
      securityGroupId: this.securityGroup.securityGroupId,
      cidrIp: this.cidr,
    });
  }
}
