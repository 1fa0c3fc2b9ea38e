/** Temporary credentials of the role that is attached to an instance. */
import { newSession, trusts } from "../access/sessions";
import { findRole } from "../access/roles";
import type { AccessState, RamRole, RoleSession } from "../store/access";

/** As the service: good for six hours, and others are given out while the former still have half an hour. */
const seconds = 6 * 3600;
const aheadMs = 30 * 60_000;

const timeText = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`;

/** The role of an instance, where there is one that trusts ECS. */
export function roleOfInstance(state: AccessState, instanceId: string): RamRole | undefined {
  const attached = state.instanceRoles.get(instanceId);
  const role = attached && findRole(state, attached.roleName);
  return role && trusts(role, { type: "Service", names: ["ecs.aliyuncs.com"] }, {}) ? role : undefined;
}

function sessionOf(state: AccessState, instanceId: string, role: RamRole, now: Date): RoleSession {
  const attached = state.instanceRoles.get(instanceId);
  const current = state.sessions.get(attached?.accessKeyId ?? "");
  if (current?.roleId === role.roleId && current.expiration.getTime() - now.getTime() > aheadMs) return current;
  const session = newSession(state, role, { sessionName: instanceId, policy: attached?.policy ?? "", seconds }, now);
  if (attached) attached.accessKeyId = session.accessKeyId;
  return session;
}

/** What `/latest/meta-data/ram/security-credentials/{role}` answers. */
export function roleCredentials(state: AccessState, instanceId: string, role: RamRole, now: Date): object {
  const session = sessionOf(state, instanceId, role, now);
  return {
    AccessKeyId: session.accessKeyId,
    AccessKeySecret: session.accessKeySecret,
    Expiration: timeText(session.expiration),
    SecurityToken: session.securityToken,
    LastUpdated: timeText(new Date(session.expiration.getTime() - seconds * 1000)),
    Code: "Success",
  };
}
