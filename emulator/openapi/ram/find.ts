/** What operations of RAM look up, with RAM's own errors. Source: RAM API reference 2015-05-01, "Error codes". */
import { randomInt } from "node:crypto";
import { findRole } from "../../access/roles";
import { parsePolicy, PolicyProblem, type PolicyKind } from "../../access/policy-document";
import { systemPolicies } from "../../access/system-policies";
import type { AccessState, PolicyKey, RamPolicy, RamRole, RamUser } from "../../store/access";
import type { RpcParameters } from "../rpc";
import { RpcError } from "../rpc-error";

export const notExist = (entity: string, words: string): RpcError =>
  new RpcError(404, `EntityNotExist.${entity}`, `The ${words} does not exist.`);
export const alreadyExists = (entity: string, words: string): RpcError =>
  new RpcError(409, `EntityAlreadyExists.${entity}`, `The ${words} does already EXIST.`);
export const deleteConflict = (entity: string, message: string): RpcError =>
  new RpcError(409, `DeleteConflict.${entity}`, message);
export const limitExceeded = (entity: string, words: string): RpcError =>
  new RpcError(409, `LimitExceeded.${entity}`, `The count of ${words} beyond the current limits.`);
const invalid = (name: string, why: string, message: string): RpcError =>
  new RpcError(400, `InvalidParameter.${name}.${why}`, message);

export const timeText = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`;

/** 18 digits, as ids of users and roles. */
export const newNumber = (): string => `2${randomInt(1e8, 1e9)}${randomInt(1e7, 1e8)}`;

export function required(parameters: RpcParameters, name: string): string {
  const value = parameters[name];
  if (value) return value;
  throw new RpcError(
    400,
    `MissingParameter`,
    `The input parameter "${name}" that is mandatory for processing this request is not supplied.`,
  );
}

/** A name that the service takes: letters, digits and `extra`, at most `max` long. */
export function nameOf(parameters: RpcParameters, parameter: string, max: number, extra = "-"): string {
  const name = required(parameters, parameter);
  if (name.length > max) throw invalid(parameter, "Length", `The parameter - "${parameter}" beyond the length limit.`);
  const allowed = new RegExp(`^[A-Za-z0-9${extra.replace("-", "\\-")}]+$`);
  if (!allowed.test(name)) {
    throw invalid(parameter, "InvalidChars", `The parameter - "${parameter}" contains invalid chars.`);
  }
  return name;
}

export function textOf(parameters: RpcParameters, parameter: string, max: number): string {
  const text = parameters[parameter] ?? "";
  if (text.length <= max) return text;
  throw invalid(parameter, "Length", `The parameter - "${parameter}" beyond the length limit.`);
}

export function documentOf(parameters: RpcParameters, parameter: string, kind: PolicyKind): string {
  const text = required(parameters, parameter);
  if (text.length > 6144) {
    throw invalid(parameter, "Length", `The parameter - "${parameter}" beyond the length limit.`);
  }
  try {
    parsePolicy(text, kind);
    return text;
  } catch (error) {
    if (error instanceof PolicyProblem) throw new RpcError(400, "MalformedPolicyDocument", error.message);
    throw error;
  }
}

export function userOf(state: AccessState, parameters: RpcParameters): RamUser {
  const user = state.users.get(required(parameters, "UserName"));
  if (user === undefined) throw notExist("User", "user");
  return user;
}

export function roleOf(state: AccessState, parameters: RpcParameters): RamRole {
  const role = findRole(state, required(parameters, "RoleName"));
  if (role === undefined) throw notExist("Role", "role");
  return role;
}

export function customPolicyOf(state: AccessState, parameters: RpcParameters): RamPolicy {
  const policy = state.policies.get(required(parameters, "PolicyName"));
  if (policy === undefined) throw notExist("Policy", "policy");
  return policy;
}

export type PolicyType = "System" | "Custom";

export function policyTypeOf(parameters: RpcParameters): PolicyType {
  const type = required(parameters, "PolicyType");
  if (type === "System" || type === "Custom") return type;
  throw new RpcError(400, "InvalidParameter.PolicyType", 'The parameter - "PolicyType" is incorrect.');
}

/** The policy that PolicyType and PolicyName name; it must be there. */
export function policyKeyOf(state: AccessState, parameters: RpcParameters): PolicyKey {
  const type = policyTypeOf(parameters);
  const name = required(parameters, "PolicyName");
  const known = type === "System" ? systemPolicies.has(name) : state.policies.has(name);
  if (!known) throw notExist("Policy", "policy");
  return `${type}:${name}`;
}

/** `Marker` and `MaxItems` of a list call. */
export function page<T>(parameters: RpcParameters, all: readonly T[]): { items: T[]; more: object } {
  const size = Number(parameters["MaxItems"] || 100);
  const start = Number(parameters["Marker"] || 0);
  if (!Number.isInteger(size) || size < 1 || size > 1000) {
    throw new RpcError(
      400,
      "InvalidParameter.MaxItems",
      'The parameter - "MaxItems" must be in the range of 1 and 1000.',
    );
  }
  if (!Number.isInteger(start) || start < 0) {
    throw new RpcError(400, "InvalidParameter.Marker", 'The parameter - "Marker" is incorrect.');
  }
  const end = start + size;
  const more = end < all.length ? { IsTruncated: true, Marker: String(end) } : { IsTruncated: false };
  return { items: all.slice(start, end), more };
}
