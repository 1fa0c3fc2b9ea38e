/**
 * Signature version 1 (`Authorization: LOG id:signature`), HMAC-SHA1 or HMAC-SHA256.
 * Source: SLS API reference, "Request signature"; vectors in test/golden/signatures.test.ts.
 */
import { createHash, createHmac } from "node:crypto";
import { byText, type Credentials, type SignableRequest } from "./request";

export type V1Algorithm = "hmac-sha1" | "hmac-sha256";

/** Upper-case hex MD5 of the body as sent, for `Content-MD5`. */
export const contentMd5 = (body: Uint8Array): string => createHash("md5").update(body).digest("hex").toUpperCase();

/** Every `x-log-*` and `x-acs-*` header but `x-log-date` (it stands in for Date) and `x-log-meta-*`. */
function canonicalizedLogHeaders(headers: Readonly<Record<string, string>>): string {
  return Object.entries(headers)
    .map(([name, value]) => [name.toLowerCase(), value.trim()] as const)
    .filter(([name]) => name.startsWith("x-log-") || name.startsWith("x-acs-"))
    .filter(([name]) => name !== "x-log-date" && !name.startsWith("x-log-meta-"))
    .sort(([a], [b]) => byText(a, b))
    .map(([name, value]) => `${name}:${value}`)
    .join("\n");
}

/** Path, then `?` and the sorted `key=value` pairs, values decoded. */
function canonicalizedResource(path: string, query: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(query)
    .map(([key, value]) => `${key}=${value}`)
    .sort(byText);
  return pairs.length === 0 ? path : `${path}?${pairs.join("&")}`;
}

export function stringToSignV1(request: SignableRequest): string {
  const { headers } = request;
  return [
    request.method,
    headers["content-md5"] ?? "",
    headers["content-type"] ?? "",
    headers["x-log-date"] ?? headers["date"] ?? "",
    canonicalizedLogHeaders(headers),
    canonicalizedResource(request.path, request.query),
  ].join("\n");
}

/** Base64 signature of a request whose headers are complete. */
export function signatureV1(request: SignableRequest, secret: string, algorithm: V1Algorithm): string {
  const hash = algorithm === "hmac-sha1" ? "sha1" : "sha256";
  return createHmac(hash, secret).update(stringToSignV1(request), "utf8").digest("base64");
}

export interface SignV1Options {
  readonly date: Date;
  /** @default "hmac-sha256" */
  readonly algorithm?: V1Algorithm;
}

/** Completes the headers: date, API version, MD5, size, token, signature. `x-log-bodyrawsize` is kept where it is given. */
export function signV1(
  request: SignableRequest & { readonly body?: Uint8Array },
  credentials: Credentials,
  options: SignV1Options,
): Record<string, string> {
  const algorithm = options.algorithm ?? "hmac-sha256";
  const body = request.body;
  const headers: Record<string, string> = {
    "x-log-bodyrawsize": String(body?.byteLength ?? 0),
    ...request.headers,
    date: options.date.toUTCString(),
    "x-log-apiversion": "0.6.0",
    "x-log-signaturemethod": algorithm,
  };
  if (body !== undefined && body.byteLength > 0) headers["content-md5"] = contentMd5(body);
  if (credentials.securityToken) headers["x-acs-security-token"] = credentials.securityToken;
  const signature = signatureV1({ ...request, headers }, credentials.accessKeySecret, algorithm);
  headers["authorization"] = `LOG ${credentials.accessKeyId}:${signature}`;
  return headers;
}
