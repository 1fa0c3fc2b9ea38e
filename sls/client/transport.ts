import * as http from "node:http";
import * as https from "node:https";
import { SlsError } from "../model/errors";
import { ConnectionPools } from "./connections";
import { proxyFor, type ProxySettings } from "./proxy";
import { proxyText, type ProxyAddress } from "./proxy/address";

export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface HttpReply {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Far more than the service answers to anything. */
const usualReplyBytes = 64 * 1024 * 1024;

export interface TransportOptions {
  /** Monotonic milliseconds, for the age of connections. @default performance.now */
  readonly clock?: () => number;
  /** What answers with more is not the service. @default 64 MiB */
  readonly mostReplyBytes?: number;
}

/** Sends requests over kept-alive connections, straight or through a proxy. Redirects are not followed: the service sends none. */
export class Transport {
  private readonly pools: ConnectionPools;
  private readonly mostReplyBytes: number;

  constructor(
    private readonly proxy: ProxySettings,
    /** From the first byte sent to the last byte read, in milliseconds. */
    private readonly timeoutMs: number,
    options: TransportOptions = {},
  ) {
    this.pools = new ConnectionPools(options.clock);
    this.mostReplyBytes = options.mostReplyBytes ?? usualReplyBytes;
  }

  /** Rejects with an SlsError of code RequestError or RequestTimeout when no reply came. */
  async send(request: HttpRequest): Promise<HttpReply> {
    const { url } = request;
    const proxy = proxyFor(this.proxy, url);
    request.signal?.throwIfAborted();
    const pool = this.pools.take(url, proxy);
    let failed = true;
    try {
      const reply = await this.replyInTime(exchange(request, pool.agent, this.mostReplyBytes), request.signal);
      failed = false;
      return reply;
    } catch (error) {
      request.signal?.throwIfAborted();
      throw noReply(url, proxy, error === tooLate ? this.timeoutMs : undefined, error);
    } finally {
      pool.release(failed);
    }
  }

  /**
   * Neither AbortSignal.any, which on Node 20 leaves a little behind in a signal that outlives the request, nor the library's
   * own signal, for which each request would need a new one.
   */
  private async replyInTime({ reply, giveUp }: Exchange, signal: AbortSignal | undefined): Promise<HttpReply> {
    const onAbort = (): void => giveUp(notWanted);
    signal?.addEventListener("abort", onAbort);
    const timer = setTimeout(() => giveUp(tooLate), this.timeoutMs);
    try {
      return await reply;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    }
  }

  close(): void {
    this.pools.close();
  }
}

/** Why an exchange was given up. */
const tooLate = new Error("no reply in time");
const notWanted = new Error("not wanted any more");

interface Exchange {
  readonly reply: Promise<HttpReply>;
  /** Ends it; `reply` rejects with `why`. */
  readonly giveUp: (why: Error) => void;
}

function exchange(request: HttpRequest, agent: http.Agent, mostBytes: number): Exchange {
  const { url, body } = request;
  const headers: Record<string, string> = { ...request.headers };
  if (body !== undefined || request.method === "POST" || request.method === "PUT") {
    headers["content-length"] = String(body?.byteLength ?? 0);
  }
  const library = url.protocol === "https:" ? https : http;
  const outgoing = library.request(url, { method: request.method, headers, agent });
  let giveUp = (why: Error): void => void outgoing.destroy(why);
  const reply = new Promise<HttpReply>((resolve, reject) => {
    giveUp = (why) => {
      // Of a request that waits for its proxy's word the library tells nothing when it is destroyed.
      reject(why);
      outgoing.destroy(why);
    };
    outgoing.on("response", (incoming) => {
      const chunks: Buffer[] = [];
      let left = mostBytes;
      incoming.on("data", (chunk: Buffer) => {
        left -= chunk.length;
        if (left >= 0) chunks.push(chunk);
        else incoming.destroy(new Error(`the reply is longer than ${mostBytes} bytes`));
      });
      incoming.on("error", reject);
      incoming.on("end", () =>
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(chunks) }),
      );
    });
    outgoing.on("error", reject);
  });
  outgoing.end(body);
  return { reply, giveUp };
}

function noReply(
  url: URL,
  proxy: ProxyAddress | undefined,
  timedOutAfterMs: number | undefined,
  error: unknown,
): SlsError {
  const { code, message } = error as { code?: string; message?: string };
  const way = proxy ? ` through the proxy ${proxyText(proxy)}` : "";
  const reason =
    timedOutAfterMs === undefined ? `${code ?? ""} ${message || "failed"}`.trim() : `no reply in ${timedOutAfterMs} ms`;
  const remedy = proxy
    ? "check the proxy's address, user and password (HTTP_PROXY, HTTPS_PROXY, ALL_PROXY) and that it lets this host through"
    : "check the region or endpoint, and whether this machine needs a forward proxy (HTTPS_PROXY)";
  return new SlsError(
    timedOutAfterMs === undefined ? "RequestError" : "RequestTimeout",
    `could not reach ${url.protocol}//${url.host}${way}: ${reason}; ${remedy}`,
    // The SOCKS library's errors hold its options; a proxy's password is among them.
    { cause: proxy?.scheme === "socks5" ? new Error(reason) : error },
  );
}
