/** Who signs a request. */
import type { Credentials } from "../../sls/wire/request";
import { accountId, type AccessState, type RamRole, type RamUser, type RoleSession } from "../store/access";

/** The account itself may do everything. */
export type Principal =
  | { readonly type: "root" }
  | { readonly type: "user"; readonly user: RamUser }
  | { readonly type: "role"; readonly role: RamRole; readonly session: RoleSession };

/** The account's own key, and what RAM and STS gave out. */
export interface Identities {
  readonly root: Credentials;
  readonly state: AccessState;
}

export interface FoundKey {
  readonly principal: Principal;
  readonly secret: string;
  /** "" for a key that has none. */
  readonly token: string;
  readonly status: "Active" | "Inactive" | "Expired";
}

export const arnOf = {
  root: `acs:ram::${accountId}:root`,
  user: (name: string): string => `acs:ram::${accountId}:user/${name}`,
  role: (name: string): string => `acs:ram::${accountId}:role/${name}`,
  session: (role: string, session: string): string => `acs:ram::${accountId}:assumed-role/${role}/${session}`,
  oidcProvider: (name: string): string => `acs:ram::${accountId}:oidc-provider/${name}`,
};

/** Undefined for a key that never was, that was deleted, or whose user or role was. */
export function findKey({ root, state }: Identities, id: string, now: Date): FoundKey | undefined {
  if (id === root.accessKeyId) {
    const { accessKeySecret: secret, securityToken: token = "" } = root;
    return { principal: { type: "root" }, secret, token, status: "Active" };
  }
  const key = state.keys.get(id);
  if (key !== undefined) {
    const user = [...state.users.values()].find(({ userId }) => userId === key.userId);
    if (user === undefined) return undefined;
    return { principal: { type: "user", user }, secret: key.secret, token: "", status: key.status };
  }
  const session = state.sessions.get(id);
  const role = session && [...state.roles.values()].find(({ roleId }) => roleId === session.roleId);
  if (session === undefined || role === undefined) return undefined;
  return {
    principal: { type: "role", role, session },
    secret: session.accessKeySecret,
    token: session.securityToken,
    status: now.getTime() < session.expiration.getTime() ? "Active" : "Expired",
  };
}

/** ARNs by which a policy may name the one who asks. */
export function arnsOf(principal: Principal): readonly string[] {
  if (principal.type === "root") return [arnOf.root];
  if (principal.type === "user") return [arnOf.user(principal.user.name)];
  const { role, session } = principal;
  return [arnOf.role(role.name), arnOf.session(role.name, session.sessionName)];
}
