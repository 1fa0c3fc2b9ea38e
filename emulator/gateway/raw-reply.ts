/** Replies to what never became a request: bytes for the socket. */
import { randomBytes } from "node:crypto";
import { STATUS_CODES } from "node:http";
import type { GatewayReply } from "./gateway";

/** The whole reply; the connection ends with it. */
export function rawReply({ status, headers, body }: GatewayReply): Buffer {
  const lines = Object.entries({ ...headers, "content-length": String(body.length), connection: "close" });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${head}\r\n`), body]);
}

/** To bytes that are no HTTP, and to headers that are too long. */
export function malformed({ code = "", message }: NodeJS.ErrnoException): GatewayReply {
  if (code === "HPE_HEADER_OVERFLOW") return refused(431, "BadRequest", "The request line and headers are too long.");
  return refused(400, "BadRequest", `The request is not valid HTTP: ${message}`);
}

function refused(status: number, errorCode: string, errorMessage: string): GatewayReply {
  return {
    status,
    headers: {
      "content-type": "application/json",
      "x-log-requestid": randomBytes(12).toString("hex").toUpperCase(),
    },
    body: Buffer.from(JSON.stringify({ errorCode, errorMessage })),
  };
}
