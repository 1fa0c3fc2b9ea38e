/** Security groups and their rules. Source: ECS API reference 2014-05-26. */
import { randomBytes } from "node:crypto";
import type { SecurityGroup, SecurityGroupRule } from "../store/security-group";
import { RpcError } from "./rpc";
import type { RpcContext, RpcOperations } from "./service";

const newId = (prefix: string): string => `${prefix}-local${randomBytes(8).toString("hex")}`;
const timeText = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`;

function groupOf({ store, parameters }: RpcContext): SecurityGroup {
  const id = parameters["SecurityGroupId"] ?? "";
  const group = store.securityGroups.get(id);
  if (group !== undefined) return group;
  throw new RpcError(404, "InvalidSecurityGroupId.NotFound", `The specified SecurityGroupId does not exist: ${id}`);
}

/** `Tag.1.Key`, `Tag.1.Value` … */
function tagsOf(parameters: RpcContext["parameters"]): [string, string][] {
  return Object.entries(parameters).flatMap(([name, key]) => {
    const match = /^Tag\.(\d+)\.Key$/.exec(name);
    return match ? [[key, parameters[`Tag.${match[1]}.Value`] ?? ""]] : [];
  });
}

function createSecurityGroup(context: RpcContext): object {
  const { parameters, store, now, region } = context;
  const id = newId("sg");
  store.securityGroups.set(id, {
    id,
    region,
    vpcId: parameters["VpcId"] ?? "",
    type: parameters["SecurityGroupType"] || "normal",
    createTime: timeText(now),
    resourceGroupId: parameters["ResourceGroupId"] ?? "",
    name: parameters["SecurityGroupName"] || id,
    description: parameters["Description"] ?? "",
    innerAccessPolicy: "Accept",
    tags: new Map(tagsOf(parameters)),
    rules: [],
  });
  return { SecurityGroupId: id };
}

function describeGroup(group: SecurityGroup): object {
  return {
    SecurityGroupId: group.id,
    SecurityGroupName: group.name,
    VpcId: group.vpcId,
    SecurityGroupType: group.type,
    Description: group.description,
    ResourceGroupId: group.resourceGroupId,
    CreationTime: group.createTime,
    ServiceManaged: false,
    Tags: { Tag: [...group.tags].map(([TagKey, TagValue]) => ({ TagKey, TagValue })) },
  };
}

function describeSecurityGroups({ store, parameters, region }: RpcContext): object {
  const ids = parameters["SecurityGroupIds"] ? (JSON.parse(parameters["SecurityGroupIds"]) as string[]) : undefined;
  const id = parameters["SecurityGroupId"];
  const found = [...store.securityGroups.values()].filter(
    (group) => (id ? group.id === id : true) && (ids ? ids.includes(group.id) : true) && group.region === region,
  );
  return {
    TotalCount: found.length,
    PageNumber: 1,
    PageSize: 10,
    RegionId: region,
    SecurityGroups: { SecurityGroup: found.map(describeGroup) },
  };
}

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
function ruleOf(
  direction: "ingress" | "egress",
  { parameters, now }: RpcContext,
  group: SecurityGroup,
): SecurityGroupRule {
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

function authorize(direction: "ingress" | "egress"): (context: RpcContext) => object {
  return (context) => {
    const group = groupOf(context);
    const rule = ruleOf(direction, context, group);
    // As the service: the same rule again is no error and no second rule.
    if (!group.rules.some((one) => sameRule(one, rule))) group.rules.push(rule);
    return {};
  };
}

function revoke(direction: "ingress" | "egress"): (context: RpcContext) => object {
  return (context) => {
    const group = groupOf(context);
    const id = context.parameters["SecurityGroupRuleId.1"];
    const rule = id ? undefined : ruleOf(direction, context, group);
    const at = group.rules.findIndex((one) => (rule ? sameRule(one, rule) : one.id === id));
    if (at >= 0) group.rules.splice(at, 1);
    return {};
  };
}

function modifyRule(context: RpcContext): object {
  const group = groupOf(context);
  const id = context.parameters["SecurityGroupRuleId"];
  const wanted = id ? undefined : ruleOf("ingress", context, group);
  const rule = group.rules.find((one) => (wanted ? sameRule(one, wanted) : one.id === id));
  if (rule === undefined)
    throw new RpcError(404, "InvalidSecurityGroupRule.RuleNotExist", "The specified rule does not exist.");
  rule.description = context.parameters["Description"] ?? "";
  return {};
}

export const ecs: RpcOperations = {
  CreateSecurityGroup: createSecurityGroup,
  DescribeSecurityGroups: describeSecurityGroups,
  DescribeSecurityGroupAttribute: describeSecurityGroupAttribute,
  ModifySecurityGroupAttribute: (context) => {
    const group = groupOf(context);
    group.name = context.parameters["SecurityGroupName"] ?? group.name;
    group.description = context.parameters["Description"] ?? group.description;
    return {};
  },
  ModifySecurityGroupPolicy: (context) => {
    const policy = context.parameters["InnerAccessPolicy"] ?? "";
    if (!/^(accept|drop)$/i.test(policy))
      throw new RpcError(400, "InvalidPolicy.Malformed", `InnerAccessPolicy ${policy}`);
    groupOf(context).innerAccessPolicy = /^drop$/i.test(policy) ? "Drop" : "Accept";
    return {};
  },
  DeleteSecurityGroup: (context) => {
    context.store.securityGroups.delete(groupOf(context).id);
    return {};
  },
  AuthorizeSecurityGroup: authorize("ingress"),
  AuthorizeSecurityGroupEgress: authorize("egress"),
  RevokeSecurityGroup: revoke("ingress"),
  RevokeSecurityGroupEgress: revoke("egress"),
  ModifySecurityGroupRule: modifyRule,
  TagResources: (context) => {
    for (const group of taggedGroups(context))
      for (const [key, value] of tagsOf(context.parameters)) group.tags.set(key, value);
    return {};
  },
  UntagResources: (context) => {
    const keys = Object.entries(context.parameters).flatMap(([name, key]) => (/^TagKey\.\d+$/.test(name) ? [key] : []));
    for (const group of taggedGroups(context)) for (const key of keys) group.tags.delete(key);
    return {};
  },
  ListTagResources: (context) => ({
    TagResources: {
      TagResource: taggedGroups(context).flatMap(({ id, tags }) =>
        [...tags].map(([TagKey, TagValue]) => ({ ResourceId: id, ResourceType: "securitygroup", TagKey, TagValue })),
      ),
    },
  }),
  DescribeRegions: ({ region }) => ({
    Regions: { Region: [{ RegionId: region, LocalName: region, RegionEndpoint: `ecs.${region}.aliyuncs.com` }] },
  }),
};

function taggedGroups({ store, parameters }: RpcContext): SecurityGroup[] {
  return Object.entries(parameters).flatMap(([name, id]) => {
    const group = /^ResourceId\.\d+$/.test(name) ? store.securityGroups.get(id) : undefined;
    return group ? [group] : [];
  });
}
