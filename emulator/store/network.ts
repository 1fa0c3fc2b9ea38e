/** A virtual private cloud, and a subnet of it in one zone. */
export interface Vpc {
  readonly id: string;
  readonly region: string;
  readonly createTime: string;
  readonly routerId: string;
  readonly routeTableId: string;
  readonly resourceGroupId: string;
  cidrBlock: string;
  name: string;
  description: string;
  readonly tags: Map<string, string>;
}

export interface VSwitch {
  readonly id: string;
  readonly region: string;
  readonly vpcId: string;
  readonly zoneId: string;
  readonly cidrBlock: string;
  readonly createTime: string;
  name: string;
  description: string;
  readonly tags: Map<string, string>;
}
