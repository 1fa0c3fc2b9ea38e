import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Cloud } from "../cloud";
import { isGone } from "../errors";
import { changes, eitherOf, notTogether, oneOf, type ResourceKind } from "../kind";
import { isMap, textOf, type ValueMap } from "../values";

const notFound = "InvalidSecurityGroupId.NotFound";

interface FoundGroup {
  readonly SecurityGroupId: string;
  readonly Tags?: { readonly Tag?: readonly { readonly TagKey: string; readonly TagValue: string }[] };
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

const tagsOf = (resource: ValueMap): [string, string][] => {
  const tags = resource["tags"];
  return isMap(tags) ? Object.entries(tags).map(([key, value]) => [key, textOf(value)]) : [];
};
const numbered = (tags: readonly [string, string][]): Record<string, string> =>
  Object.fromEntries(
    tags.flatMap(([key, value], n) => [
      [`Tag.${n + 1}.Key`, key],
      [`Tag.${n + 1}.Value`, value],
    ]),
  );

async function innerAccessPolicy(cloud: Cloud, id: string): Promise<string | undefined> {
  try {
    const found = await cloud.ecs("DescribeSecurityGroupAttribute", { SecurityGroupId: id });
    return found["InnerAccessPolicy"] as string | undefined;
  } catch (error) {
    if (isGone(error, notFound)) return undefined;
    throw error;
  }
}

async function retag(cloud: Cloud, id: string, planned: ValueMap, prior: ValueMap): Promise<void> {
  const target = { ResourceType: "securitygroup", "ResourceId.1": id };
  const wanted = new Map(tagsOf(planned));
  const dropped = tagsOf(prior).filter(([key, value]) => wanted.get(key) !== value);
  if (dropped.length > 0) {
    const keys = Object.fromEntries(dropped.map(([key], n) => [`TagKey.${n + 1}`, key]));
    await cloud.ecs("UntagResources", { ...target, ...keys });
  }
  if (wanted.size > 0) await cloud.ecs("TagResources", { ...target, ...numbered([...wanted]) });
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
      ...numbered(tagsOf(planned)),
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
    if (changes("tags", planned, prior)) await retag(cloud, id, planned, prior);
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
      tags: Object.fromEntries((group.Tags?.Tag ?? []).map(({ TagKey, TagValue }) => [TagKey, TagValue])),
      ...(policy ? { inner_access_policy: policy, inner_access: policy === "Accept" } : {}),
    };
  },

  async remove(cloud, id) {
    // A rule of another group, or a machine that is just going, may still name it.
    for (const deadline = Date.now() + 600_000; ; await sleep(3_000)) {
      try {
        await cloud.ecs("DeleteSecurityGroup", { SecurityGroupId: id });
        return;
      } catch (error) {
        if (isGone(error, notFound)) return;
        if (!isGone(error, "DependencyViolation") || Date.now() > deadline) throw error;
      }
    }
  },
};
