/** What AssumeRole and AssumeRoleWithOIDC ask and answer alike. */
import { parsePolicy, PolicyProblem } from "../../access/policy-document";
import { findRole } from "../../access/roles";
import { arnOf } from "../../access/principal";
import { newSession, type SessionWish } from "../../access/sessions";
import { accountId, type RamRole } from "../../store/access";
import { required, timeText } from "../ram/find";
import type { RpcContext } from "../rpc-context";
import { RpcError } from "../rpc-error";

const invalid = (name: string, message: string): RpcError => new RpcError(400, `InvalidParameter.${name}`, message);

/** `acs:ram::ACCOUNT:role/NAME`; the role must be there. */
export function roleOfArn({ identities: { state }, parameters }: RpcContext): RamRole {
  const match = /^acs:ram::(\d+):role\/([\w.-]+)$/.exec(required(parameters, "RoleArn"));
  if (match === null) throw invalid("RoleArn", "The parameter RoleArn is wrongly formed.");
  const [, account, name = ""] = match;
  const role = account === accountId ? findRole(state, name) : undefined;
  if (role !== undefined) return role;
  throw new RpcError(404, "EntityNotExist.Role", `The role not exists: ${parameters["RoleArn"]}`);
}

function policyOf(text: string): string {
  if (text.length > 2048) throw invalid("PolicySize", "The parameter Policy is oversized.");
  try {
    if (text !== "") parsePolicy(text, "identity");
    return text;
  } catch (error) {
    if (!(error instanceof PolicyProblem)) throw error;
    throw invalid("PolicyGrammar", `The parameter Policy has not passed grammar check: ${error.message}`);
  }
}

export function wishOf({ parameters }: RpcContext, role: RamRole): SessionWish {
  const sessionName = required(parameters, "RoleSessionName");
  if (!/^[a-zA-Z0-9.@\-_]{2,64}$/.test(sessionName)) {
    throw invalid("RoleSessionName", "The parameter RoleSessionName is wrongly formed.");
  }
  const seconds = Number(parameters["DurationSeconds"] || 3600);
  if (!Number.isInteger(seconds) || seconds < 900 || seconds > role.maxSessionDuration) {
    throw invalid(
      "DurationSeconds",
      `The Min/Max value of DurationSeconds is 900/${role.maxSessionDuration} seconds for this role, got ${parameters["DurationSeconds"]}.`,
    );
  }
  return { sessionName, policy: policyOf(parameters["Policy"] ?? ""), seconds };
}

/** The part of the reply that both have. */
export function giveOut({ identities: { state }, now }: RpcContext, role: RamRole, wish: SessionWish): object {
  const session = newSession(state, role, wish, now);
  return {
    AssumedRoleUser: {
      Arn: `${arnOf.role(role.name)}/${session.sessionName}`,
      AssumedRoleId: `${role.roleId}:${session.sessionName}`,
    },
    Credentials: {
      AccessKeyId: session.accessKeyId,
      AccessKeySecret: session.accessKeySecret,
      SecurityToken: session.securityToken,
      Expiration: timeText(session.expiration),
    },
  };
}
