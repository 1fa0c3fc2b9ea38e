/** What both signature versions of OpenAPI check alike. */
import { timingSafeEqual } from "node:crypto";
import type { Credentials } from "../../sls/wire/request";
import { RpcError } from "./rpc-error";

const maxSkewMs = 15 * 60 * 1000;

export function keyOf(keys: ReadonlyMap<string, Credentials>, id: string | undefined): Credentials {
  if (!id) throw new RpcError(400, "MissingAccessKeyId", "AccessKeyId is mandatory for this action.");
  const key = keys.get(id);
  if (key === undefined) throw new RpcError(404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.");
  return key;
}

export function checkToken(key: Credentials, token: string | undefined): void {
  if ((key.securityToken ?? "") === (token ?? "")) return;
  throw new RpcError(400, "InvalidSecurityToken.MismatchWithAccessKey", "Specified SecurityToken is not valid.");
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
