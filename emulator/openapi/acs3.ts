/** Signature version 3 of OpenAPI, in the headers: what newer SDKs send. Source: "Request syntax and signature method V3". */
import { createHash, createHmac } from "node:crypto";
import { byText, percentEncode, splitTarget } from "../../sls/wire/request";
import type { Identities, Principal } from "../access/principal";
import type { GatewayRequest } from "../gateway/gateway";
import { checkExpiry, checkTimestamp, keyOf, sameText, signatureDoesNotMatch } from "./rpc-checks";

const algorithm = "ACS3-HMAC-SHA256";
const sha256Hex = (data: string | Uint8Array): string => createHash("sha256").update(data).digest("hex");

export const isAcs3 = ({ headers }: GatewayRequest): boolean =>
  headers["authorization"]?.startsWith(`${algorithm} `) ?? false;

export function acs3Signature(request: GatewayRequest, signedHeaders: readonly string[], secret: string): string {
  const { path, query } = splitTarget(request.url);
  const headers: Readonly<Record<string, string>> = { ...request.headers, host: request.host };
  const canonical = [
    request.method,
    path,
    Object.entries(query)
      .sort(([a], [b]) => byText(a, b))
      .map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`)
      .join("&"),
    signedHeaders.map((name) => `${name}:${(headers[name] ?? "").trim()}\n`).join(""),
    signedHeaders.join(";"),
    sha256Hex(request.body),
  ].join("\n");
  return createHmac("sha256", secret)
    .update(`${algorithm}\n${sha256Hex(canonical)}`)
    .digest("hex");
}

export function verifyAcs3(request: GatewayRequest, identities: Identities, now: Date): Principal {
  const authorization = request.headers["authorization"] ?? "";
  const match = /Credential=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]+)/.exec(authorization);
  const [, id, names = "", signature = ""] = match ?? [];
  const key = keyOf(identities, id, request.headers["x-acs-security-token"], now);
  checkTimestamp(request.headers["x-acs-date"], now);
  if (!sameText(signature, acs3Signature(request, names.split(";"), key.secret))) throw signatureDoesNotMatch();
  checkExpiry(key);
  return key.principal;
}
