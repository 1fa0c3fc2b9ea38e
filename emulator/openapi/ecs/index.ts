/** Elastic Compute Service, as much of it as the declared resources need. Source: ECS API reference 2014-05-26. */
import type { RpcOperations } from "../rpc-context";
import { tagging } from "../tagging";
import { instanceLife } from "./instance-life";
import { instanceRamRoles } from "./instance-ram-roles";
import { instances } from "./instances";
import { resourceGroups } from "./resource-groups";
import { runInstances } from "./run-instances";
import { securityGroupRules } from "./security-group-rules";
import { securityGroups } from "./security-groups";

export const ecs: RpcOperations = {
  ...securityGroups,
  ...securityGroupRules,
  ...instanceRamRoles,
  ...instances,
  ...instanceLife,
  ...resourceGroups,
  ...tagging({ securitygroup: ({ store }) => store.securityGroups, instance: ({ store }) => store.instances }),
  RunInstances: runInstances,
  DescribeRegions: ({ region }) => ({
    Regions: { Region: [{ RegionId: region, LocalName: region, RegionEndpoint: `ecs.${region}.aliyuncs.com` }] },
  }),
};
