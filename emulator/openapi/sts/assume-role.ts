import type { Facts } from "../../access/conditions";
import { arnOf, arnsOf } from "../../access/principal";
import { trusts } from "../../access/sessions";
import { noPermission } from "../access";
import { RpcError } from "../rpc-error";
import type { RpcContext } from "../rpc-context";
import { giveOut, roleOfArn, wishOf } from "./session";

/** That the caller may call it was checked before; here, whether the role lets the caller. Source: STS API reference, "AssumeRole". */
export function assumeRole(context: RpcContext): object {
  const { principal } = context;
  if (principal === undefined || principal.type === "root") {
    throw new RpcError(403, "NoPermission", "Roles may not be assumed by root accounts.");
  }
  const role = roleOfArn(context);
  const wish = wishOf(context, role);
  // A role that trusts the account trusts each of its users and roles that may call AssumeRole.
  const names = [...arnsOf(principal), arnOf.root];
  const externalId = context.parameters["ExternalId"];
  const facts: Facts = { ...context.facts, ...(externalId ? { "sts:ExternalId": [externalId] } : {}) };
  if (!trusts(role, { type: "RAM", names }, facts)) {
    throw noPermission("sts", {
      AccessDeniedDetail: {
        AuthAction: "sts:AssumeRole",
        NoPermissionType: "ImplicitDeny",
        PolicyType: "AssumeRolePolicy",
      },
    });
  }
  return giveOut(context, role, wish);
}
