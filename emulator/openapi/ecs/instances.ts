/** What can be asked about instances. Source: ECS API reference 2014-05-26, "Instances". */
import type { Instance } from "../../store/instance";
import { ecsTags, jsonListOf, listOf } from "../parameters";
import type { RpcContext, RpcOperations } from "../rpc-context";
import { instanceOf, instancesFound } from "./instance-with-id";

const describe = (one: Instance): object => ({
  InstanceId: one.id,
  InstanceName: one.name,
  HostName: one.hostName,
  Description: one.description,
  RegionId: one.region,
  ZoneId: one.zoneId,
  ImageId: one.imageId,
  InstanceType: one.instanceType,
  Status: one.status,
  Cpu: 2,
  Memory: 4096,
  OSName: "",
  OSType: "linux",
  CreationTime: one.createTime,
  StartTime: one.startTime,
  ExpiredTime: "2099-12-31T15:59Z",
  AutoReleaseTime: "",
  ResourceGroupId: one.resourceGroupId,
  InstanceChargeType: one.chargeType,
  InternetChargeType: one.internetChargeType,
  InternetMaxBandwidthOut: one.internetMaxBandwidthOut,
  InternetMaxBandwidthIn: 100,
  InstanceNetworkType: "vpc",
  KeyPairName: one.keyPairName,
  SpotStrategy: one.spotStrategy,
  SpotPriceLimit: 0,
  SpotDuration: 0,
  DeletionProtection: one.deletionProtection,
  CreditSpecification: "",
  StoppedMode: "Not-applicable",
  HpcClusterId: "",
  DeploymentSetId: "",
  IoOptimized: true,
  SecurityGroupIds: { SecurityGroupId: [...one.securityGroupIds] },
  PublicIpAddress: { IpAddress: [] },
  InnerIpAddress: { IpAddress: [] },
  VpcAttributes: {
    VpcId: one.vpcId,
    VSwitchId: one.vswitchId,
    PrivateIpAddress: { IpAddress: [one.privateIp] },
    NatIpAddress: "",
  },
  NetworkInterfaces: {
    NetworkInterface: [
      {
        NetworkInterfaceId: one.interfaceId,
        Type: "Primary",
        PrimaryIpAddress: one.privateIp,
        PrivateIpSets: { PrivateIpSet: [{ PrivateIpAddress: one.privateIp, Primary: true }] },
      },
    ],
  },
  MetadataOptions: { HttpEndpoint: "enabled", HttpTokens: "optional", HttpPutResponseHopLimit: 1 },
  CpuOptions: { CoreCount: 1, ThreadsPerCore: 2, Numa: "" },
  Tags: ecsTags(one.tags),
});

const page = (found: readonly unknown[]): object => ({ TotalCount: found.length, PageNumber: 1, PageSize: 100 });

function describeInstances(context: RpcContext): object {
  const { VpcId, VSwitchId, InstanceName, Status } = context.parameters;
  const found = instancesFound(context).filter(
    (one) =>
      (!VpcId || one.vpcId === VpcId) &&
      (!VSwitchId || one.vswitchId === VSwitchId) &&
      (!InstanceName || one.name === InstanceName) &&
      (!Status || one.status === Status),
  );
  return { ...page(found), Instances: { Instance: found.map(describe) } };
}

function describeDisks(context: RpcContext): object {
  const ids = jsonListOf(context.parameters, "DiskIds");
  const isOther = context.parameters["DiskType"] === "data";
  const found = isOther ? [] : instancesFound(context).filter(({ disk }) => ids?.includes(disk.id) ?? true);
  const disks = found.map(({ disk, ...one }) => ({
    DiskId: disk.id,
    DiskName: disk.name,
    Description: disk.description,
    Type: "system",
    Category: disk.category,
    Size: disk.size,
    PerformanceLevel: disk.performanceLevel,
    Encrypted: false,
    KMSKeyId: "",
    InstanceId: one.id,
    RegionId: one.region,
    ZoneId: one.zoneId,
    ImageId: one.imageId,
    Status: "In_use",
    Portable: false,
    DeleteWithInstance: true,
    ResourceGroupId: one.resourceGroupId,
    CreationTime: one.createTime,
    Tags: { Tag: [] },
  }));
  return { ...page(disks), Disks: { Disk: disks } };
}

function describeNetworkInterfaces(context: RpcContext): object {
  const ids = listOf(context.parameters, "NetworkInterfaceId");
  const found = instancesFound(context).filter(({ interfaceId }) => ids.length === 0 || ids.includes(interfaceId));
  const cards = found.map((one) => ({
    NetworkInterfaceId: one.interfaceId,
    InstanceId: one.id,
    Type: "Primary",
    Status: "InUse",
    VpcId: one.vpcId,
    VSwitchId: one.vswitchId,
    ZoneId: one.zoneId,
    PrivateIpAddress: one.privateIp,
    PrivateIpSets: { PrivateIpSet: [{ PrivateIpAddress: one.privateIp, Primary: true }] },
    Ipv6Sets: { Ipv6Set: [] },
    SecurityGroupIds: { SecurityGroupId: [...one.securityGroupIds] },
    NetworkInterfaceTrafficMode: "Standard",
    QueuePairNumber: 0,
    SourceDestCheck: true,
    Attachment: { InstanceId: one.id, NetworkCardIndex: 0 },
    CreationTime: one.createTime,
    Tags: { Tag: [] },
  }));
  return { ...page(cards), NetworkInterfaceSets: { NetworkInterfaceSet: cards } };
}

export const instances: RpcOperations = {
  DescribeInstances: describeInstances,
  DescribeDisks: describeDisks,
  DescribeNetworkInterfaces: describeNetworkInterfaces,
  DescribeUserData: (context) => {
    const { id, region, userData } = instanceOf(context);
    return { InstanceId: id, RegionId: region, UserData: userData };
  },
  DescribeInstanceAttribute: (context) => ({ ...describe(instanceOf(context)), EnableJumboFrame: false }),
  DescribeInstanceMaintenanceAttributes: (context) => {
    const ids = listOf(context.parameters, "InstanceId");
    const found = instancesFound({ ...context, parameters: { InstanceIds: JSON.stringify(ids) } });
    const attributes = found.map(({ id }) => ({
      InstanceId: id,
      NotifyOnMaintenance: false,
      ActionOnMaintenance: { Value: "AutoRecover", DefaultValue: "AutoRecover" },
      MaintenanceWindows: { MaintenanceWindow: [] },
    }));
    return { ...page(found), MaintenanceAttributes: { MaintenanceAttribute: attributes } };
  },
  DescribeInstanceAttachmentAttributes: (context) => {
    const found = instancesFound(context);
    const attributes = found.map(({ id }) => ({
      InstanceId: id,
      PrivatePoolOptionsId: "",
      PrivatePoolOptionsMatchCriteria: "None",
    }));
    return { ...page(found), Instances: { Instance: attributes } };
  },
};
