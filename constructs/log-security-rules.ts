import { SecurityGroupRule } from "@cdktf/provider-alicloud/lib/security-group-rule";
import { Construct } from "constructs";
import { cidrProblem } from "../sls/model/cidr";
import { check } from "./private/check";
import { portProblem } from "./private/port";
import type { ISecurityGroup } from "./security-group";

/** Where the agent's own requests may go. */
export class LogEgress {
  /**
   * To Log Service over the intranet, ports 80 and 443. Its addresses, as those of all cloud services, names and the metadata service,
   * are in 100.64.0.0/10 in every region.
   */
  static toIntranet(): LogEgress {
    return new LogEgress(["100.64.0.0/10"], [80, 443]);
  }

  /** To Log Service's public endpoints, ports 80 and 443; their addresses change, so it is to everywhere. */
  static toPublic(): LogEgress {
    return new LogEgress(["0.0.0.0/0"], [80, 443]);
  }

  /** To a forward proxy, and nowhere else. `cidr`: its address as a range, e.g. `10.0.0.8/32`. */
  static toProxy(cidr: string, port: number): LogEgress {
    return new LogEgress([cidr], [port]);
  }

  private constructor(
    readonly cidrs: readonly string[],
    readonly ports: readonly number[],
  ) {}
}

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
  /** The agent's way out. A security group lets everything out unless a rule says otherwise. @default - no rule is made */
  readonly egress?: LogEgress;
  /**
   * Everything else that goes out is dropped, but for DNS and the metadata service (100.64.0.0/10), from which machines have their names and keys.
   * Rules of your own with a priority below 100 still let through. @default false
   */
  readonly dropOtherEgress?: boolean;
}

const dropWithoutEgress = "dropOtherEgress would leave the agent no way out; give egress too";

/** What the log path needs of a security group: the way from syslog senders to the agent, and from the agent to Log Service. */
export class LogSecurityRules extends Construct {
  readonly securityGroup: ISecurityGroup;
  readonly cidr: string;
  readonly port: number;
  readonly egress: LogEgress | undefined;
  readonly dropOtherEgress: boolean;

  constructor(scope: Construct, id: string, props: LogSecurityRulesProps) {
    super(scope, id);
    this.securityGroup = props.securityGroup;
    this.cidr = props.cidr ?? "0.0.0.0/0";
    this.port = props.port ?? 11111;
    this.egress = props.egress;
    this.dropOtherEgress = props.dropOtherEgress ?? false;
    check(this, this.cidr, cidrProblem);
    check(this, this.port, portProblem);
    for (const cidr of this.egress?.cidrs ?? []) check(this, cidr, cidrProblem);
    for (const port of this.egress?.ports ?? []) check(this, port, portProblem);
    this.rule("Ingress", { type: "ingress", cidrIp: this.cidr, portRange: `${this.port}/${this.port}` });
    for (const cidrIp of this.egress?.cidrs ?? []) {
      for (const port of this.egress?.ports ?? []) {
        this.rule(`Egress${port}`, { type: "egress", cidrIp, portRange: `${port}/${port}` });
      }
    }
    if (this.dropOtherEgress) this.dropOthers();
    this.node.addValidation({
      validate: () => (this.dropOtherEgress && !this.egress ? [`${this.node.path}: ${dropWithoutEgress}`] : []),
    });
  }

  private dropOthers(): void {
    const inside = "100.64.0.0/10";
    this.rule("EgressDns", { type: "egress", cidrIp: inside, portRange: "53/53", ipProtocol: "udp" });
    this.rule("EgressMetadata", { type: "egress", cidrIp: "100.100.100.200/32", portRange: "80/80" });
    this.rule("EgressDrop", {
      type: "egress",
      cidrIp: "0.0.0.0/0",
      portRange: "-1/-1",
      ipProtocol: "all",
      policy: "drop",
      priority: 100,
    });
  }

  private rule(id: string, rule: RuleWish): void {
    new SecurityGroupRule(this, id, {
      ipProtocol: "tcp",
      nicType: "intranet",
      policy: "accept",
      priority: 1,
      securityGroupId: this.securityGroup.securityGroupId,
      ...rule,
    });
  }
}

interface RuleWish {
  readonly type: "ingress" | "egress";
  readonly cidrIp: string;
  readonly portRange: string;
  readonly ipProtocol?: "udp" | "all";
  readonly policy?: "drop";
  readonly priority?: number;
}
