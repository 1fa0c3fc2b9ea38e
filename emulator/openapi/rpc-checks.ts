/** What both signature versions of OpenAPI check alike. */
import { timingSafeEqual } from "node:crypto";
import { findKey, type FoundKey, type Identities } from "../access/principal";
import { RpcError } from "./rpc-error";

const maxSkewMs = 15 * 60 * 1000;

/** The key that signs, with the token that must go with it. */
export function keyOf(identities: Identities, id: string | undefined, token: string | undefined, now: Date): FoundKey {
  if (!id) throw new RpcError(400, "MissingAccessKeyId", "AccessKeyId is mandatory for this action.");
  const key = findKey(identities, id, now);
  if (key === undefined) throw new RpcError(404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.");
  if (key.status === "Inactive") {
    throw new RpcError(400, "InvalidAccessKeyId.Inactive", "Specified access key is disabled.");
  }
  if (key.token !== "" && !token) {
    throw new RpcError(400, "MissingSecurityToken", "SecurityToken is mandatory for this action.");
  }
  if (!sameText(key.token, token ?? "")) {
    throw new RpcError(400, "InvalidSecurityToken.MismatchWithAccessKey", "Specified SecurityToken is not valid.");
  }
  return key;
}

/** After the signature: told to none but those who know the secret. */
export function checkExpiry({ status }: FoundKey): void {
  if (status !== "Expired") return;
  throw new RpcError(400, "InvalidSecurityToken.Expired", "Specified SecurityToken is expired.");
}

export function checkTimestamp(timestamp: string | undefined, now: Date): void {
  if (Math.abs(Date.parse(timestamp ?? "") - now.getTime()) <= maxSkewMs) return;
  throw new RpcError(400, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.");
}

export function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

export const signatureDoesNotMatch = (): RpcError =>
  new RpcError(400, "SignatureDoesNotMatch", "Specified signature is not matched with our calculation.");
