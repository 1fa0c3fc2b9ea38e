/** OpenAPI in RPC style: parameters in the query or a form, HMAC-SHA1 signature over them. Source: ECS API reference, "Request signature". */
import { createHmac, randomUUID } from "node:crypto";
import { byText, percentEncode, splitTarget } from "../../sls/wire/request";
import type { Identities, Principal } from "../access/principal";
import type { GatewayReply, GatewayRequest } from "../gateway/gateway";
import { checkExpiry, checkTimestamp, keyOf, sameText, signatureDoesNotMatch } from "./rpc-checks";
import { RpcError } from "./rpc-error";

export type RpcParameters = Readonly<Record<string, string>>;

export function parametersOf(request: GatewayRequest): RpcParameters {
  const { query } = splitTarget(request.url);
  const form = Object.fromEntries(new URLSearchParams(request.body.toString("utf8")));
  return { ...query, ...form };
}

export function rpcSignature(method: string, parameters: RpcParameters, secret: string): string {
  const canonical = Object.entries(parameters)
    .filter(([name]) => name !== "Signature")
    .sort(([a], [b]) => byText(a, b))
    .map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`)
    .join("&");
  return createHmac("sha1", `${secret}&`)
    .update(`${method}&${percentEncode("/")}&${percentEncode(canonical)}`)
    .digest("base64");
}

export function verifyRpc(method: string, parameters: RpcParameters, identities: Identities, now: Date): Principal {
  const key = keyOf(identities, parameters["AccessKeyId"], parameters["SecurityToken"], now);
  const { SignatureMethod: by = "nothing", Timestamp: timestamp, Signature: signature = "" } = parameters;
  if (by !== "HMAC-SHA1") {
    throw new RpcError(400, "InvalidParameter", `SignatureMethod must be HMAC-SHA1, got ${by}`);
  }
  checkTimestamp(timestamp, now);
  if (!sameText(signature, rpcSignature(method, parameters, key.secret))) throw signatureDoesNotMatch();
  checkExpiry(key);
  return key.principal;
}

export function rpcReply(status: number, json: object, now: Date): GatewayReply {
  const body = Buffer.from(JSON.stringify({ RequestId: randomUUID().toUpperCase(), ...json }));
  return {
    status,
    body,
    headers: { "content-type": "application/json;charset=utf-8", date: now.toUTCString(), server: "cdktf-sls-local" },
  };
}
