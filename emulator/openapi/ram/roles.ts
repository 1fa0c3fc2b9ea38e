/** RAM roles. Source: RAM API reference 2015-05-01, "Roles". */
import { findRole } from "../../access/roles";
import { arnOf } from "../../access/principal";
import type { RamRole } from "../../store/access";
import type { RpcParameters } from "../rpc";
import { RpcError } from "../rpc-error";
import type { RpcContext, RpcOperations } from "../rpc-context";
import {
  alreadyExists,
  deleteConflict,
  documentOf,
  limitExceeded,
  nameOf,
  newNumber,
  page,
  roleOf,
  textOf,
  timeText,
} from "./find";
import { tagsOf } from "./tags";

const maxRoles = 1000;

const describe = (role: RamRole): object => ({
  RoleId: role.roleId,
  RoleName: role.name,
  Arn: arnOf.role(role.name),
  Description: role.description,
  AssumeRolePolicyDocument: role.trustPolicy,
  MaxSessionDuration: role.maxSessionDuration,
  CreateDate: timeText(role.createTime),
  UpdateDate: timeText(role.updateTime),
});

/** Seconds. */
function durationOf(parameters: RpcParameters, name: string, missing: number): number {
  const seconds = Number(parameters[name] || missing);
  if (Number.isInteger(seconds) && seconds >= 3600 && seconds <= 43_200) return seconds;
  throw new RpcError(
    400,
    `InvalidParameter.${name}`,
    `The parameter - "${name}" must be in the range of 3600 and 43200.`,
  );
}

function createRole({ identities: { state }, parameters, now }: RpcContext): object {
  const name = nameOf(parameters, "RoleName", 64, "._-");
  if (findRole(state, name) !== undefined) throw alreadyExists("Role", "role");
  if (state.roles.size >= maxRoles) throw limitExceeded("Role", "roles");
  const role: RamRole = {
    roleId: newNumber().replace(/^2/, "3"),
    name,
    description: textOf(parameters, "Description", 1024),
    trustPolicy: documentOf(parameters, "AssumeRolePolicyDocument", "trust"),
    maxSessionDuration: durationOf(parameters, "MaxSessionDuration", 3600),
    createTime: now,
    updateTime: now,
    policies: new Map(),
    tags: new Map(tagsOf(parameters)),
  };
  state.roles.set(name, role);
  return { Role: describe(role) };
}

function updateRole({ identities: { state }, parameters, now }: RpcContext): object {
  const role = roleOf(state, parameters);
  const maxSessionDuration = durationOf(parameters, "NewMaxSessionDuration", role.maxSessionDuration);
  if (parameters["NewAssumeRolePolicyDocument"]) {
    role.trustPolicy = documentOf(parameters, "NewAssumeRolePolicyDocument", "trust");
  }
  if (parameters["NewDescription"] !== undefined) role.description = textOf(parameters, "NewDescription", 1024);
  role.maxSessionDuration = maxSessionDuration;
  role.updateTime = now;
  return { Role: describe(role) };
}

function deleteRole({ identities: { state }, parameters }: RpcContext): object {
  const role = roleOf(state, parameters);
  if (role.policies.size > 0) {
    throw deleteConflict("Role.Policy", "The role CAN NOT has any attached policy while deleting the role.");
  }
  state.roles.delete(role.name);
  for (const [id, session] of state.sessions) if (session.roleId === role.roleId) state.sessions.delete(id);
  return {};
}

export const roles: RpcOperations = {
  CreateRole: createRole,
  GetRole: ({ identities, parameters }) => ({ Role: describe(roleOf(identities.state, parameters)) }),
  UpdateRole: updateRole,
  DeleteRole: deleteRole,
  ListRoles: ({ identities, parameters }) => {
    const { items, more } = page(parameters, [...identities.state.roles.values()]);
    return { Roles: { Role: items.map(describe) }, ...more };
  },
};
