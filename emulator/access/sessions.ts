/** Temporary credentials for a role: who may have them, and giving them out. */
import { randomBytes } from "node:crypto";
import type { AccessState, RamRole, RoleSession } from "../store/access";
import type { Facts } from "./conditions";
import { decide, namesPrincipal } from "./decide";
import { parsePolicy } from "./policy-document";

export interface Trusted {
  /** Type of principal in a trust policy. */
  readonly type: "RAM" | "Service" | "Federated";
  readonly names: readonly string[];
}

/** Whether the role's trust policy lets them assume it. */
export function trusts(role: RamRole, { type, names }: Trusted, facts: Facts): boolean {
  const document = parsePolicy(role.trustPolicy, "trust");
  const question = { actions: ["sts:AssumeRole"], resource: "*", facts };
  const decision = decide([document], question, ({ principals = {} }) => namesPrincipal(principals, type, names));
  return decision === "Allow";
}

const dayMs = 86_400_000;

export interface SessionWish {
  readonly sessionName: string;
  /** Policy document; "" for none. */
  readonly policy: string;
  readonly seconds: number;
}

/** Kept for a day after their end, so that those who still use them learn why they cannot. */
export function newSession(state: AccessState, role: RamRole, wish: SessionWish, now: Date): RoleSession {
  for (const [id, { expiration }] of state.sessions) {
    if (expiration.getTime() + dayMs < now.getTime()) state.sessions.delete(id);
  }
  const session: RoleSession = {
    accessKeyId: `STS.${randomBytes(12).toString("hex")}`,
    accessKeySecret: randomBytes(24).toString("base64url"),
    securityToken: `CAIS${randomBytes(96).toString("base64")}`,
    roleId: role.roleId,
    sessionName: wish.sessionName,
    policy: wish.policy,
    expiration: new Date(Math.floor(now.getTime() / 1000 + wish.seconds) * 1000),
  };
  state.sessions.set(session.accessKeyId, session);
  return session;
}
