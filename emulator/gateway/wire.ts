/** One request on its connection: reads its body, sends the reply, well or badly. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { GatewayReply } from "./gateway";

/** Of a body that is refused, so much is read and forgotten: a client that still writes would not see the reply. */
const mostForgotten = 64 << 20;
const slicesASecond = 20;

/** The body is larger than `limit`; nothing of it was kept. */
export class BodyTooLarge extends Error {
  constructor(
    /** Bytes: as stated by Content-Length, or as read. */
    readonly size: number,
  ) {
    super(`a body of ${size} bytes is too large`);
    this.name = "BodyTooLarge";
  }
}

/** The client went away, or the connection was cut on purpose. */
export class ConnectionLost extends Error {
  constructor() {
    super("the connection was lost");
    this.name = "ConnectionLost";
  }
}

export interface Wire {
  /** Throws BodyTooLarge and ConnectionLost. No more than `limit` bytes are held, whatever is sent. */
  readBody(options: { readonly limit: number; readonly bytesPerSecond?: number }): Promise<Buffer>;
  /** Reads half of the body, as far as its length is known, and forgets it. */
  readHalfOfBody(): Promise<void>;
  /** Resolves when the reply was handed to the network, or the client is gone. */
  send(reply: GatewayReply, options?: { readonly bytesPerSecond?: number }): Promise<void>;
  /** The head and half of the body. */
  sendHalf(reply: GatewayReply): Promise<void>;
  /** Closes the connection under whatever protocol is on it; `reset`: by a TCP reset. */
  cut(reset: boolean): void;
  /** Throws ConnectionLost when it ends meanwhile. */
  wait(ms: number): Promise<void>;
}

/** `socket`: the TCP connection below TLS and tunnels. */
export function wireOf(request: IncomingMessage, response: ServerResponse, socket: Socket): Wire {
  const stated = Number(request.headers["content-length"]);

  const wait = (ms: number): Promise<void> =>
    new Promise((resolve, reject) => {
      if (socket.destroyed) return reject(new ConnectionLost());
      const lost = (): void => {
        clearTimeout(timer);
        reject(new ConnectionLost());
      };
      const timer = setTimeout(() => {
        socket.off("close", lost);
        resolve();
      }, ms);
      socket.once("close", lost);
    });

  const readBody: Wire["readBody"] = async ({ limit, bytesPerSecond }) => {
    if (stated > limit + mostForgotten) {
      response.setHeader("connection", "close");
      throw new BodyTooLarge(stated);
    }
    let chunks: Buffer[] = [];
    let size = 0;
    try {
      for await (const chunk of request as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (size <= limit) chunks.push(chunk);
        else chunks = [];
        if (size > limit + mostForgotten) break;
        if (bytesPerSecond !== undefined) await wait((chunk.length / bytesPerSecond) * 1000);
      }
    } catch {
      throw new ConnectionLost();
    }
    if (size > limit) throw new BodyTooLarge(size);
    return Buffer.concat(chunks);
  };

  const readHalfOfBody = async (): Promise<void> => {
    let size = 0;
    try {
      for await (const chunk of request as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (!(size < stated / 2)) return;
      }
    } catch {
      // It is about to be cut.
    }
  };

  const begin = ({ status, headers, body }: GatewayReply): void => {
    response.writeHead(status, { ...headers, "content-length": String(body.length) });
  };

  /** Resolves when it was handed to the network, or the client is gone. */
  const handOver = (write: (done: () => void) => void): Promise<void> =>
    new Promise((resolve) => {
      if (socket.destroyed) return resolve();
      socket.once("close", resolve);
      write(() => {
        socket.off("close", resolve);
        resolve();
      });
    });

  const send: Wire["send"] = async (reply, { bytesPerSecond } = {}) => {
    begin(reply);
    const whole = request.method === "HEAD" ? Buffer.alloc(0) : reply.body;
    if (bytesPerSecond === undefined) return handOver((done) => response.end(whole, done));
    response.flushHeaders();
    const slice = Math.max(1, Math.floor(bytesPerSecond / slicesASecond));
    for (let from = 0; from < whole.length; from += slice) {
      const part = whole.subarray(from, from + slice);
      await wait((part.length / bytesPerSecond) * 1000);
      await handOver((done) => response.write(part, done));
    }
    response.end();
  };

  const sendHalf = async (reply: GatewayReply): Promise<void> => {
    // A reply without a body has no half: its client gets none of the bytes that it was promised.
    const body = reply.body.length > 1 ? reply.body : Buffer.from("{}");
    begin({ ...reply, body });
    await handOver((done) => response.write(body.subarray(0, Math.floor(body.length / 2)), done));
  };

  const cut = (reset: boolean): void => {
    if (reset) socket.resetAndDestroy();
    else socket.destroy();
  };

  return { readBody, readHalfOfBody, send, sendHalf, cut, wait };
}
