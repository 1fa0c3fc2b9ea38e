/** Roles of instances. Source: ECS API reference 2014-05-26, "Instance RAM roles". */
import { findRole } from "../../access/roles";
import { trusts } from "../../access/sessions";
import { RpcError } from "../rpc-error";
import type { RpcContext, RpcOperations } from "../rpc-context";

/** A JSON list of at most 100 ids. Any id will do: the role is kept for it whether or not such an instance was ever made here. */
function instanceIdsOf({ parameters }: RpcContext): string[] {
  const text = parameters["InstanceIds"] ?? "";
  try {
    const ids: unknown = JSON.parse(text);
    const isList = Array.isArray(ids) && ids.length > 0 && ids.length <= 100;
    if (isList && ids.every((id) => typeof id === "string")) return ids;
  } catch {
    // Said below.
  }
  throw new RpcError(
    400,
    "InvalidInstanceIds.Malformed",
    `InstanceIds must be a JSON list of 1 to 100 ids, got ${text}`,
  );
}

function roleNameOf({ parameters }: RpcContext): string {
  const name = parameters["RamRoleName"];
  if (name) return name;
  throw new RpcError(400, "MissingParameter", 'The specified parameter "RamRoleName" is not supplied.');
}

interface Result {
  readonly InstanceId: string;
  readonly Success: boolean;
  readonly Code: string;
  readonly Message: string;
}
const done = (InstanceId: string): Result => ({ InstanceId, Success: true, Code: "200", Message: "success" });
const summary = (results: readonly Result[], RamRoleName: string): object => ({
  RamRoleName,
  TotalCount: results.length,
  FailCount: results.filter(({ Success }) => !Success).length,
});

function attach(context: RpcContext): object {
  const {
    identities: { state },
    parameters,
  } = context;
  const roleName = roleNameOf(context);
  const role = findRole(state, roleName);
  if (role === undefined) {
    throw new RpcError(404, "InvalidRamRole.NotFound", `The specified RamRole ${roleName} does not exist.`);
  }
  if (!trusts(role, { type: "Service", names: ["ecs.aliyuncs.com"] }, {})) {
    throw new RpcError(403, "InvalidRamRole.NotEcsRole", `The RamRole ${roleName} does not trust ecs.aliyuncs.com.`);
  }
  const results = instanceIdsOf(context).map((id): Result => {
    const other = state.instanceRoles.get(id);
    if (other !== undefined) {
      const Message = `The instance has the RamRole ${other.roleName}; detach it first.`;
      return { InstanceId: id, Success: false, Code: "InvalidInstance.AlreadyAttached", Message };
    }
    state.instanceRoles.set(id, { roleName: role.name, policy: parameters["Policy"] ?? "", accessKeyId: "" });
    return done(id);
  });
  const list = { AttachInstanceRamRoleResult: results };
  return { ...summary(results, role.name), AttachInstanceRamRoleResults: list };
}

function detach(context: RpcContext): object {
  const { instanceRoles } = context.identities.state;
  const roleName = context.parameters["RamRoleName"]?.toLowerCase();
  const results = instanceIdsOf(context).map((id): Result => {
    const attached = instanceRoles.get(id);
    if (attached === undefined || (roleName && attached.roleName.toLowerCase() !== roleName)) {
      const Message = "The instance does not have this RamRole.";
      return { InstanceId: id, Success: false, Code: "InvalidInstance.NotAttached", Message };
    }
    instanceRoles.delete(id);
    return done(id);
  });
  const list = { DetachInstanceRamRoleResult: results };
  return { ...summary(results, context.parameters["RamRoleName"] ?? ""), DetachInstanceRamRoleResults: list };
}

function describe(context: RpcContext): object {
  const { instanceRoles } = context.identities.state;
  const ids = context.parameters["InstanceIds"] ? instanceIdsOf(context) : [...instanceRoles.keys()];
  const wanted = context.parameters["RamRoleName"]?.toLowerCase();
  const found = ids.flatMap((InstanceId) => {
    const RamRoleName = instanceRoles.get(InstanceId)?.roleName ?? "";
    return wanted && RamRoleName.toLowerCase() !== wanted ? [] : [{ InstanceId, RamRoleName }];
  });
  return {
    RegionId: context.region,
    PageNumber: 1,
    PageSize: 50,
    TotalCount: found.length,
    InstanceRamRoleSets: { InstanceRamRoleSet: found },
  };
}

export const instanceRamRoles: RpcOperations = {
  AttachInstanceRamRole: attach,
  DetachInstanceRamRole: detach,
  DescribeInstanceRamRole: describe,
};
