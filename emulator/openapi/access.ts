/** Which RAM action an OpenAPI operation is, on which resources, and how its product refuses. Source: "RAM authorization" of ECS, RAM and STS. */
import { authorize } from "../access/authorize";
import type { Facts } from "../access/conditions";
import type { Principal } from "../access/principal";
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

/** Parameter -> type of resource; the first that is given counts. */
const ramResources = [
  ["RoleName", "role"],
  ["UserName", "user"],
  ["OIDCProviderName", "oidc-provider"],
  ["PolicyName", "policy"],
] as const;

function ramResource(parameters: RpcParameters): string {
  const found = ramResources.find(([name]) => parameters[name]);
  return ram(found ? `${found[1]}/${parameters[found[0]]}` : "*");
}

function instancesOf(text: string | undefined): string[] {
  return [...(text ?? "").matchAll(/[\w-]+/g)].map(([id]) => id);
}

function ecsAccess(action: string, region: string, parameters: RpcParameters): Needed[] {
  const own = (rest: string): Needed => ({
    action: `ecs:${action}`,
    resource: `acs:ecs:${region}:${accountId}:${rest}`,
  });
  if (action.endsWith("InstanceRamRole")) {
    const instances = instancesOf(parameters["InstanceIds"]).map((id) => own(`instance/${id}`));
    const role = { action: "ram:PassRole", resource: ram(`role/${parameters["RamRoleName"] ?? ""}`) };
    return action === "AttachInstanceRamRole" ? [...instances, role] : instances;
  }
  if (/SecurityGroup/.test(action)) return [own(`securitygroup/${parameters["SecurityGroupId"] || "*"}`)];
  if (/Instance/.test(action)) return [own(`instance/${parameters["InstanceId"] || "*"}`)];
  return [own("*")];
}

/** None for what every identity may do: ask who it is, and find endpoints. AssumeRoleWithOIDC is signed by nobody. */
export function neededAccess(
  product: OpenApiProduct,
  action: string,
  region: string,
  parameters: RpcParameters,
): readonly Needed[] {
  switch (product) {
    case "ecs":
      return ecsAccess(action, region, parameters);
    case "ram":
    case "ims":
      return [{ action: `ram:${action}`, resource: ramResource(parameters) }];
    case "sts":
      return action === "AssumeRole" ? [{ action: "sts:AssumeRole", resource: parameters["RoleArn"] ?? "" }] : [];
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
  if (product === "ecs") {
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
