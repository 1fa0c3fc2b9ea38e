/**
 * Signature version 4 (`SLS4-HMAC-SHA256`). The list of signed headers is not sent: the verifier works it out again.
 * Source: SLS API reference, "Request signature (v4)"; vectors in test/golden/signatures.test.ts.
 */
import { createHash, createHmac } from "node:crypto";
import { byText, percentEncode, type Credentials, type SignableRequest } from "./request";

const algorithm = "SLS4-HMAC-SHA256";
const terminator = "aliyun_v4_request";

const sha256Hex = (data: string | Uint8Array): string => createHash("sha256").update(data).digest("hex");
const hmac = (key: string | Uint8Array, data: string): Buffer => createHmac("sha256", key).update(data).digest();

/** Hex SHA-256 of the body as sent, for `x-log-content-sha256`. */
export const contentSha256 = (body: Uint8Array = new Uint8Array()): string => sha256Hex(body);

/** `yyyyMMddTHHmmssZ`. */
const v4Timestamp = (date: Date): string => date.toISOString().replace(/[-:]|\.\d{3}/g, "");

function signedHeaders(headers: Readonly<Record<string, string>>): (readonly [string, string])[] {
  return Object.entries(headers)
    .map(([name, value]) => [name.toLowerCase(), value.trim()] as const)
    .filter(([name]) => name === "content-type" || name === "host" || /^x-(log|acs)-/.test(name))
    .filter(([name]) => !name.startsWith("x-log-meta-"))
    .sort(([a], [b]) => byText(a, b));
}

export function canonicalRequestV4(request: SignableRequest, payloadHash: string): string {
  const query = Object.entries(request.query)
    .sort(([a], [b]) => byText(a, b))
    .map(([key, value]) => (value === "" ? key : `${key}=${percentEncode(value)}`))
    .join("&");
  const headers = signedHeaders(request.headers);
  return [
    request.method,
    request.path,
    query,
    headers.map(([name, value]) => `${name}:${value}\n`).join(""),
    headers.map(([name]) => name).join(";"),
    payloadHash,
  ].join("\n");
}

export interface ScopeV4 {
  /** `yyyyMMdd` */
  readonly day: string;
  readonly region: string;
}

const scopeTextV4 = (scope: ScopeV4): string => `${scope.day}/${scope.region}/sls/${terminator}`;

/** secret -> day -> region -> service -> terminator. */
export function signingKeyV4(secret: string, scope: ScopeV4): Buffer {
  return [scope.day, scope.region, "sls", terminator].reduce<Buffer>(hmac, Buffer.from(`aliyun_v4${secret}`));
}

/** Hex signature of a request whose headers, `x-log-date` and `x-log-content-sha256` among them, are complete. */
export function signatureV4(request: SignableRequest, secret: string, scope: ScopeV4): string {
  const canonical = canonicalRequestV4(request, request.headers["x-log-content-sha256"] ?? contentSha256());
  const text = [algorithm, request.headers["x-log-date"] ?? "", scopeTextV4(scope), sha256Hex(canonical)].join("\n");
  return hmac(signingKeyV4(secret, scope), text).toString("hex");
}

/** Completes the headers; `host` must be among them as it will be sent. */
export function signV4(
  request: SignableRequest & { readonly body?: Uint8Array },
  credentials: Credentials,
  options: { readonly date: Date; readonly region: string },
): Record<string, string> {
  const timestamp = v4Timestamp(options.date);
  const headers: Record<string, string> = {
    "x-log-bodyrawsize": String(request.body?.byteLength ?? 0),
    ...request.headers,
    "x-log-apiversion": "0.6.0",
    "x-log-date": timestamp,
    "x-log-content-sha256": contentSha256(request.body),
  };
  if (credentials.securityToken) headers["x-acs-security-token"] = credentials.securityToken;
  const scope = { day: timestamp.slice(0, 8), region: options.region };
  const signature = signatureV4({ ...request, headers }, credentials.accessKeySecret, scope);
  headers["authorization"] =
    `${algorithm} Credential=${credentials.accessKeyId}/${scopeTextV4(scope)},Signature=${signature}`;
  return headers;
}

/** Takes an `Authorization` value apart, or returns undefined when it is not a v4 one. */
export function parseAuthorizationV4(
  value: string,
): { accessKeyId: string; scope: ScopeV4; signature: string } | undefined {
  const match =
    /^SLS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/sls\/aliyun_v4_request,\s*Signature=([0-9a-f]{64})$/.exec(
      value,
    );
  if (!match) return undefined;
  const [, accessKeyId = "", day = "", region = "", signature = ""] = match;
  return { accessKeyId, scope: { day, region }, signature };
}
