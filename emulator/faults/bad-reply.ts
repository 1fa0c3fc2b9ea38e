import type { GatewayReply } from "../gateway/gateway";
import type { BadReply } from "./fault-rule";

const page = "<html><head><title>Error</title></head><body><h1>Sorry</h1><p>An error occurred.</p></body></html>\n";

/** The reply as something in between would spoil it; its status stays. */
export function spoilt(reply: GatewayReply, how: BadReply | undefined): GatewayReply {
  switch (how) {
    case undefined:
      return reply;
    case "empty":
      return { ...reply, body: Buffer.alloc(0) };
    case "no-request-id":
      return { ...reply, headers: without(reply.headers, "x-log-requestid") };
    case "not-json": {
      const headers = { ...without(reply.headers, "x-log-requestid"), "content-type": "text/html" };
      return { ...reply, headers, body: Buffer.from(page) };
    }
  }
}

function without(headers: GatewayReply["headers"], name: string): GatewayReply["headers"] {
  return Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name));
}
