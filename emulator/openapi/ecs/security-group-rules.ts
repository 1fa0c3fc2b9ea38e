/** Rules of security groups. Source: ECS API reference 2014-05-26. */
import type { SecurityGroup, SecurityGroupRule } from "../../store/security-group";
import { groupOf } from "./group-of";
import { newId, timeText } from "../parameters";
import { RpcError } from "../rpc-error";
import type { RpcContext, RpcOperations } from "../rpc-context";

type Direction = SecurityGroupRule["direction"];

function describeRule(rule: SecurityGroupRule): object {
  const [own, other] = rule.direction === "ingress" ? ["Source", "Dest"] : ["Dest", "Source"];
  return {
    SecurityGroupRuleId: rule.id,
    Direction: rule.direction,
    IpProtocol: rule.ipProtocol.toUpperCase(),
    PortRange: rule.portRange,
    Policy: rule.policy === "drop" ? "Drop" : "Accept",
    Priority: rule.priority,
    NicType: rule.nicType,
    Description: rule.description,
    CreateTime: rule.createTime,
    [`${own}CidrIp`]: rule.cidrIp,
    [`Ipv6${own}CidrIp`]: rule.ipv6CidrIp,
    [`${own}GroupId`]: rule.groupId,
    [`${own}PrefixListId`]: rule.prefixListId,
    [`${own}GroupOwnerAccount`]: "",
    [`${other}CidrIp`]: "",
    [`Ipv6${other}CidrIp`]: "",
    [`${other}GroupId`]: "",
  };
}

function describeSecurityGroupAttribute(context: RpcContext): object {
  const group = groupOf(context);
  const { Direction: direction, NicType: nicType } = context.parameters;
  const rules = group.rules.filter(
    (rule) =>
      (!direction || direction === "all" || rule.direction === direction) &&
      (!nicType || !isNicType(nicType) || rule.nicType === nicType),
  );
  return {
    RegionId: group.region,
    SecurityGroupId: group.id,
    SecurityGroupName: group.name,
    Description: group.description,
    VpcId: group.vpcId,
    InnerAccessPolicy: group.innerAccessPolicy,
    Permissions: { Permission: rules.map(describeRule) },
  };
}

const isNicType = (text: string): boolean => text === "internet" || text === "intranet";

/** Both spellings: `Permissions.1.IpProtocol` of today, `IpProtocol` of before. */
function ruleOf(direction: Direction, { parameters, now }: RpcContext, group: SecurityGroup): SecurityGroupRule {
  const read = (name: string): string => parameters[`Permissions.1.${name}`] ?? parameters[name] ?? "";
  const own = direction === "ingress" ? "Source" : "Dest";
  const protocol = read("IpProtocol").toLowerCase();
  const portRange = read("PortRange") || "-1/-1";
  if (!["tcp", "udp", "icmp", "icmpv6", "gre", "all"].includes(protocol)) {
    throw new RpcError(400, "InvalidIpProtocol.ValueNotSupported", `IpProtocol ${protocol} is not supported`);
  }
  if (!/^-?\d+\/-?\d+$/.test(portRange))
    throw new RpcError(400, "InvalidIpPortRange.Malformed", `PortRange ${portRange} is malformed`);
  const nicType = read("NicType");
  return {
    id: newId("sgr"),
    direction,
    ipProtocol: protocol,
    portRange,
    policy: read("Policy").toLowerCase() || "accept",
    priority: read("Priority") || "1",
    nicType: isNicType(nicType) ? nicType : group.vpcId ? "intranet" : "internet",
    cidrIp: read(`${own}CidrIp`),
    ipv6CidrIp: read(`Ipv6${own}CidrIp`),
    groupId: read(`${own}GroupId`),
    prefixListId: read(`${own}PrefixListId`),
    description: read("Description"),
    createTime: timeText(now),
  };
}

const sameRule = (a: SecurityGroupRule, b: SecurityGroupRule): boolean =>
  (
    [
      "direction",
      "ipProtocol",
      "portRange",
      "policy",
      "nicType",
      "cidrIp",
      "ipv6CidrIp",
      "groupId",
      "prefixListId",
      "priority",
    ] as const
  ).every((field) => a[field] === b[field]);

function authorize(direction: Direction): (context: RpcContext) => object {
  return (context) => {
    const group = groupOf(context);
    const rule = ruleOf(direction, context, group);
    // As the service: the same rule again is no error and no second rule.
    if (!group.rules.some((one) => sameRule(one, rule))) group.rules.push(rule);
    return {};
  };
}

function revoke(direction: Direction): (context: RpcContext) => object {
  return (context) => {
    const group = groupOf(context);
    const id = context.parameters["SecurityGroupRuleId.1"];
    const rule = id ? undefined : ruleOf(direction, context, group);
    const at = group.rules.findIndex((one) => (rule ? sameRule(one, rule) : one.id === id));
    if (at >= 0) group.rules.splice(at, 1);
    return {};
  };
}

const modifyRule = (direction: Direction) => (context: RpcContext) => {
  const group = groupOf(context);
  const id = context.parameters["SecurityGroupRuleId"];
  const wanted = id ? undefined : ruleOf(direction, context, group);
  const rule = group.rules.find((one) => (wanted ? sameRule(one, wanted) : one.id === id));
  if (rule === undefined)
    throw new RpcError(404, "InvalidSecurityGroupRule.RuleNotExist", "The specified rule does not exist.");
  rule.description = context.parameters["Description"] ?? "";
  return {};
};

export const securityGroupRules: RpcOperations = {
  DescribeSecurityGroupAttribute: describeSecurityGroupAttribute,
  AuthorizeSecurityGroup: authorize("ingress"),
  AuthorizeSecurityGroupEgress: authorize("egress"),
  RevokeSecurityGroup: revoke("ingress"),
  RevokeSecurityGroupEgress: revoke("egress"),
  ModifySecurityGroupRule: modifyRule("ingress"),
  ModifySecurityGroupEgressRule: modifyRule("egress"),
};
