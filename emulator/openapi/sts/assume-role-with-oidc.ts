import { OidcProblem, verifyOidcToken, type OidcClaims } from "../../access/oidc-token";
import { arnOf } from "../../access/principal";
import { trusts } from "../../access/sessions";
import type { OidcProvider } from "../../store/access";
import { required } from "../ram/find";
import type { RpcContext } from "../rpc-context";
import { RpcError } from "../rpc-error";
import { giveOut, roleOfArn, wishOf } from "./session";

const fail = (message: string, detail = {}): RpcError =>
  new RpcError(403, "AuthenticationFail.NoPermission", message, detail);

function providerOf({ identities: { state }, parameters }: RpcContext): OidcProvider {
  const arn = required(parameters, "OIDCProviderArn");
  const provider = [...state.oidcProviders.values()].find(({ name }) => arnOf.oidcProvider(name) === arn);
  if (provider !== undefined) return provider;
  throw fail("Parameter OIDCProviderArn is not valid");
}

async function claimsOf(context: RpcContext, provider: OidcProvider): Promise<OidcClaims> {
  const token = required(context.parameters, "OIDCToken");
  try {
    const keys = await context.jwks.keysOf(provider.issuerUrl);
    return verifyOidcToken(token, provider, keys, context.now);
  } catch (error) {
    const kind = error instanceof OidcProblem ? error.kind : "Invalid";
    throw new RpcError(400, `AuthenticationFail.OIDCToken.${kind}`, (error as Error).message);
  }
}

const timeText = (seconds: number): string => `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;

/** The token proves who asks; nothing is signed. Source: STS API reference, "AssumeRoleWithOIDC". */
export async function assumeRoleWithOidc(context: RpcContext): Promise<object> {
  const provider = providerOf(context);
  const role = roleOfArn(context);
  const wish = wishOf(context, role);
  const claims = await claimsOf(context, provider);
  const facts = { ...context.facts, "oidc:iss": claims.iss, "oidc:aud": claims.aud, "oidc:sub": claims.sub };
  if (!trusts(role, { type: "Federated", names: [arnOf.oidcProvider(provider.name)] }, facts)) {
    throw fail("This operation is forbidden by permission system.", {
      AccessDeniedDetail: {
        AuthAction: "sts:AssumeRole",
        NoPermissionType: "ImplicitDeny",
        PolicyType: "AssumeRolePolicy",
      },
    });
  }
  return {
    ...giveOut(context, role, wish),
    OIDCTokenInfo: {
      Subject: claims.sub,
      Issuer: claims.iss,
      ClientIds: claims.aud.join(","),
      IssuanceTime: timeText(claims.iat),
      ExpirationTime: timeText(claims.exp),
      VerificationInfo: "Success",
    },
  };
}
