import { randomUUID } from "node:crypto";
import { changes, eitherOf, notTogether, type ResourceKind } from "../kind";
import { removed } from "../removed";
import { textOf } from "../values";
import { memberOf } from "./ram-common";
import { foundTags, numberedTags, retag, tagsOf } from "./tags";

/** What belongs to IPv6, IPAM and further blocks is not served. */
export const vpc: ResourceKind = {
  type: "alicloud_vpc",
  idForm: "vpc_id",
  forceNew: [],
  checks: [notTogether("vpc_name", "name")],

  async create(cloud, planned) {
    const made = await cloud.vpc("CreateVpc", {
      ClientToken: randomUUID(),
      CidrBlock: textOf(planned["cidr_block"]) || undefined,
      VpcName: eitherOf(planned, "vpc_name", "name") || undefined,
      Description: textOf(planned["description"]) || undefined,
      ResourceGroupId: textOf(planned["resource_group_id"]) || undefined,
      ...numberedTags(tagsOf(planned)),
    });
    return String(made["VpcId"]);
  },

  async update(cloud, id, planned, prior) {
    if (prior === undefined) return;
    const renamed = ["vpc_name", "name"].find((name) => changes(name, planned, prior));
    const wanted = {
      ...(renamed ? { VpcName: textOf(planned[renamed]) } : {}),
      ...(changes("description", planned, prior) ? { Description: textOf(planned["description"]) } : {}),
      ...(changes("cidr_block", planned, prior) ? { CidrBlock: textOf(planned["cidr_block"]) } : {}),
    };
    if (Object.keys(wanted).length > 0) await cloud.vpc("ModifyVpcAttribute", { VpcId: id, ...wanted });
    if (changes("tags", planned, prior)) {
      await retag((name, parameters) => cloud.vpc(name, parameters), "VPC", id, planned, prior);
    }
  },

  async read(cloud, id) {
    const found = await cloud.vpc("DescribeVpcAttribute", { VpcId: id });
    if (textOf(found["VpcId"] as string) !== id) return undefined;
    const tables = memberOf(await cloud.vpc("DescribeRouteTableList", { VpcId: id }), "RouterTableList");
    const list = (tables["RouterTableListType"] ?? []) as readonly Readonly<Record<string, unknown>>[];
    const system = list.find(({ RouteTableType }) => RouteTableType === "System");
    const name = textOf(found["VpcName"] as string);
    const routeTable = textOf(system?.["RouteTableId"] as string);
    return {
      cidr_block: textOf(found["CidrBlock"] as string),
      classic_link_enabled: found["ClassicLinkEnabled"] === true,
      create_time: textOf(found["CreationTime"] as string),
      description: textOf(found["Description"] as string),
      dns_hostname_status: textOf(found["DnsHostnameStatus"] as string),
      enable_ipv6: found["EnabledIpv6"] === true,
      ipv6_cidr_block: "",
      ipv6_cidr_blocks: [],
      ipv6_isp: "",
      is_default: found["IsDefault"] === true,
      region_id: textOf(found["RegionId"] as string),
      resource_group_id: textOf(found["ResourceGroupId"] as string),
      router_id: textOf(found["VRouterId"] as string),
      route_table_id: routeTable,
      router_table_id: routeTable,
      secondary_cidr_blocks: [],
      status: textOf(found["Status"] as string),
      system_route_table_route_propagation_enable: system?.["RoutePropagationEnable"] === true,
      user_cidrs: [],
      vpc_name: name,
      name,
      tags: foundTags(found["Tags"]),
    };
  },

  async remove(cloud, id) {
    await removed(() => cloud.vpc("DeleteVpc", { VpcId: id, ClientToken: randomUUID() }), {
      notFound: ["InvalidVpcId.NotFound", "InvalidResource.NotFound"],
      heldBy: ["DependencyViolation.VSwitch", "DependencyViolation.SecurityGroup", "IncorrectVpcStatus"],
    });
  },
};
