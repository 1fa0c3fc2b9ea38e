/** Source: VPC API reference 2016-04-28, "VSwitch". */
import type { VSwitch } from "../../store/network";
import { newId, required, tagsOf, timeText, vpcTags } from "../parameters";
import type { RpcContext, RpcOperations } from "../rpc-context";
import { RpcError } from "../rpc-error";
import { blockOf, isWithin, overlap } from "./cidr";
import { vpcWithId, vswitchWithId } from "./find";

function createVSwitch(context: RpcContext): object {
  const { parameters, store, now, region } = context;
  const vpc = vpcWithId(context, required(parameters, "VpcId"));
  const cidrBlock = required(parameters, "CidrBlock");
  const zoneId = required(parameters, "ZoneId");
  if (!zoneId.startsWith(region))
    throw new RpcError(404, "InvalidZoneId.NotFound", `The specified zone ${zoneId} is not in the region ${region}.`);
  const [block, around] = [blockOf(cidrBlock), blockOf(vpc.cidrBlock)];
  if (block === undefined || block.prefix < 16 || block.prefix > 29)
    throw new RpcError(400, "InvalidCidrBlock.Malformed", `CidrBlock must be a block of /16 to /29, got ${cidrBlock}`);
  if (around === undefined || !isWithin(block, around))
    throw new RpcError(400, "InvalidCidrBlock", `${cidrBlock} is not within ${vpc.cidrBlock} of the VPC.`);
  const other = [...store.vswitches.values()].find((one) => {
    const taken = one.vpcId === vpc.id ? blockOf(one.cidrBlock) : undefined;
    return taken !== undefined && overlap(block, taken);
  });
  if (other !== undefined)
    throw new RpcError(400, "InvalidCidrBlock.Overlapped", `${cidrBlock} overlaps ${other.cidrBlock} of ${other.id}.`);
  const vswitch: VSwitch = {
    id: newId("vsw"),
    region,
    vpcId: vpc.id,
    zoneId,
    cidrBlock,
    createTime: timeText(now),
    name: parameters["VSwitchName"] ?? "",
    description: parameters["Description"] ?? "",
    tags: new Map(tagsOf(parameters)),
  };
  store.vswitches.set(vswitch.id, vswitch);
  return { VSwitchId: vswitch.id };
}

const describe = (vswitch: VSwitch): object => ({
  VSwitchId: vswitch.id,
  VpcId: vswitch.vpcId,
  ZoneId: vswitch.zoneId,
  Status: "Available",
  CidrBlock: vswitch.cidrBlock,
  Ipv6CidrBlock: "",
  VSwitchName: vswitch.name,
  Description: vswitch.description,
  CreationTime: vswitch.createTime,
  IsDefault: false,
  Tags: vpcTags(vswitch.tags),
});

function describeVSwitches({ store, parameters, region }: RpcContext): object {
  const { VpcId, VSwitchId, ZoneId } = parameters;
  const found = [...store.vswitches.values()].filter(
    (one) =>
      one.region === region &&
      (!VpcId || one.vpcId === VpcId) &&
      (!VSwitchId || one.id === VSwitchId) &&
      (!ZoneId || one.zoneId === ZoneId),
  );
  return { TotalCount: found.length, PageNumber: 1, PageSize: 50, VSwitches: { VSwitch: found.map(describe) } };
}

export const vswitches: RpcOperations = {
  CreateVSwitch: createVSwitch,
  // One that is not there is an answer without an id, and no error.
  DescribeVSwitchAttributes: ({ store, parameters, region }) => {
    const vswitch = store.vswitches.get(parameters["VSwitchId"] ?? "");
    return vswitch?.region === region ? describe(vswitch) : { VSwitchId: "" };
  },
  DescribeVSwitches: describeVSwitches,
  ModifyVSwitchAttribute: (context) => {
    const { parameters } = context;
    const vswitch = vswitchWithId(context, parameters["VSwitchId"] ?? "");
    vswitch.name = parameters["VSwitchName"] ?? vswitch.name;
    vswitch.description = parameters["Description"] ?? vswitch.description;
    return {};
  },
  DeleteVSwitch: (context) => {
    const { id } = vswitchWithId(context, context.parameters["VSwitchId"] ?? "");
    const instance = [...context.store.instances.values()].find(({ vswitchId }) => vswitchId === id);
    if (instance !== undefined)
      throw new RpcError(400, "DependencyViolation", `The VSwitch is used by the instance ${instance.id}.`);
    context.store.vswitches.delete(id);
    return {};
  },
};
