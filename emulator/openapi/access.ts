/** Which RAM action an OpenAPI operation is, on which resources, and how its product refuses. Source: "RAM authorization" of ECS, RAM and STS. */
import { authorize } from "../access/authorize";
import type { Facts } from "../access/conditions";
import type { Principal } from "../access/principal";
import { findRole } from "../access/roles";
import type { OpenApiProduct } from "../gateway/hosts";
import { accountId, type AccessState } from "../store/access";
import type { RpcParameters } from "./rpc";
import { RpcError } from "./rpc-error";

export interface Needed {
  readonly action: string;
  readonly resource: string;
}

/** RAM knows no regions: `acs:ram::…` is met by patterns with `*` there and by those with nothing. */
const ram = (rest: string): string => `acs:ram::${accountId}:${rest}`;

/** Parameter -> type of resource. */
const ramResources = [
  ["RoleName", "role"],
  ["UserName", "user"],
  ["OIDCProviderName", "oidc-provider"],
  ["PolicyName", "policy"],
] as const;

/** Roles are found in any case, policies name them in one: as the role itself is written. */
const roleNamed = (state: AccessState, name: string): string => findRole(state, name)?.name ?? name;

/** Everything that is named: to attach a policy one must be allowed it, and whom it goes to. */
function ramAccess(action: string, state: AccessState, parameters: RpcParameters): Needed[] {
  const named = ramResources.flatMap(([parameter, type]) => {
    const name = parameters[parameter];
    if (!name) return [];
    if (type === "role") return [ram(`role/${roleNamed(state, name)}`)];
    const isSystem = type === "policy" && parameters["PolicyType"] === "System";
    return [isSystem ? `acs:ram::system:policy/${name}` : ram(`${type}/${name}`)];
  });
  return (named.length === 0 ? [ram("*")] : named).map((resource) => ({ action: `ram:${action}`, resource }));
}

/** A JSON list of ids; one of no id, or what is none, is about all. */
function instancesOf(text = ""): string[] {
  try {
    const ids: unknown = JSON.parse(text);
    if (Array.isArray(ids) && ids.length > 0 && ids.every((id) => typeof id === "string")) return ids;
  } catch {
    // The operation tells what is wrong with it.
  }
  return ["*"];
}

function ecsAccess(action: string, region: string, state: AccessState, parameters: RpcParameters): Needed[] {
  const own = (rest: string): Needed => ({
    action: `ecs:${action}`,
    resource: `acs:ecs:${region}:${accountId}:${rest}`,
  });
  const roleName = parameters["RamRoleName"] ?? "";
  const passRole: Needed = { action: "ram:PassRole", resource: ram(`role/${roleNamed(state, roleName)}`) };
  if (action.endsWith("InstanceRamRole")) {
    const instances = instancesOf(parameters["InstanceIds"]).map((id) => own(`instance/${id}`));
    return action === "AttachInstanceRamRole" ? [...instances, passRole] : instances;
  }
  if (action === "RunInstances") return [own("instance/*"), ...(roleName ? [passRole] : [])];
  if (/SecurityGroup/.test(action)) return [own(`securitygroup/${parameters["SecurityGroupId"] || "*"}`)];
  if (/Instance/.test(action)) return [own(`instance/${parameters["InstanceId"] || "*"}`)];
  return [own("*")];
}

function vpcAccess(action: string, region: string, parameters: RpcParameters): Needed[] {
  const [type, id] = /VSwitch/.test(action) ? ["vswitch", parameters["VSwitchId"]] : ["vpc", parameters["VpcId"]];
  return [{ action: `vpc:${action}`, resource: `acs:vpc:${region}:${accountId}:${type}/${id || "*"}` }];
}

/** `acs:ram::ACCOUNT:role/NAME` as the role itself is written. */
const roleArn = (state: AccessState, arn: string): string =>
  arn.replace(/(?<=:role\/)[^/]+$/, (name) => roleNamed(state, name));

/** None for what every identity may do: ask who it is, and find endpoints. AssumeRoleWithOIDC is signed by nobody. */
export function neededAccess(
  product: OpenApiProduct,
  action: string,
  region: string,
  state: AccessState,
  parameters: RpcParameters,
): readonly Needed[] {
  switch (product) {
    case "ecs":
      return ecsAccess(action, region, state, parameters);
    case "vpc":
      return vpcAccess(action, region, parameters);
    case "ram":
    case "ims":
      return ramAccess(action, state, parameters);
    case "sts":
      if (action !== "AssumeRole") return [];
      return [{ action: "sts:AssumeRole", resource: roleArn(state, parameters["RoleArn"] ?? "") }];
    case "location":
    case "business":
      return [];
  }
}

const displayName = (principal: Principal): string => {
  if (principal.type === "root") return accountId;
  return principal.type === "user" ? principal.user.userId : `${principal.role.name}:${principal.session.sessionName}`;
};
const principalTypes = { root: "RootUser", user: "SubUser", role: "AssumedRoleUser" } as const;

export function noPermission(product: OpenApiProduct, detail: Readonly<Record<string, unknown>> = {}): RpcError {
  if (product === "ecs" || product === "vpc") {
    const message = "User not authorized to operate on the specified resource, or this API doesn't support RAM.";
    return new RpcError(403, "Forbidden.RAM", message, detail);
  }
  const more = product === "sts" ? " You should be authorized by RAM." : "";
  return new RpcError(403, "NoPermission", `You are not authorized to do this action.${more}`, detail);
}

/** Throws what the product answers to one who may not. */
export function checkAccess(
  state: AccessState,
  principal: Principal,
  product: OpenApiProduct,
  needed: readonly Needed[],
  facts: Facts,
): void {
  for (const { action, resource } of needed) {
    const decision = authorize(state, principal, { actions: [action], resource, facts });
    if (decision === "Allow") continue;
    throw noPermission(product, {
      AccessDeniedDetail: {
        AuthAction: action,
        AuthPrincipalType: principalTypes[principal.type],
        AuthPrincipalOwnerId: accountId,
        AuthPrincipalDisplayName: displayName(principal),
        NoPermissionType: decision,
        PolicyType: "AccountLevelIdentityBasedPolicy",
      },
    });
  }
}
