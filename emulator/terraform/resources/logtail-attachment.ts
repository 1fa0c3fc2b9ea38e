import type { Cloud } from "../cloud";
import { isGone } from "../errors";
import { idParts, type ResourceKind } from "../kind";
import { textOf } from "../values";
import { untilGone } from "../wait";

const idForm = "project:config:group";

async function find(cloud: Cloud, id: string): Promise<string | undefined> {
  const [project = "", config = "", group = ""] = idParts(id, idForm);
  const path = `/configs/${config}/machinegroups`;
  try {
    const found = await cloud.sls({ call: "GetAppliedMachineGroups", method: "GET", project, path });
    return (found["machinegroups"] as readonly string[] | null | undefined)?.find((name) => name === group);
  } catch (error) {
    if (isGone(error, "ProjectNotExist", "ConfigNotExist", "MachineGroupNotExist")) return undefined;
    throw error;
  }
}

const place = (id: string): { project: string; path: string } => {
  const [project = "", config = "", group = ""] = idParts(id, idForm);
  return { project, path: `/machinegroups/${group}/configs/${config}` };
};

export const logtailAttachment: ResourceKind = {
  type: "alicloud_logtail_attachment",
  idForm,
  forceNew: ["project", "logtail_config_name", "machine_group_name"],

  async create(cloud, planned) {
    const id = ["project", "logtail_config_name", "machine_group_name"].map((name) => textOf(planned[name])).join(":");
    await cloud.sls({ call: "ApplyConfigToMachineGroup", method: "PUT", ...place(id) });
    return id;
  },

  async read(cloud, id) {
    const [project = "", config = ""] = idParts(id, idForm);
    const group = await find(cloud, id);
    return group === undefined ? undefined : { project, logtail_config_name: config, machine_group_name: group };
  },

  async remove(cloud, id) {
    await cloud.sls({ call: "RemoveConfigFromMachineGroup", method: "DELETE", ...place(id) });
    await untilGone("RemoveConfigFromMachineGroup", () => find(cloud, id));
  },
};
