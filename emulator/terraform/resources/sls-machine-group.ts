import { restKind } from "../rest-kind";
import { block, fields } from "../shape";
import { isZero, mapsOf } from "../values";

export const slsMachineGroup = restKind({
  type: "alicloud_sls_machine_group",
  project: "project_name",
  name: "group_name",
  path: "/machinegroups",
  noun: "MachineGroup",
  nameMember: "groupName",
  gone: ["MachineGroupNotExist"],
  updates: false,
  shape: {
    ...fields("group_type", "machine_identify_type", "machine_list"),
    group_attribute: block("groupAttribute", fields("group_topic", "external_name")),
  },
  found: (_json, attributes) => {
    const empty = mapsOf(attributes["group_attribute"]).every((one) => Object.values(one).every(isZero));
    return empty ? { ...attributes, group_attribute: [] } : attributes;
  },
});
