import type { Cloud, Parameters } from "../cloud";
import { isGone, UserError } from "../errors";
import { atLeastOneOf, between, idParts, notTogether, oneOf, type ResourceKind } from "../kind";
import { isUnknown, textOf, type Value, type ValueMap } from "../values";

const type = "alicloud_security_group_rule";
const idForm = "group:direction:protocol:ports:nic_type:peer:policy:priority";
const allPorts = "-1/-1";
const notFound = "InvalidSecurityGroupId.NotFound";
const peers = ["cidr_ip", "ipv6_cidr_ip", "source_security_group_id", "prefix_list_id"];

type Permission = Readonly<Record<string, string | undefined>>;

const hasPorts = (protocol: Value | undefined): boolean => protocol === "tcp" || protocol === "udp";

function portProblem({ ip_protocol: protocol, port_range: range }: ValueMap): string | undefined {
  if (typeof protocol !== "string" || isUnknown(range)) return undefined;
  const ports = textOf(range) || allPorts;
  if (hasPorts(protocol) === (ports !== allPorts)) return undefined;
  return hasPorts(protocol)
    ? `port_range must be a range such as "11111/11111" for ${protocol}, got ${range === null ? "none" : `"${ports}"`}.`
    : `port_range must be left out (or "${allPorts}") for ${protocol}, got "${ports}".`;
}

/** Argument -> parameter, which has another name for each direction. */
function peerParameters(rule: ValueMap): Parameters {
  const [side, ipv6] = rule["type"] === "ingress" ? ["Source", "Ipv6Source"] : ["Dest", "Ipv6Dest"];
  const value = (name: string): string | undefined => textOf(rule[name]) || undefined;
  return {
    [`${side}CidrIp`]: value("cidr_ip"),
    [`${ipv6}CidrIp`]: value("ipv6_cidr_ip"),
    [`${side}GroupId`]: value("source_security_group_id"),
    [`${side}GroupOwnerAccount`]: value("source_group_owner_account"),
    [`${side}PrefixListId`]: value("prefix_list_id"),
  };
}

function permission(rule: ValueMap): Parameters {
  return {
    IpProtocol: textOf(rule["ip_protocol"]),
    PortRange: textOf(rule["port_range"]) || allPorts,
    Policy: textOf(rule["policy"]) || undefined,
    Priority: String(rule["priority"] ?? 1),
    NicType: textOf(rule["nic_type"]) || undefined,
    ...peerParameters(rule),
  };
}

/** The group must be there, and tells whether it is in a VPC, where a rule is for the intranet. */
async function checkNicType(cloud: Cloud, rule: ValueMap): Promise<void> {
  const group = await cloud.ecs("DescribeSecurityGroupAttribute", {
    SecurityGroupId: textOf(rule["security_group_id"]),
  });
  const nicType = textOf(rule["nic_type"]);
  if (nicType === "" || nicType === "intranet") return;
  if (!group["VpcId"] && textOf(rule["source_security_group_id"]) === "") return;
  throw new UserError(
    `${type}: nic_type does not fit`,
    `nic_type must be "intranet" for a group in a VPC and for a rule that names another group, got "${nicType}".`,
    "nic_type",
  );
}

async function find(cloud: Cloud, id: string): Promise<Permission | undefined> {
  const [SecurityGroupId, Direction = "", protocol, ports, NicType, peer = "", policy, priority] = idParts(id, idForm);
  const side = Direction === "ingress" ? "Source" : "Dest";
  let reply;
  try {
    reply = await cloud.ecs("DescribeSecurityGroupAttribute", { SecurityGroupId, Direction, NicType });
  } catch (error) {
    if (isGone(error, notFound)) return undefined;
    throw error;
  }
  const { Permission: all = [] } = (reply["Permissions"] ?? {}) as { Permission?: readonly Permission[] };
  return all.find((one) => {
    const cidr = one[`${side}CidrIp`] || one[`${side}GroupId`] || one[`Ipv6${side}CidrIp`] || "";
    return (
      one["IpProtocol"]?.toLowerCase() === protocol &&
      one["PortRange"] === ports &&
      one["Policy"]?.toLowerCase() === policy &&
      String(one["Priority"]) === priority &&
      [cidr, one[`${side}PrefixListId`]].includes(peer.replaceAll("_", ":"))
    );
  });
}

