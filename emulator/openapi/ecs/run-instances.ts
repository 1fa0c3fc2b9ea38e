/** Source: ECS API reference 2014-05-26, "RunInstances". Any image id is taken: the local cloud holds no images and starts no machine. */
import { findRole } from "../../access/roles";
import type { Instance } from "../../store/instance";
import type { VSwitch } from "../../store/network";
import { listOf, newId, required, tagsOf, timeText } from "../parameters";
import type { RpcContext } from "../rpc-context";
import { RpcError } from "../rpc-error";
import { addressAt, addressOf, blockOf } from "../vpc/cidr";
import { vswitchWithId } from "../vpc/find";

/** The one that was asked for, or the first free one. The service keeps the first address and the last three of a block. */
function privateIpOf({ store, parameters }: RpcContext, vswitch: VSwitch): string {
  const block = blockOf(vswitch.cidrBlock);
  if (block === undefined) throw new Error(`the VSwitch ${vswitch.id} has the block ${vswitch.cidrBlock}`);
  const [first, last] = [block.first + 1, block.last - 3];
  const taken = new Set(
    [...store.instances.values()].flatMap((one) => (one.vswitchId === vswitch.id ? [one.privateIp] : [])),
  );
  const wanted = parameters["PrivateIpAddress"];
  if (wanted) {
    const number = addressOf(wanted) ?? -1;
    if (number < first || number > last)
      throw new RpcError(400, "InvalidPrivateIpAddress", `${wanted} is not a free address of ${vswitch.cidrBlock}.`);
    if (taken.has(wanted)) throw new RpcError(400, "InvalidIPAddress.AlreadyUsed", `${wanted} is in use.`);
    return wanted;
  }
  for (let number = first; number <= last; number++) {
    const ip = addressAt(number);
    if (!taken.has(ip)) return ip;
  }
  throw new RpcError(403, "InvalidVSwitchId.IpNotEnough", `No address is free in the VSwitch ${vswitch.id}.`);
}

function securityGroupIds({ store, parameters, region }: RpcContext, vpcId: string): Set<string> {
  const one = parameters["SecurityGroupId"];
  const ids = one ? [one] : listOf(parameters, "SecurityGroupIds");
  if (ids.length === 0)
    throw new RpcError(400, "MissingParameter", "SecurityGroupId or SecurityGroupIds is mandatory.");
  for (const id of ids) {
    const group = store.securityGroups.get(id);
    if (group?.region !== region)
      throw new RpcError(404, "InvalidSecurityGroupId.NotFound", `The specified SecurityGroupId does not exist: ${id}`);
    if (group.vpcId !== vpcId)
      throw new RpcError(403, "InvalidSecurityGroupId.VPCMismatch", `${id} is not in the VPC ${vpcId} of the VSwitch.`);
  }
  return new Set(ids);
}

function attachRole(context: RpcContext, roleName: string, instanceId: string): void {
  const { state } = context.identities;
  const role = findRole(state, roleName);
  if (role === undefined)
    throw new RpcError(404, "InvalidRamRole.NotFound", `The specified RamRole ${roleName} does not exist.`);
  state.instanceRoles.set(instanceId, { roleName: role.name, policy: "", accessKeyId: "" });
}

export function runInstances(context: RpcContext): object {
  const { parameters, store, now, region } = context;
  const imageId = required(parameters, "ImageId");
  const instanceType = required(parameters, "InstanceType");
  if (!/^ecs\.[a-z0-9.-]+$/.test(instanceType))
    throw new RpcError(404, "InvalidInstanceType.ValueNotSupported", `InstanceType ${instanceType}`);
  const vswitch = vswitchWithId(context, required(parameters, "VSwitchId"));
  if (parameters["ZoneId"] && parameters["ZoneId"] !== vswitch.zoneId)
    throw new RpcError(400, "InvalidVSwitchId.ZoneMismatch", `${vswitch.id} is in the zone ${vswitch.zoneId}.`);
  const groups = securityGroupIds(context, vswitch.vpcId);
  const id = newId("i");
  if (parameters["RamRoleName"]) attachRole(context, parameters["RamRoleName"], id);
  const instance: Instance = {
    id,
    region,
    zoneId: vswitch.zoneId,
    instanceType,
    createTime: timeText(now),
    vpcId: vswitch.vpcId,
    vswitchId: vswitch.id,
    privateIp: privateIpOf(context, vswitch),
    interfaceId: newId("eni"),
    chargeType: parameters["InstanceChargeType"] || "PostPaid",
    internetChargeType: parameters["InternetChargeType"] || "PayByTraffic",
    internetMaxBandwidthOut: Number(parameters["InternetMaxBandwidthOut"] ?? 0),
    keyPairName: parameters["KeyPairName"] ?? "",
    spotStrategy: parameters["SpotStrategy"] || "NoSpot",
    startTime: timeText(now),
    status: "Running",
    imageId,
    name: parameters["InstanceName"] || id,
    hostName: parameters["HostName"] || id.replace("-", ""),
    description: parameters["Description"] ?? "",
    resourceGroupId: parameters["ResourceGroupId"] ?? "",
    userData: parameters["UserData"] ?? "",
    deletionProtection: parameters["DeletionProtection"] === "true",
    disk: {
      id: newId("d"),
      category: parameters["SystemDisk.Category"] || "cloud_efficiency",
      size: Number(parameters["SystemDisk.Size"] ?? 40),
      name: parameters["SystemDisk.DiskName"] ?? "",
      description: parameters["SystemDisk.Description"] ?? "",
      performanceLevel: parameters["SystemDisk.PerformanceLevel"] ?? "",
    },
    securityGroupIds: groups,
    tags: new Map(tagsOf(parameters)),
  };
  store.instances.set(id, instance);
  return { InstanceIdSets: { InstanceIdSet: [id] }, OrderId: "", TradePrice: 0 };
}
