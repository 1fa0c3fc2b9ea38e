/** Verifies v1 (HMAC-SHA1, HMAC-SHA256) and v4 signatures, and the clock, and tells who signed. */
import { timingSafeEqual } from "node:crypto";
import type { SignableRequest } from "../../sls/wire/request";
import { findKey, type FoundKey, type Identities, type Principal } from "../access/principal";
import { contentMd5, signatureV1, type V1Algorithm } from "../../sls/wire/sign-v1";
import { contentSha256, parseAuthorizationV4, signatureV4 } from "../../sls/wire/sign-v4";
import { ServiceError, unauthorized } from "./service-error";

const maxSkewMs = 15 * 60 * 1000;

const bad = (code: string, message: string): ServiceError => new ServiceError(400, code, message);
const sameText = (a: string, b: string): boolean => {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
};
const mismatch = (signature: string): ServiceError =>
  new ServiceError(401, "SignatureNotMatch", `Signature ${signature} is not matched.`);

export function authenticate(
  request: SignableRequest & { readonly body: Buffer },
  identities: Identities,
  now: Date,
): Principal {
  const authorization = request.headers["authorization"] ?? "";
  const verify = authorization.startsWith("SLS4-HMAC-SHA256") ? verifyV4 : verifyV1;
  const { principal, status } = verify(request, authorization, identities, now);
  // Told to none but those who know the secret.
  if (status === "Expired") throw unauthorized("The security token you provided has expired.");
  const md5 = request.headers["content-md5"];
  // The signature covers this header; only this covers the body (as sent: after compression).
  if (md5 && md5.toUpperCase() !== contentMd5(request.body)) throw mismatch(`of a body whose MD5 is not ${md5}`);
  return principal;
}

function keyOf(identities: Identities, id: string, headers: Readonly<Record<string, string>>, now: Date): FoundKey {
  const key = findKey(identities, id, now);
  if (key === undefined) throw unauthorized(`AccessKeyId not found: ${id}`);
  if (key.status === "Inactive") throw unauthorized(`AccessKeyId is disabled: ${id}`);
  if (!sameText(key.token, headers["x-acs-security-token"] ?? "")) {
    throw unauthorized("The security token you provided is invalid.");
  }
  return key;
}

function checkTime(time: number, text: string, now: Date): void {
  if (Number.isNaN(time)) throw bad("InvalidDateFormat", `Date ${text} must follow RFC822.`);
  if (Math.abs(time - now.getTime()) <= maxSkewMs) return;
  const message = `Request time ${text} has been expired while server time is ${now.toUTCString()}.`;
  throw bad("RequestTimeExpired", message);
}

function verifyV1(request: SignableRequest, authorization: string, identities: Identities, now: Date): FoundKey {
  const { headers } = request;
  const match = /^LOG ([^:]+):(\S+)$/.exec(authorization);
  if (!match)
    throw bad("MissAccessKeyId", "The access key id and the signature must be given in the header Authorization.");
  const [, id = "", signature = ""] = match;
  const algorithm = headers["x-log-signaturemethod"];
  if (!algorithm) throw bad("MissingSignatureMethod", "x-log-signaturemethod does not exist in http header.");
  if (algorithm !== "hmac-sha1" && algorithm !== "hmac-sha256") {
    throw bad("InvalidSignatureMethod", `signature method ${algorithm} is not supported.`);
  }
  if (!headers["x-log-apiversion"]) throw bad("MissingAPIVersion", "x-log-apiversion does not exist in http header.");
  const date = headers["x-log-date"] ?? headers["date"];
  if (!date) throw bad("MissingDate", "Date does not exist in http header.");
  const key = keyOf(identities, id, headers, now);
  checkTime(Date.parse(date), date, now);
  if (!sameText(signatureV1(request, key.secret, algorithm satisfies V1Algorithm), signature))
    throw mismatch(signature);
  return key;
}

function verifyV4(
  request: SignableRequest & { readonly body: Buffer },
  authorization: string,
  identities: Identities,
  now: Date,
): FoundKey {
  const { headers } = request;
  const parsed = parseAuthorizationV4(authorization);
  if (parsed === undefined) throw bad("InvalidAuthorization", "The header Authorization is not a v4 signature.");
  const key = keyOf(identities, parsed.accessKeyId, headers, now);
  const stamp = headers["x-log-date"] ?? "";
  const iso = stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z");
  checkTime(Date.parse(iso), stamp, now);
  if (!sameText(signatureV4(request, key.secret, parsed.scope), parsed.signature)) throw mismatch(parsed.signature);
  const hash = headers["x-log-content-sha256"] ?? "";
  // Clients that do not hash the body send the hash of nothing.
  if (hash !== contentSha256() && hash !== contentSha256(request.body)) throw mismatch(parsed.signature);
  return key;
}