export const securityGroupRule: ResourceKind = {
  type,
  idForm,
  forceNew: [
    ...["security_group_id", "type", "ip_protocol", "policy", "priority", "port_range", "nic_type"],
    ...[...peers, "source_group_owner_account"],
  ],
  defaults: { policy: "accept", priority: 1, port_range: allPorts },
  checks: [
    oneOf("type", ["ingress", "egress"]),
    oneOf("ip_protocol", ["tcp", "udp", "icmp", "icmpv6", "gre", "all"]),
    oneOf("policy", ["accept", "drop"]),
    oneOf("nic_type", ["internet", "intranet"]),
    between("priority", 1, 100),
    atLeastOneOf(...peers),
    notTogether("ipv6_cidr_ip", "cidr_ip"),
    notTogether("source_security_group_id", "cidr_ip"),
    (config) => {
      const message = portProblem(config);
      return message === undefined ? undefined : { attribute: "port_range", message };
    },
  ],
  unchanged: {
    port_range: (_prior, wanted, rule) => hasPorts(rule["ip_protocol"]) === (wanted === allPorts),
    prefix_list_id: (_prior, _wanted, rule) => peers.slice(0, 3).some((name) => textOf(rule[name]) !== ""),
  },

  async create(cloud, planned) {
    await checkNicType(cloud, planned);
    const SecurityGroupId = textOf(planned["security_group_id"]);
    const one: Parameters = { ...permission(planned), Description: textOf(planned["description"]) || undefined };
    const parameters = Object.fromEntries(Object.entries(one).map(([name, value]) => [`Permissions.1.${name}`, value]));
    const ingress = planned["type"] === "ingress";
    const call = ingress ? "AuthorizeSecurityGroup" : "AuthorizeSecurityGroupEgress";
    await cloud.ecs(call, { SecurityGroupId, ...parameters });
    const peer =
      textOf(planned["source_security_group_id"]) ||
      textOf(planned["ipv6_cidr_ip"]).replaceAll(":", "_") ||
      textOf(planned["cidr_ip"]) ||
      textOf(planned["prefix_list_id"]);
    // The real provider prints an absent nic_type like this, and Terraform keeps ids for ever.
    const nicType = one["NicType"] ?? "<nil>";
    return [
      SecurityGroupId,
      planned["type"],
      one["IpProtocol"],
      one["PortRange"],
      nicType,
      peer,
      one["Policy"],
      one["Priority"],
    ].join(":");
  },

  async update(cloud, _id, planned, prior) {
    if (prior === undefined) return;
    await checkNicType(cloud, planned);
    const ingress = planned["type"] === "ingress";
    const parameters = {
      SecurityGroupId: textOf(planned["security_group_id"]),
      ...permission(planned),
      Description: textOf(planned["description"]),
    };
    await cloud.ecs(ingress ? "ModifySecurityGroupRule" : "ModifySecurityGroupEgressRule", parameters, { get: true });
  },

  async read(cloud, id) {
    const rule = await find(cloud, id);
    if (rule === undefined) return undefined;
    const [security_group_id = "", direction = ""] = idParts(id, idForm);
    const side = direction === "ingress" ? "Source" : "Dest";
    return {
      security_group_id,
      type: rule["Direction"] ?? direction,
      ip_protocol: (rule["IpProtocol"] ?? "").toLowerCase(),
      nic_type: rule["NicType"] ?? "",
      policy: (rule["Policy"] ?? "").toLowerCase(),
      port_range: rule["PortRange"] ?? "",
      description: rule["Description"] ?? "",
      security_group_rule_id: rule["SecurityGroupRuleId"] ?? "",
      priority: Number(rule["Priority"]),
      cidr_ip: rule[`${side}CidrIp`] ?? "",
      ipv6_cidr_ip: rule[`Ipv6${side}CidrIp`] ?? "",
      source_security_group_id: rule[`${side}GroupId`] ?? "",
      source_group_owner_account: rule[`${side}GroupOwnerAccount`] ?? "",
      prefix_list_id: rule[`${side}PrefixListId`] ?? "",
    };
  },

  async remove(cloud, _id, state) {
    const ingress = state["type"] === "ingress";
    const parameters = {
      SecurityGroupId: textOf(state["security_group_id"]),
      ...permission(state),
      Description: textOf(state["description"]),
    };
    try {
      await cloud.ecs(ingress ? "RevokeSecurityGroup" : "RevokeSecurityGroupEgress", parameters, { get: true });
    } catch (error) {
      if (!isGone(error, notFound)) throw error;
    }
  },
};
