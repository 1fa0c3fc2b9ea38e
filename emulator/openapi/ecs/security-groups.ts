/** Security groups and their tags. Source: ECS API reference 2014-05-26. */
import type { SecurityGroup } from "../../store/security-group";
import { ecsTags, newId, tagsOf, timeText } from "../parameters";
import { vpcWithId } from "../vpc/find";
import { groupOf } from "./group-of";
import { RpcError } from "../rpc-error";
import type { RpcContext, RpcOperations } from "../rpc-context";

function createSecurityGroup(context: RpcContext): object {
  const { parameters, store, now, region } = context;
  const id = newId("sg");
  const vpcId = parameters["VpcId"] ?? "";
  if (vpcId !== "") vpcWithId(context, vpcId);
  store.securityGroups.set(id, {
    id,
    region,
    vpcId,
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
    Tags: ecsTags(group.tags),
  };
}

/** A JSON list. */
function idsOf(text: string | undefined): readonly unknown[] | undefined {
  if (!text) return undefined;
  try {
    const ids = JSON.parse(text) as unknown;
    if (Array.isArray(ids)) return ids;
  } catch {
    // Said below.
  }
  throw new RpcError(400, "InvalidSecurityGroupId.Malformed", `SecurityGroupIds must be a JSON list, got ${text}`);
}

function describeSecurityGroups({ store, parameters, region }: RpcContext): object {
  const ids = idsOf(parameters["SecurityGroupIds"]);
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

function deleteSecurityGroup(context: RpcContext): object {
  const { id } = groupOf(context);
  const user = [...context.store.securityGroups.values()].find(
    (other) => other.id !== id && other.rules.some(({ groupId }) => groupId === id),
  );
  if (user !== undefined)
    throw new RpcError(403, "DependencyViolation", `The security group is used by a rule of ${user.id}.`);
  const member = [...context.store.instances.values()].find(({ securityGroupIds }) => securityGroupIds.has(id));
  if (member !== undefined)
    throw new RpcError(403, "DependencyViolation", `There is still an instance in the security group: ${member.id}.`);
  context.store.securityGroups.delete(id);
  return {};
}

export const securityGroups: RpcOperations = {
  CreateSecurityGroup: createSecurityGroup,
  DescribeSecurityGroups: describeSecurityGroups,
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
  DeleteSecurityGroup: deleteSecurityGroup,
};
