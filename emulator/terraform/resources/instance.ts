/** A virtual machine. Another image gives it a new system disk and keeps its id and addresses, as with the real provider. */
import { randomUUID } from "node:crypto";
import type { Cloud } from "../cloud";
import { UserError } from "../errors";
import { changes, matches, oneOf, type ResourceKind } from "../kind";
import { removed } from "../removed";
import { isZero, textOf, textsOf, type Value, type ValueMap } from "../values";
import { diskMembers, instanceMembers, modifyParameters, runParameters } from "./instance-parameters";
import { listOf } from "./ram-common";
import { foundTags, numberedTags, retag, tagsOf } from "./tags";

const isBase64 = (text: string): boolean => Buffer.from(text, "base64").toString("base64") === text;
const userDataOf = (planned: ValueMap): string => {
  const text = textOf(planned["user_data"]);
  return isBase64(text) ? text : Buffer.from(text).toString("base64");
};

/** Text or number as text; undefined for what was left out. */
const given = (value: Value | undefined): string | undefined => {
  if (isZero(value)) return undefined;
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? String(value)
    : undefined;
};

/** What the real provider changes in place, and the stand-in does not. */
const unserved = [
  "instance_type",
  "vswitch_id",
  "private_ip",
  "password",
  "system_disk_size",
  "role_name",
  "instance_charge_type",
  "internet_max_bandwidth_out",
];

async function restarted(cloud: Cloud, id: string, between: () => Promise<unknown>): Promise<void> {
  const instance = await instanceOf(cloud, id);
  if (instance?.["Status"] === "Running") await cloud.ecs("StopInstance", { InstanceId: id, ForceStop: "false" });
  await between();
  await cloud.ecs("StartInstance", { InstanceId: id });
}

async function instanceOf(cloud: Cloud, id: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const reply = await cloud.ecs("DescribeInstances", { InstanceIds: JSON.stringify([id]) });
  return listOf(reply, "Instances", "Instance")[0];
}

const numbered = (name: string, values: readonly string[]): Record<string, string> =>
  Object.fromEntries(values.map((value, n) => [`${name}.${n + 1}`, value]));

