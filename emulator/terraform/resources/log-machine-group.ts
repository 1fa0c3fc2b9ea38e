import type { MachineGroupBody } from "../../../sls/model";
import type { Cloud } from "../cloud";
import { isGone } from "../errors";
import { changes, idParts, oneOf, type ResourceKind } from "../kind";
import { isList, textOf, textsOf, type ValueMap } from "../values";
import { untilGone } from "../wait";

const idForm = "project:name";
const place = (id: string): { project: string; path: string } => {
  const [project = "", name = ""] = idParts(id, idForm);
  return { project, path: `/machinegroups/${name}` };
};

const bodyOf = (planned: ValueMap): MachineGroupBody => ({
  groupName: textOf(planned["name"]),
  groupType: "",
  machineIdentifyType: textOf(planned["identify_type"]) as MachineGroupBody["machineIdentifyType"],
  machineList: textsOf(planned["identify_list"]),
  groupAttribute: { externalName: "", groupTopic: textOf(planned["topic"]) },
});

async function find(cloud: Cloud, id: string): Promise<MachineGroupBody | undefined> {
  try {
    const found = await cloud.sls({ call: "GetMachineGroup", method: "GET", ...place(id) });
    return found["groupName"] ? (found as unknown as MachineGroupBody) : undefined;
  } catch (error) {
    if (isGone(error, "ProjectNotExist", "GroupNotExist", "MachineGroupNotExist")) return undefined;
    throw error;
  }
}

export const logMachineGroup: ResourceKind = {
  type: "alicloud_log_machine_group",
  idForm,
  forceNew: ["project", "name"],
  defaults: { identify_type: "ip" },
  checks: [
    oneOf("identify_type", ["ip", "userdefined"]),
    ({ identify_list: list }) =>
      isList(list) && list.length === 0
        ? { attribute: "identify_list", message: "identify_list must name at least one address or user-defined id." }
        : undefined,
  ],

  async create(cloud, planned) {
    const project = textOf(planned["project"]);
    const body = bodyOf(planned);
    await cloud.sls({ call: "CreateMachineGroup", method: "POST", project, path: "/machinegroups", body });
    return `${project}:${body.groupName}`;
  },

  async update(cloud, id, planned, prior) {
    const names = ["identify_type", "identify_list", "topic"];
    if (prior === undefined || !names.some((name) => changes(name, planned, prior))) return;
    await cloud.sls({ call: "UpdateMachineGroup", method: "PUT", ...place(id), body: bodyOf(planned) });
  },

  async read(cloud, id) {
    const found = await find(cloud, id);
    if (found === undefined) return undefined;
    return {
      project: place(id).project,
      name: found.groupName,
      identify_type: found.machineIdentifyType,
      identify_list: found.machineList,
      topic: found.groupAttribute?.groupTopic ?? "",
    };
  },

  async remove(cloud, id) {
    await cloud.sls({ call: "DeleteMachineGroup", method: "DELETE", ...place(id) });
    await untilGone("DeleteMachineGroup", () => find(cloud, id));
  },
};
