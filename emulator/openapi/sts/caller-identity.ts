import { arnOf } from "../../access/principal";
import { accountId } from "../../store/access";
import type { RpcContext } from "../rpc-context";

/** Who signs the request: the account, a RAM user, or a role. */
export function getCallerIdentity({ principal }: RpcContext): object {
  if (principal?.type === "user") {
    const { userId, name } = principal.user;
    const Arn = arnOf.user(name);
    return { IdentityType: "RAMUser", AccountId: accountId, UserId: userId, PrincipalId: userId, Arn };
  }
  if (principal?.type === "role") {
    const { role, session } = principal;
    return {
      IdentityType: "AssumedRoleUser",
      AccountId: accountId,
      RoleId: role.roleId,
      PrincipalId: `${role.roleId}:${session.sessionName}`,
      Arn: arnOf.session(role.name, session.sessionName),
    };
  }
  return {
    IdentityType: "Account",
    AccountId: accountId,
    PrincipalId: accountId,
    UserId: accountId,
    Arn: arnOf.root,
  };
}
