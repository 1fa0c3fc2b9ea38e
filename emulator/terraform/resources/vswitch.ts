import { randomUUID } from "node:crypto";
import { changes, eitherOf, notTogether, type ResourceKind } from "../kind";
import { removed } from "../removed";
import { textOf } from "../values";
import { foundTags, numberedTags, retag, tagsOf } from "./tags";

export const vswitch: ResourceKind = {
  type: "alicloud_vswitch",
  idForm: "vswitch_id",
  forceNew: ["cidr_block", "vpc_id", "zone_id", "availability_zone"],
  checks: [notTogether("vswitch_name", "name"), notTogether("zone_id", "availability_zone")],

  async create(cloud, planned) {
    const made = await cloud.vpc("CreateVSwitch", {
      ClientToken: randomUUID(),
      VpcId: textOf(planned["vpc_id"]),
      CidrBlock: textOf(planned["cidr_block"]),
      ZoneId: eitherOf(planned, "zone_id", "availability_zone") || undefined,
      VSwitchName: eitherOf(planned, "vswitch_name", "name") || undefined,
      Description: textOf(planned["description"]) || undefined,
      ...numberedTags(tagsOf(planned)),
    });
    return String(made["VSwitchId"]);
  },

  async update(cloud, id, planned, prior) {
    if (prior === undefined) return;
    const renamed = ["vswitch_name", "name"].find((name) => changes(name, planned, prior));
    const wanted = {
      ...(renamed ? { VSwitchName: textOf(planned[renamed]) } : {}),
      ...(changes("description", planned, prior) ? { Description: textOf(planned["description"]) } : {}),
    };
    if (Object.keys(wanted).length > 0) await cloud.vpc("ModifyVSwitchAttribute", { VSwitchId: id, ...wanted });
    if (changes("tags", planned, prior)) {
      await retag((name, parameters) => cloud.vpc(name, parameters), "VSWITCH", id, planned, prior);
    }
  },

  async read(cloud, id) {
    const found = await cloud.vpc("DescribeVSwitchAttributes", { VSwitchId: id });
    if (textOf(found["VSwitchId"] as string) !== id) return undefined;
    const [name, zone] = [textOf(found["VSwitchName"] as string), textOf(found["ZoneId"] as string)];
    return {
      cidr_block: textOf(found["CidrBlock"] as string),
      create_time: textOf(found["CreationTime"] as string),
      description: textOf(found["Description"] as string),
      enable_ipv6: false,
      ipv6_cidr_block: "",
      is_default: found["IsDefault"] === true,
      status: textOf(found["Status"] as string),
      vpc_id: textOf(found["VpcId"] as string),
      vswitch_name: name,
      name,
      zone_id: zone,
      availability_zone: zone,
      tags: foundTags(found["Tags"]),
    };
  },

  async remove(cloud, id) {
    await removed(() => cloud.vpc("DeleteVSwitch", { VSwitchId: id }), {
      notFound: ["InvalidVSwitchId.NotFound", "InvalidVswitchID.NotFound"],
      heldBy: ["DependencyViolation", "IncorrectVSwitchStatus", "OperationConflict"],
    });
  },
};
