/** Verifies an OIDC token (a JWT) against the identity provider that RAM knows. Pure: keys and time are given. Source: RFC 7519, RFC 7515. */
import { constants, createPublicKey, verify, type KeyObject } from "node:crypto";
import type { OidcProvider } from "../store/access";
import type { IssuerKey } from "./jwks";

/** Claims that matter here. */
export interface OidcClaims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: readonly string[];
  /** Unix seconds. */
  readonly exp: number;
  readonly iat: number;
}

export class OidcProblem extends Error {
  constructor(
    /** After `AuthenticationFail.OIDCToken.` */
    readonly kind: "Invalid" | "Expired",
    message: string,
  ) {
    super(message);
  }
}

const invalid = (why: string): OidcProblem => new OidcProblem("Invalid", `This JsonWebToken is invalid: ${why}.`);

interface Algorithm {
  readonly hash: string;
  readonly keyType: "rsa" | "ec";
  readonly pss?: true;
}
const algorithms: Readonly<Record<string, Algorithm>> = {
  RS256: { hash: "sha256", keyType: "rsa" },
  RS384: { hash: "sha384", keyType: "rsa" },
  RS512: { hash: "sha512", keyType: "rsa" },
  PS256: { hash: "sha256", keyType: "rsa", pss: true },
  ES256: { hash: "sha256", keyType: "ec" },
  ES384: { hash: "sha384", keyType: "ec" },
};

function part(text: string | undefined, name: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(text ?? "", "base64url").toString("utf8"));
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw invalid(`its ${name} is not JSON`);
}

function publicKey(jwk: IssuerKey): KeyObject | undefined {
  try {
    return createPublicKey({ key: jwk, format: "jwk" });
  } catch {
    return undefined;
  }
}

function checkSignature(token: string, header: Readonly<Record<string, unknown>>, keys: readonly IssuerKey[]): void {
  const name = String(header["alg"]);
  const algorithm = Object.hasOwn(algorithms, name) ? algorithms[name] : undefined;
  if (algorithm === undefined) throw invalid(`alg must be one of ${Object.keys(algorithms).join(", ")}, got ${name}`);
  const dot = token.lastIndexOf(".");
  const signed = Buffer.from(token.slice(0, dot));
  const signature = Buffer.from(token.slice(dot + 1), "base64url");
  const candidates = keys.filter(({ kid, use }) => (!header["kid"] || kid === header["kid"]) && use !== "enc");
  const right = candidates.some((jwk) => {
    const key = publicKey(jwk);
    if (key?.asymmetricKeyType !== algorithm.keyType) return false;
    const padding = algorithm.pss ? { padding: constants.RSA_PKCS1_PSS_PADDING } : {};
    return verify(algorithm.hash, signed, { key, dsaEncoding: "ieee-p1363", ...padding }, signature);
  });
  if (!right) throw invalid(candidates.length === 0 ? "the issuer has no such key" : "its signature does not match");
}

const issuerText = (url: string): string => url.replace(/\/$/, "");

/** Throws an OidcProblem. */
export function verifyOidcToken(
  token: string,
  provider: Pick<OidcProvider, "issuerUrl" | "clientIds" | "issuanceLimitTime">,
  keys: readonly IssuerKey[],
  now: Date,
): OidcClaims {
  const parts = token.split(".");
  if (parts.length !== 3) throw invalid("it has not three parts");
  checkSignature(token, part(parts[0], "header"), keys);
  const { iss, sub, aud: given, exp, iat, nbf } = part(parts[1], "payload");
  const aud = (Array.isArray(given) ? given : [given]).filter((one): one is string => typeof one === "string");
  if (typeof iss !== "string" || issuerText(iss) !== issuerText(provider.issuerUrl))
    throw invalid("iss is another issuer");
  if (typeof sub !== "string") throw invalid("sub is missing");
  if (!aud.some((one) => provider.clientIds.has(one))) throw invalid("aud is none of the provider's client ids");
  if (typeof exp !== "number" || typeof iat !== "number") throw invalid("exp or iat is missing");
  const seconds = now.getTime() / 1000;
  if (seconds >= exp) throw new OidcProblem("Expired", "This JsonWebToken is expired.");
  if (seconds - iat > provider.issuanceLimitTime * 3600) throw invalid("it was issued too long ago");
  if (typeof nbf === "number" && nbf > seconds + 60) throw invalid("it is not valid yet");
  return { iss, sub, aud, exp, iat };
}
