/** Calls of OpenAPI products in RPC style, signed here: not by the code that verifies them. */
import { createHmac, randomUUID } from "node:crypto";
import * as http from "node:http";
import type { LocalCloud } from "../../emulator";
import type { Credentials } from "../../sls";

export type RpcReply = Readonly<Record<string, unknown>> & { readonly status: number };

export interface RpcCallOptions {
  /** @default the account's own key; null: not signed */
  readonly credentials?: Credentials | null;
  readonly now?: Date;
}

const hosts = {
  ram: "ram.aliyuncs.com",
  ims: "ims.aliyuncs.com",
  sts: "sts.cn-hangzhou.aliyuncs.com",
  ecs: "ecs.cn-hangzhou.aliyuncs.com",
};
export type RpcProduct = keyof typeof hosts;

const escape = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
const joined = (pairs: Readonly<Record<string, string>>): string =>
  Object.keys(pairs)
    .sort()
    .map((name) => `${escape(name)}=${escape(pairs[name] ?? "")}`)
    .join("&");

/** POST with a form. Resolves to the reply's JSON with the HTTP status, whatever it is. */
export function rpc(
  cloud: LocalCloud,
  product: RpcProduct,
  action: string,
  given: Readonly<Record<string, string>> = {},
  { credentials = cloud.credentials, now = new Date() }: RpcCallOptions = {},
): Promise<RpcReply> {
  const signer = credentials && {
    AccessKeyId: credentials.accessKeyId,
    SignatureMethod: "HMAC-SHA1",
    SignatureVersion: "1.0",
    ...(credentials.securityToken ? { SecurityToken: credentials.securityToken } : {}),
  };
  const common: Record<string, string> = {
    Action: action,
    Format: "json",
    SignatureNonce: randomUUID(),
    Timestamp: `${now.toISOString().slice(0, 19)}Z`,
    ...signer,
  };
  if (credentials) {
    const text = `POST&${escape("/")}&${escape(joined({ ...common, ...given }))}`;
    common["Signature"] = createHmac("sha1", `${credentials.accessKeySecret}&`).update(text).digest("base64");
  }
  const headers = { host: hosts[product], "content-type": "application/x-www-form-urlencoded" };
  const options = {
    host: "127.0.0.1",
    port: cloud.port,
    method: "POST",
    path: `/?${joined(common)}`,
    headers,
    agent: false,
  };
  return new Promise((resolve, reject) => {
    const request = http.request(options, (reply) => {
      let text = "";
      reply.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      reply.on("error", reject);
      reply.on("end", () => resolve({ ...(JSON.parse(text) as object), status: reply.statusCode ?? 0 }));
    });
    request.on("error", reject).end(joined(given));
  });
}

/** A member of a reply, by its path: `Credentials.AccessKeyId`. */
export function memberOf(reply: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], reply);
}
