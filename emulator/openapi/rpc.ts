/** OpenAPI in RPC style: parameters in the query or a form, HMAC-SHA1 signature over them. Source: ECS API reference, "Request signature". */
import { createHmac, randomUUID } from "node:crypto";
import { byText, percentEncode, splitTarget, type Credentials } from "../../sls/wire/request";
import type { GatewayReply, GatewayRequest } from "../gateway/gateway";
import { checkTimestamp, checkToken, keyOf, sameText, signatureDoesNotMatch } from "./rpc-checks";
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

export function verifyRpc(
  method: string,
  parameters: RpcParameters,
  keys: ReadonlyMap<string, Credentials>,
  now: Date,
): void {
  const key = keyOf(keys, parameters["AccessKeyId"]);
  const { SignatureMethod: by = "nothing", Timestamp: timestamp, Signature: signature = "" } = parameters;
  if (by !== "HMAC-SHA1") {
    throw new RpcError(400, "InvalidParameter", `SignatureMethod must be HMAC-SHA1, got ${by}`);
  }
  checkToken(key, parameters["SecurityToken"]);
  checkTimestamp(timestamp, now);
  if (!sameText(signature, rpcSignature(method, parameters, key.accessKeySecret))) throw signatureDoesNotMatch();
}

export function rpcReply(status: number, json: object, now: Date): GatewayReply {
  const body = Buffer.from(JSON.stringify({ RequestId: randomUUID().toUpperCase(), ...json }));
  return {
    status,
    body,
    headers: { "content-type": "application/json;charset=utf-8", date: now.toUTCString(), server: "cdktf-sls-local" },
  };
}
