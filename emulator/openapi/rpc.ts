/** OpenAPI in RPC style: parameters in the query or a form, HMAC-SHA1 signature over them. Source: ECS API reference, "Request signature". */
import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import { byText, percentEncode, splitTarget, type Credentials } from "../../sls/wire/request";
import type { GatewayReply, GatewayRequest } from "../gateway/gateway";

export class RpcError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = "RpcError";
  }
}

export type RpcParameters = Readonly<Record<string, string>>;

const maxSkewMs = 15 * 60 * 1000;

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
  const id = parameters["AccessKeyId"];
  if (!id) throw new RpcError(400, "MissingAccessKeyId", "AccessKeyId is mandatory for this action.");
  const key = keys.get(id);
  if (key === undefined) throw new RpcError(404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.");
  if (parameters["SignatureMethod"] !== "HMAC-SHA1") {
    throw new RpcError(
      400,
      "InvalidParameter",
      `SignatureMethod must be HMAC-SHA1, got ${parameters["SignatureMethod"]}`,
    );
  }
  const time = Date.parse(parameters["Timestamp"] ?? "");
  if (!(Math.abs(time - now.getTime()) <= maxSkewMs)) {
    throw new RpcError(400, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.");
  }
  const [given, right] = [parameters["Signature"] ?? "", rpcSignature(method, parameters, key.accessKeySecret)].map(
    (text) => Buffer.from(text),
  ) as [Buffer, Buffer];
  if (given.length !== right.length || !timingSafeEqual(given, right)) {
    throw new RpcError(400, "SignatureDoesNotMatch", "Specified signature is not matched with our calculation.");
  }
}

export function rpcReply(status: number, json: object, now: Date): GatewayReply {
  const body = Buffer.from(JSON.stringify({ RequestId: randomUUID().toUpperCase(), ...json }));
  return {
    status,
    body,
    headers: { "content-type": "application/json;charset=utf-8", date: now.toUTCString(), server: "cdktf-sls-local" },
  };
}
