/** Elastic Compute Service, as much of it as the declared resources need. Source: ECS API reference 2014-05-26. */
import { instanceRamRoles } from "./instance-ram-roles";
import { securityGroupRules } from "./security-group-rules";
import { securityGroups } from "./security-groups";
import type { RpcOperations } from "./rpc-context";

export const ecs: RpcOperations = {
  ...securityGroups,
  ...securityGroupRules,
  ...instanceRamRoles,
  DescribeRegions: ({ region }) => ({
    Regions: { Region: [{ RegionId: region, LocalName: region, RegionEndpoint: `ecs.${region}.aliyuncs.com` }] },
  }),
};
