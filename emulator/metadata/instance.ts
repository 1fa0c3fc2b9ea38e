/** The machine that the metadata service tells about: the one that the local cloud's user plays. */

export interface InstanceOptions {
  /** By this id a role is attached: `AttachInstanceRamRole`, `alicloud_ecs_ram_role_attachment`. @default "i-local0000000000000001" */
  readonly instanceId?: string;
  /** @default "127.0.0.1" */
  readonly privateIp?: string;
  /** @default "local" */
  readonly hostname?: string;
  /** What cloud-init would run; left out: 404. */
  readonly userData?: string;
}

export const defaultInstanceId = "i-local0000000000000001";

/** Items below /latest/meta-data/ that never change. */
export function itemsOf(options: InstanceOptions, region: string, accountId: string): Readonly<Record<string, string>> {
  const { instanceId = defaultInstanceId, privateIp = "127.0.0.1", hostname = "local" } = options;
  return {
    hostname,
    "image-id": "local.img",
    "instance-id": instanceId,
    "instance/instance-type": "ecs.local",
    mac: "00:16:3e:00:00:01",
    "network-type": "vpc",
    "owner-account-id": accountId,
    "private-ipv4": privateIp,
    "region-id": region,
    "serial-number": "00000000-0000-4000-8000-000000000001",
    "vpc-id": "vpc-local",
    "vswitch-id": "vsw-local",
    "zone-id": `${region}-a`,
  };
}
