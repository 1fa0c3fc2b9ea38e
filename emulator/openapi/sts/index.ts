/** Security Token Service. Source: STS API reference 2015-04-01. */
import type { RpcOperations } from "../rpc-context";
import { assumeRole } from "./assume-role";
import { assumeRoleWithOidc } from "./assume-role-with-oidc";
import { getCallerIdentity } from "./caller-identity";

export const sts: RpcOperations = {
  AssumeRole: assumeRole,
  AssumeRoleWithOIDC: assumeRoleWithOidc,
  GetCallerIdentity: getCallerIdentity,
};
