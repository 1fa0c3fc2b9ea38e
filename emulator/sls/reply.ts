/** What an operation gives, in the service's form. */
import { randomBytes } from "node:crypto";
import type { GatewayReply } from "../gateway/gateway";
import { unixSeconds, type SlsReply } from "./context";

/** Headers of every reply; a new request id each. */
const common = (now: Date): Record<string, string> => ({
  server: "cdktf-sls-local",
  date: now.toUTCString(),
  "access-control-allow-origin": "*",
  "x-log-requestid": randomBytes(12).toString("hex").toUpperCase(),
  "x-log-time": String(unixSeconds(now)),
});

export function slsReply(status: number, reply: SlsReply, now: Date): GatewayReply {
  const body = reply.bytes ?? (reply.json === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(reply.json)));
  const headers = { ...common(now), ...reply.headers };
  return {
    status,
    body,
    headers: reply.json === undefined ? headers : { "content-type": "application/json", ...headers },
  };
}

export function slsErrorReply(
  { status, code, message }: { readonly status: number; readonly code: string; readonly message: string },
  now: Date,
): GatewayReply {
  return slsReply(status, { json: { errorCode: code, errorMessage: message } }, now);
}

/** To who sends nothing of the protocol, such as curl that tests the way to the service: another form than its errors have. */
export function connectivityReply(path: string, now: Date): GatewayReply {
  const headers = common(now);
  const RequestId = headers["x-log-requestid"];
  const Message = `The script name is invalid : ${path}`;
  const body = Buffer.from(JSON.stringify({ Error: { Code: "OLSInvalidMethod", Message, RequestId } }));
  return { status: 405, body, headers: { "content-type": "application/json", ...headers } };
}
