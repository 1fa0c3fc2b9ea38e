import type { RpcOperations } from "./rpc-context";

export const accountId = "1000000000000000";

export const sts: RpcOperations = {
  GetCallerIdentity: () => ({
    IdentityType: "Account",
    AccountId: accountId,
    PrincipalId: accountId,
    UserId: accountId,
    Arn: `acs:ram::${accountId}:root`,
  }),
};
