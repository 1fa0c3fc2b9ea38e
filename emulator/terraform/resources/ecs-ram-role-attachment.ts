import type { Cloud } from "../cloud";
import { CallError } from "../errors";
import { idParts, type ResourceKind } from "../kind";
import { textOf } from "../values";
import { found, listOf } from "./ram-common";

const idForm = "instance_id:ram_role_name";

const parametersOf = (id: string): { InstanceIds: string; RamRoleName: string } => {
  const [instance = "", RamRoleName = ""] = idParts(id, idForm);
  return { InstanceIds: JSON.stringify([instance]), RamRoleName };
};

/** The call answers 200 also for instances with which it failed. */
async function call(
  cloud: Cloud,
  name: "AttachInstanceRamRole" | "DetachInstanceRamRole",
  id: string,
  policy = "",
): Promise<void> {
  const reply = await cloud.ecs(name, { ...parametersOf(id), Policy: policy || undefined });
  const inner = name.replace("Role", "RoleResult");
  const failed = listOf(reply, `${inner}s`, inner).find(({ Success }) => Success === false);
  if (failed) throw new CallError(name, textOf(found(failed, "Code")), textOf(found(failed, "Message")));
}

export const ecsRamRoleAttachment: ResourceKind = {
  type: "alicloud_ecs_ram_role_attachment",
  idForm,
  // Another policy changes nothing, as with the real provider: only a new attachment takes it.
  forceNew: ["instance_id", "ram_role_name"],

  async create(cloud, planned) {
    const id = `${textOf(planned["instance_id"])}:${textOf(planned["ram_role_name"])}`;
    await call(cloud, "AttachInstanceRamRole", id, textOf(planned["policy"]));
    return id;
  },

  async read(cloud, id) {
    const [instance_id = "", ram_role_name = ""] = idParts(id, idForm);
    const reply = await cloud.ecs("DescribeInstanceRamRole", parametersOf(id));
    const sets = listOf(reply, "InstanceRamRoleSets", "InstanceRamRoleSet");
    const isThere = sets.some((one) => one["InstanceId"] === instance_id && one["RamRoleName"] === ram_role_name);
    return isThere ? { instance_id, ram_role_name } : undefined;
  },

  async remove(cloud, id) {
    await call(cloud, "DetachInstanceRamRole", id);
  },
};
