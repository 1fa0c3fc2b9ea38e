import { randomUUID } from "node:crypto";
import type { Cloud } from "../cloud";
import { isGone } from "../errors";
import { changes, eitherOf, notTogether, oneOf, type ResourceKind } from "../kind";
import { removed } from "../removed";
import { textOf } from "../values";
import { foundTags, numberedTags, retag, tagsOf } from "./tags";

const notFound = "InvalidSecurityGroupId.NotFound";

interface FoundGroup {
  readonly SecurityGroupId: string;
  readonly [member: string]: unknown;
}

/** Attribute -> member of DescribeSecurityGroups. */
const members: Readonly<Record<string, string>> = {
  create_time: "CreationTime",
  description: "Description",
  resource_group_id: "ResourceGroupId",
  security_group_name: "SecurityGroupName",
  name: "SecurityGroupName",
  security_group_type: "SecurityGroupType",
  vpc_id: "VpcId",
};

async function innerAccessPolicy(cloud: Cloud, id: string): Promise<string | undefined> {
  try {
    const found = await cloud.ecs("DescribeSecurityGroupAttribute", { SecurityGroupId: id });
    return found["InnerAccessPolicy"] as string | undefined;
  } catch (error) {
    if (isGone(error, notFound)) return undefined;
    throw error;
  }
}

export const securityGroup: ResourceKind = {
  type: "alicloud_security_group",
  idForm: "security_group_id",
  forceNew: ["vpc_id", "security_group_type"],
  checks: [
    oneOf("security_group_type", ["normal", "enterprise"]),
    oneOf("inner_access_policy", ["Accept", "Drop"]),
    notTogether("inner_access_policy", "inner_access"),
  ],
  // An enterprise group has no such policy to change.
  unchanged: { inner_access_policy: (_prior, _wanted, group) => group["security_group_type"] === "enterprise" },

  async create(cloud, planned) {
    const made = await cloud.ecs("CreateSecurityGroup", {
      ClientToken: randomUUID(),
      SecurityGroupName: eitherOf(planned, "security_group_name", "name") || undefined,
      SecurityGroupType: textOf(planned["security_group_type"]) || undefined,
      Description: textOf(planned["description"]) || undefined,
      VpcId: textOf(planned["vpc_id"]) || undefined,
      ResourceGroupId: textOf(planned["resource_group_id"]) || undefined,
      ...numberedTags(tagsOf(planned)),
    });
    return String(made["SecurityGroupId"]);
  },

  async update(cloud, id, planned, prior) {
    const renamed = ["security_group_name", "name"].find((name) => changes(name, planned, prior));
    if (prior !== undefined && (renamed || changes("description", planned, prior))) {
      await cloud.ecs("ModifySecurityGroupAttribute", {
        SecurityGroupId: id,
        ...(renamed ? { SecurityGroupName: textOf(planned[renamed]) } : {}),
        ...(changes("description", planned, prior) ? { Description: textOf(planned["description"]) } : {}),
      });
    }
    const found = await innerAccessPolicy(cloud, id);
    let policy = changes("inner_access_policy", planned, prior) ? textOf(planned["inner_access_policy"]) : "";
    const inner = planned["inner_access"];
    if (typeof inner === "boolean" && (prior === undefined || changes("inner_access", planned, prior))) {
      if (inner !== (found === "Accept")) policy = inner ? "Accept" : "Drop";
    }
    if (policy !== "") {
      const ClientToken = randomUUID();
      await cloud.ecs("ModifySecurityGroupPolicy", { SecurityGroupId: id, InnerAccessPolicy: policy, ClientToken });
    }
    if (prior === undefined) return;
    if (changes("resource_group_id", planned, prior)) {
      const ResourceGroupId = textOf(planned["resource_group_id"]);
      await cloud.ecs("JoinResourceGroup", { ResourceId: id, ResourceType: "securitygroup", ResourceGroupId });
    }
    if (changes("tags", planned, prior)) {
      await retag((name, parameters) => cloud.ecs(name, parameters), "securitygroup", id, planned, prior);
    }
  },

  async read(cloud, id) {
    const reply = await cloud.ecs("DescribeSecurityGroups", { SecurityGroupId: id });
    const groups = (reply["SecurityGroups"] as { SecurityGroup?: readonly FoundGroup[] } | undefined)?.SecurityGroup;
    const group = groups?.find(({ SecurityGroupId }) => SecurityGroupId === id);
    if (group === undefined) return undefined;
    const present = Object.entries(members).filter(([, member]) => (group[member] ?? null) !== null);
    const policy = await innerAccessPolicy(cloud, id);
    return {
      ...Object.fromEntries(present.map(([name, member]) => [name, textOf(group[member] as string)])),
      tags: foundTags(group["Tags"]),
      ...(policy ? { inner_access_policy: policy, inner_access: policy === "Accept" } : {}),
    };
  },

  async remove(cloud, id) {
    // A rule of another group, or a machine that is just going, may still name it.
    await removed(() => cloud.ecs("DeleteSecurityGroup", { SecurityGroupId: id }), {
      notFound: [notFound],
      heldBy: ["DependencyViolation"],
    });
  },
};
