/** A virtual machine on paper: it has an address, a disk and a state, and runs nothing. */
export interface Instance {
  readonly id: string;
  readonly region: string;
  readonly zoneId: string;
  readonly instanceType: string;
  readonly createTime: string;
  readonly vpcId: string;
  readonly vswitchId: string;
  readonly privateIp: string;
  /** Of its network card. */
  readonly interfaceId: string;
  readonly chargeType: string;
  readonly internetChargeType: string;
  readonly internetMaxBandwidthOut: number;
  readonly keyPairName: string;
  readonly spotStrategy: string;
  startTime: string;
  status: "Running" | "Stopped";
  imageId: string;
  name: string;
  hostName: string;
  description: string;
  resourceGroupId: string;
  /** Base64. */
  userData: string;
  deletionProtection: boolean;
  disk: SystemDisk;
  readonly securityGroupIds: Set<string>;
  readonly tags: Map<string, string>;
}

export interface SystemDisk {
  readonly id: string;
  readonly category: string;
  /** GiB */
  readonly size: number;
  readonly name: string;
  readonly description: string;
  readonly performanceLevel: string;
}
