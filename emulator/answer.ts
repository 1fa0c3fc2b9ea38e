/** What a service answers to a request, and errors in the form of the service that was asked. */
import type { GatewayReply, RequestHead } from "./gateway/gateway";
import { servedNames, type Target } from "./gateway/hosts";
import { rpcReply } from "./openapi/rpc";
import { slsErrorReply } from "./sls/reply";

export interface Answer {
  readonly reply: GatewayReply;
  /** The API's name, or `-`. */
  readonly operation: string;
  readonly project?: string | undefined;
  readonly errorCode?: string | undefined;
  readonly unsupported?: boolean;
}

export interface AnsweredError {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

export function errorReply(target: Target, error: AnsweredError, host: string, now: Date): GatewayReply {
  if (target.service === "sls") return slsErrorReply(error, now);
  return rpcReply(error.status, { Code: error.code, Message: error.message, HostId: host }, now);
}

/** To a name that the local cloud does not stand for; to no name at all as the service does. */
export function notServed({ host }: RequestHead, now: Date): Answer {
  if (host === "") {
    const error = { status: 400, code: "MissingHost", message: "Host does not exist in http header." };
    return { reply: slsErrorReply(error, now), operation: "-", errorCode: error.code };
  }
  const shown = JSON.stringify(host.slice(0, 255));
  const body = Buffer.from(`the cdktf-sls local cloud does not stand for ${shown}; it serves ${servedNames}\n`);
  return {
    reply: { status: 403, headers: { "content-type": "text/plain" }, body },
    operation: "-",
    unsupported: true,
  };
}
