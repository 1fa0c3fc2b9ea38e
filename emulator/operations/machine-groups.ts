import type { MachineGroupBody } from "../../sls/model/machine-group";
import { machineGroupNameProblem } from "../../sls/model/names";
import { objectField, textField, textListField } from "../sls/fields";
import { jsonBody, jsonValue, page, projectOf, unixSeconds, type Operation, type SlsContext } from "../sls/context";
import { configNotExist, machineGroupNotExist, ServiceError } from "../sls/service-error";
import { hasConfig, type Stored } from "../store/store";
import { machinesOf } from "./machines";

const invalid = (why: string): ServiceError =>
  new ServiceError(400, "InvalidParameter", `invalid group resource json: ${why}`);
const maxGroups = 200;

function read(context: SlsContext): MachineGroupBody {
  const body = jsonBody(context);
  const groupName = textField(body, "groupName", invalid);
  const groupType = textField(body, "groupType", invalid);
  const machineIdentifyType = textField(body, "machineIdentifyType", invalid, "ip");
  const machineList = textListField(body, "machineList", invalid);
  const problem = machineGroupNameProblem(groupName);
  if (problem !== undefined) throw invalid(problem);
  if (machineIdentifyType !== "ip" && machineIdentifyType !== "userdefined") {
    throw invalid(`machineIdentifyType must be ip or userdefined, got ${machineIdentifyType}`);
  }
  if (groupType !== "" && groupType !== "Armory") throw invalid(`groupType must be empty or Armory, got ${groupType}`);
  const attribute = objectField(body, "groupAttribute", invalid);
  const groupAttribute = {
    groupTopic: textField(attribute, "groupTopic", invalid),
    externalName: textField(attribute, "externalName", invalid),
  };
  return { groupName, groupType, machineIdentifyType, machineList, groupAttribute };
}

function groupOf(context: SlsContext): Stored<MachineGroupBody> {
  const name = context.path["group"] ?? "";
  const group = projectOf(context).machineGroups.get(name);
  if (group === undefined) throw machineGroupNotExist(name);
  return group;
}

function create(context: SlsContext): object {
  const groups = projectOf(context).machineGroups;
  const body = read(context);
  if (groups.has(body.groupName)) {
    throw new ServiceError(400, "MachineGroupAlreadyExist", `MachineGroup ${body.groupName} already exist`);
  }
  if (groups.size >= maxGroups) throw new ServiceError(400, "ProjectQuotaExceed", "machine group count exceeds 200");
  const seconds = unixSeconds(context.now);
  groups.set(body.groupName, { body, createTime: seconds, lastModifyTime: seconds });
  return {};
}

function update(context: SlsContext): object {
  const group = groupOf(context);
  const { groupName } = group.body;
  group.body = { ...read(context), groupName };
  group.lastModifyTime = unixSeconds(context.now);
  return {};
}

function changeMembers(context: SlsContext): object {
  const group = groupOf(context);
  const ids = jsonValue(context);
  if (!Array.isArray(ids)) throw invalid("the body must be a list of machines");
  const present = new Set(group.body.machineList);
  for (const id of ids.map(String)) {
    if (context.query["action"] === "delete") present.delete(id);
    else present.add(id);
  }
  group.body = { ...group.body, machineList: [...present] };
  group.lastModifyTime = unixSeconds(context.now);
  return {};
}

function listMachines(context: SlsContext): object {
  const found = machinesOf(groupOf(context).body, context.store.machines);
  const { items, ...counts } = page(context, found, 100);
  return { ...counts, machines: items };
}

/** The group's configs; both names are checked. */
function bindings(context: SlsContext): { names: Set<string>; config: string } {
  const group = groupOf(context).body.groupName;
  const project = projectOf(context);
  const config = context.path["config"] ?? "";
  if (!hasConfig(project, config)) throw configNotExist(config);
  const names = project.applied.get(group) ?? new Set<string>();
  project.applied.set(group, names);
  return { names, config };
}

const path = "/machinegroups/{group}";

export const machineGroupOperations: readonly Operation[] = [
  { name: "CreateMachineGroup", method: "POST", path: "/machinegroups", handle: create },
  {
    name: "ListMachineGroup",
    method: "GET",
    path: "/machinegroups",
    handle: (context) => {
      const names = [...projectOf(context).machineGroups.keys()];
      const { items, ...counts } = page(
        context,
        names.filter((name) => name.includes(context.query["groupName"] ?? "")),
      );
      return { json: { ...counts, machinegroups: items } };
    },
  },
  {
    name: "GetMachineGroup",
    method: "GET",
    path,
    handle: (context) => {
      const { body, ...times } = groupOf(context);
      return { json: { ...body, ...times } };
    },
  },
  { name: "UpdateMachineGroup", method: "PUT", path, handle: update },
  {
    name: "DeleteMachineGroup",
    method: "DELETE",
    path,
    handle: (context) => {
      const project = projectOf(context);
      const { groupName } = groupOf(context).body;
      project.machineGroups.delete(groupName);
      project.tags.delete(`machinegroup#${project.name}#${groupName}`);
      project.applied.delete(groupName);
      return {};
    },
  },
  {
    name: "ListMachines",
    method: "GET",
    path: `${path}/machines`,
    handle: (context) => ({ json: listMachines(context) }),
  },
  { name: "UpdateMachineGroupMachine", method: "PUT", path: `${path}/machines`, handle: changeMembers },
  {
    name: "GetAppliedConfigs",
    method: "GET",
    path: `${path}/configs`,
    handle: (context) => {
      const configs = [...(projectOf(context).applied.get(groupOf(context).body.groupName) ?? [])];
      return { json: { count: configs.length, configs } };
    },
  },
  {
    name: "ApplyConfigToMachineGroup",
    method: "PUT",
    path: `${path}/configs/{config}`,
    handle: (context) => {
      const { names, config } = bindings(context);
      names.add(config);
      return {};
    },
  },
  {
    name: "RemoveConfigFromMachineGroup",
    method: "DELETE",
    path: `${path}/configs/{config}`,
    handle: (context) => {
      const { names, config } = bindings(context);
      names.delete(config);
      return {};
    },
  },
];
