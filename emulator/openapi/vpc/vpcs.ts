/** Source: VPC API reference 2016-04-28, "VPC". */
import type { Vpc } from "../../store/network";
import { newId, tagsOf, timeText, vpcTags } from "../parameters";
import type { RpcContext, RpcOperations } from "../rpc-context";
import { RpcError } from "../rpc-error";
import { blockOf } from "./cidr";
import { vpcWithId } from "./find";

/** Masks of 8 to 28 bits. */
function checkCidr(cidr: string): void {
  const block = blockOf(cidr);
  if (block !== undefined && block.prefix >= 8 && block.prefix <= 28) return;
  throw new RpcError(400, "InvalidCidrBlock.Malformed", `CidrBlock must be an IPv4 block of /8 to /28, got ${cidr}`);
}

function createVpc(context: RpcContext): object {
  const { parameters, store, now, region } = context;
  const cidrBlock = parameters["CidrBlock"] || "172.16.0.0/12";
  checkCidr(cidrBlock);
  const vpc: Vpc = {
    id: newId("vpc"),
    region,
    createTime: timeText(now),
    routerId: newId("vrt"),
    routeTableId: newId("vtb"),
    resourceGroupId: parameters["ResourceGroupId"] || "rg-local",
    cidrBlock,
    name: parameters["VpcName"] ?? "",
    description: parameters["Description"] ?? "",
    tags: new Map(tagsOf(parameters)),
  };
  store.vpcs.set(vpc.id, vpc);
  return {
    VpcId: vpc.id,
    VRouterId: vpc.routerId,
    RouteTableId: vpc.routeTableId,
    ResourceGroupId: vpc.resourceGroupId,
  };
}

const vswitchesOf = ({ store }: RpcContext, id: string) =>
  [...store.vswitches.values()].filter(({ vpcId }) => vpcId === id);

function describe(context: RpcContext, vpc: Vpc): object {
  const vswitches = vswitchesOf(context, vpc.id).map(({ id }) => id);
  return {
    VpcId: vpc.id,
    RegionId: vpc.region,
    Status: "Available",
    VpcName: vpc.name,
    Description: vpc.description,
    CidrBlock: vpc.cidrBlock,
    CreationTime: vpc.createTime,
    VRouterId: vpc.routerId,
    ResourceGroupId: vpc.resourceGroupId,
    IsDefault: false,
    ClassicLinkEnabled: false,
    EnabledIpv6: false,
    Ipv6CidrBlock: "",
    Ipv6CidrBlocks: { Ipv6CidrBlock: [] },
    DnsHostnameStatus: "DISABLED",
    SecondaryCidrBlocks: { SecondaryCidrBlock: [] },
    UserCidrs: { UserCidr: [] },
    VSwitchIds: { VSwitchId: vswitches },
    Tags: vpcTags(vpc.tags),
  };
}

function deleteVpc(context: RpcContext): object {
  const { store, parameters } = context;
  const { id } = vpcWithId(context, parameters["VpcId"] ?? "");
  const [vswitch] = vswitchesOf(context, id);
  if (vswitch !== undefined)
    throw new RpcError(400, "DependencyViolation.VSwitch", `The VPC still holds the VSwitch ${vswitch.id}.`);
  const group = [...store.securityGroups.values()].find(({ vpcId }) => vpcId === id);
  if (group !== undefined)
    throw new RpcError(400, "DependencyViolation.SecurityGroup", `The VPC still holds the security group ${group.id}.`);
  store.vpcs.delete(id);
  return {};
}

function describeVpcs(context: RpcContext): object {
  const { store, parameters, region } = context;
  const ids = parameters["VpcId"]?.split(",");
  const found = [...store.vpcs.values()].filter(
    (vpc) =>
      vpc.region === region &&
      (ids === undefined || ids.includes(vpc.id)) &&
      (!parameters["VpcName"] || parameters["VpcName"] === vpc.name),
  );
  return {
    TotalCount: found.length,
    PageNumber: 1,
    PageSize: 50,
    Vpcs: { Vpc: found.map((vpc) => describe(context, vpc)) },
  };
}

function describeRouteTableList({ store, parameters, region }: RpcContext): object {
  const found = [...store.vpcs.values()].filter((vpc) => vpc.region === region && vpc.id === parameters["VpcId"]);
  const tables = found.map((vpc) => ({
    VpcId: vpc.id,
    RouterId: vpc.routerId,
    RouterType: "VRouter",
    RouteTableId: vpc.routeTableId,
    RouteTableType: "System",
    RouteTableName: "",
    Description: "",
    ResourceGroupId: vpc.resourceGroupId,
    RoutePropagationEnable: true,
    Status: "Available",
  }));
  return { TotalCount: tables.length, PageNumber: 1, PageSize: 50, RouterTableList: { RouterTableListType: tables } };
}

export const vpcs: RpcOperations = {
  CreateVpc: createVpc,
  // One that is not there is an answer without an id, and no error.
  DescribeVpcAttribute: (context) => {
    const vpc = context.store.vpcs.get(context.parameters["VpcId"] ?? "");
    return vpc?.region === context.region ? describe(context, vpc) : { VpcId: "" };
  },
  DescribeVpcs: describeVpcs,
  DescribeRouteTableList: describeRouteTableList,
  ModifyVpcAttribute: (context) => {
    const { parameters } = context;
    const vpc = vpcWithId(context, parameters["VpcId"] ?? "");
    const { CidrBlock = vpc.cidrBlock } = parameters;
    if (CidrBlock !== vpc.cidrBlock) {
      checkCidr(CidrBlock);
      if (vswitchesOf(context, vpc.id).length > 0)
        throw new RpcError(
          400,
          "OperationDenied.VswitchExist",
          "CidrBlock can't be changed while there are VSwitches.",
        );
    }
    vpc.cidrBlock = CidrBlock;
    vpc.name = parameters["VpcName"] ?? vpc.name;
    vpc.description = parameters["Description"] ?? vpc.description;
    return {};
  },
  DeleteVpc: deleteVpc,
};
