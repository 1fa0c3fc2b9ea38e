import { connect } from "node:net";

export interface RawReply {
  readonly status: number;
  /** Whole, without the head. */
  readonly text: string;
}

/**
 * One request to a loopback port, byte for byte; `headers` in their order, Connection aside. Undefined: the server ended the
 * connection without an answer.
 */
export function sendRaw(
  port: number,
  request: {
    readonly method: string;
    readonly target: string;
    readonly headers: readonly (readonly [string, string])[];
    readonly body: Buffer;
  },
): Promise<RawReply | undefined> {
  const headers = request.headers.filter(([name]) => name.toLowerCase() !== "connection");
  const lines = [...headers, ["Connection", "close"] as const].map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `${request.method} ${request.target} HTTP/1.1\r\n${lines.join("")}\r\n`;
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const parts: Buffer[] = [];
    socket.on("data", (part) => parts.push(part));
    // A request that is no HTTP at all: the end is the answer.
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(replyOf(Buffer.concat(parts).toString("utf8"))));
    socket.write(Buffer.concat([Buffer.from(head, "latin1"), framed(request)]));
  });
}

/** Clients that stream a body tell no length: it goes as one chunk. */
function framed({
  headers,
  body,
}: {
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
}): Buffer {
  if (!headers.some(([name, value]) => name.toLowerCase() === "transfer-encoding" && value === "chunked")) return body;
  const size = Buffer.from(`${body.length.toString(16)}\r\n`);
  return Buffer.concat(body.length === 0 ? [Buffer.from("0\r\n\r\n")] : [size, body, Buffer.from("\r\n0\r\n\r\n")]);
}

function replyOf(text: string): RawReply | undefined {
  const status = /^HTTP\/1\.1 (\d{3})/.exec(text)?.[1];
  return status === undefined ? undefined : { status: Number(status), text: text.slice(text.indexOf("\r\n\r\n") + 4) };
}