export const instance: ResourceKind = {
  type: "alicloud_instance",
  idForm: "instance_id",
  forceNew: [
    "availability_zone",
    "key_name",
    "system_disk_category",
    "system_disk_encrypted",
    "data_disks",
    "spot_strategy",
    "spot_price_limit",
    "security_enhancement_strategy",
    "hpc_cluster_id",
    "image_options",
  ],
  defaults: { include_data_disks: true, dry_run: false, force_delete: false },
  computedBlocks: ["cpu_options", "image_options", "maintenance_time", "network_interfaces"],
  checks: [
    matches("instance_type", /^ecs\./, "a type that begins with ecs."),
    oneOf("status", ["Running", "Stopped"]),
    (config) =>
      config["image_id"] === null || config["image_id"] === undefined
        ? { attribute: "image_id", message: "image_id must be given: launch templates are not served." }
        : undefined,
  ],

  async create(cloud, planned) {
    const simple = Object.entries(runParameters).map(([name, parameter]) => [parameter, given(planned[name])]);
    const made = await cloud.ecs("RunInstances", {
      ClientToken: randomUUID(),
      IoOptimized: "optimized",
      ...(Object.fromEntries(simple) as Record<string, string | undefined>),
      ...(textOf(planned["user_data"]) ? { UserData: userDataOf(planned) } : {}),
      ...numbered("SecurityGroupIds", textsOf(planned["security_groups"])),
      ...numberedTags(tagsOf(planned)),
    });
    const { InstanceIdSet = [] } = made["InstanceIdSets"] as { InstanceIdSet?: readonly string[] };
    const [id] = InstanceIdSet;
    if (id === undefined) throw new Error("RunInstances answered without an id");
    return id;
  },

  async update(cloud, id, planned, prior) {
    if (prior === undefined) {
      if (planned["status"] === "Stopped") await cloud.ecs("StopInstance", { InstanceId: id });
      return;
    }
    const wrong = unserved.find((name) => changes(name, planned, prior));
    if (wrong !== undefined) {
      throw new UserError(
        `alicloud_instance: the stand-in does not change ${wrong}`,
        `The real provider changes it in place. Here, destroy the instance first: terraform apply -replace=ADDRESS.`,
        wrong,
      );
    }
    if (changes("tags", planned, prior)) {
      await retag((name, all) => cloud.ecs(name, all), "instance", id, planned, prior);
    }
    if (changes("resource_group_id", planned, prior)) {
      const ResourceGroupId = textOf(planned["resource_group_id"]);
      await cloud.ecs("JoinResourceGroup", { ResourceId: id, ResourceType: "instance", ResourceGroupId });
    }
    const [before, after] = [textsOf(prior["security_groups"]), textsOf(planned["security_groups"])];
    for (const SecurityGroupId of after.filter((group) => !before.includes(group)))
      await cloud.ecs("JoinSecurityGroup", { InstanceId: id, SecurityGroupId });
    for (const SecurityGroupId of before.filter((group) => !after.includes(group)))
      await cloud.ecs("LeaveSecurityGroup", { InstanceId: id, SecurityGroupId });
    const modified = Object.entries(modifyParameters).filter(([name]) => changes(name, planned, prior));
    const wanted = {
      ...Object.fromEntries(
        modified.map(([name, parameter]) => [parameter, given(planned[name]) ?? falsy(planned[name])]),
      ),
      ...(changes("user_data", planned, prior) ? { UserData: userDataOf(planned) } : {}),
    };
    if (Object.keys(wanted).length > 0) await cloud.ecs("ModifyInstanceAttribute", { InstanceId: id, ...wanted });
    if (changes("image_id", planned, prior)) {
      const ImageId = textOf(planned["image_id"]);
      const size = given(planned["system_disk_size"]);
      await restarted(cloud, id, () =>
        cloud.ecs("ReplaceSystemDisk", {
          InstanceId: id,
          ImageId,
          "SystemDisk.Size": size,
          ClientToken: randomUUID(),
        }),
      );
    }
    if (changes("status", planned, prior) && !changes("image_id", planned, prior)) {
      await cloud.ecs(planned["status"] === "Stopped" ? "StopInstance" : "StartInstance", { InstanceId: id });
    }
  },

  async read(cloud, id, state) {
    const one = await instanceOf(cloud, id);
    if (one === undefined) return undefined;
    const InstanceId = id;
    const disk = listOf(await cloud.ecs("DescribeDisks", { InstanceId, DiskType: "system" }), "Disks", "Disk")[0] ?? {};
    const userData = textOf((await cloud.ecs("DescribeUserData", { InstanceId }))["UserData"] as string);
    const roles = await cloud.ecs("DescribeInstanceRamRole", { InstanceIds: JSON.stringify([id]) });
    const role = listOf(roles, "InstanceRamRoleSets", "InstanceRamRoleSet")[0]?.["RamRoleName"];
    const network = one["VpcAttributes"] as Readonly<Record<string, unknown>>;
    const card = listOf(one, "NetworkInterfaces", "NetworkInterface")[0] ?? {};
    const ip = (network["PrivateIpAddress"] as { IpAddress?: readonly string[] }).IpAddress?.[0] ?? "";
    const before = textOf(state["user_data"]);
    const isSame = before !== "" && userDataOf(state) === userData;
    const attributes: Record<string, Value> = {};
    for (const [name, member] of Object.entries(instanceMembers)) attributes[name] = (one[member] ?? null) as Value;
    for (const [name, member] of Object.entries(diskMembers)) attributes[name] = (disk[member] ?? null) as Value;
    return {
      ...attributes,
      user_data: isSame ? before : userData,
      role_name: textOf(role as string),
      private_ip: ip,
      primary_ip_address: ip,
      public_ip: "",
      subnet_id: textOf(network["VSwitchId"] as string),
      vswitch_id: textOf(network["VSwitchId"] as string),
      vpc_id: textOf(network["VpcId"] as string),
      network_interface_id: textOf(card["NetworkInterfaceId"] as string),
      security_groups: ((one["SecurityGroupIds"] as { SecurityGroupId?: readonly string[] }).SecurityGroupId ??
        []) as Value,
      secondary_private_ips: [],
      secondary_private_ip_address_count: 0,
      ipv6_addresses: [],
      ipv6_address_count: 0,
      volume_tags: {},
      tags: foundTags(one["Tags"]),
    };
  },

  async remove(cloud, id) {
    await removed(() => cloud.ecs("DeleteInstance", { InstanceId: id, Force: "true" }), {
      notFound: ["InvalidInstanceId.NotFound", "Forbidden.InstanceNotFound"],
      heldBy: ["IncorrectInstanceStatus", "IncorrectInstanceStatus.Initializing"],
    });
  },
};

/** What was emptied is said too. */
const falsy = (value: Value | undefined): string => (typeof value === "boolean" ? String(value) : "");
