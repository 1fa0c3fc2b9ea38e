/**
 * One port for everything: the first byte tells TLS (0x16) from plain HTTP; requests come straight, in absolute form, or through a
 * CONNECT tunnel, in which the same is done again. A name that is not served is refused with 403.
 */
import * as http from "node:http";
import * as net from "node:net";
import type { Duplex } from "node:stream";
import { TLSSocket, type SecureContext } from "node:tls";
import type { CertificateAuthority } from "./certificates";
import { servedNames, targetOf, type Target } from "./hosts";

export interface GatewayRequest {
  readonly method: string;
  readonly target: Target;
  /** Host as received, port included: part of a signature. */
  readonly host: string;
  /** Path and query as on the request line. */
  readonly url: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Of the client's end of the connection. */
  readonly remoteAddress?: string;
  /** Whether it came by TLS. */
  readonly secure?: boolean;
}

export interface GatewayReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface GatewayOptions {
  readonly authority: CertificateAuthority;
  readonly region: string;
  readonly handle: (request: GatewayRequest) => Promise<GatewayReply>;
}

const maxBody = 64 << 20;

export class Gateway {
  private readonly sockets = new Set<Duplex>();
  private readonly http: http.Server;
  private readonly tcp: net.Server;
  private fallback: SecureContext | undefined;

  constructor(private readonly options: GatewayOptions) {
    this.http = http.createServer((request, response) => void this.answer(request, response));
    this.http.keepAliveTimeout = 60_000;
    this.http.on("connect", (request: http.IncomingMessage, socket: Duplex, head: Buffer) =>
      this.tunnel(request, socket, head),
    );
    this.http.on("clientError", (_error, socket) => socket.destroy());
    this.tcp = net.createServer((socket) => this.sniff(socket, undefined));
  }

  /** Resolves to the port. */
  async listen(port: number, host: string): Promise<number> {
    this.fallback = await this.options.authority.contextFor("127.0.0.1");
    return new Promise((resolve, reject) => {
      this.tcp.once("error", reject);
      this.tcp.listen(port, host, () => resolve((this.tcp.address() as net.AddressInfo).port));
    });
  }

  close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    return new Promise((resolve) => this.tcp.close(() => resolve()));
  }

  /** Hands a fresh connection to TLS or HTTP. `tunnelTo`: the host of the CONNECT that it came through. */
  private sniff(socket: Duplex, tunnelTo: string | undefined): void {
    this.sockets.add(socket);
    socket.on("close", () => this.sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    const look = (): void => {
      const first = socket.read() as Buffer | null;
      if (first === null) return;
      socket.off("readable", look);
      socket.unshift(first);
      this.http.emit("connection", first[0] === 0x16 ? this.terminate(socket, tunnelTo) : socket);
    };
    socket.on("readable", look);
  }

  private terminate(socket: Duplex, tunnelTo: string | undefined): TLSSocket {
    const secure = new TLSSocket(socket as net.Socket, {
      isServer: true,
      ALPNProtocols: ["http/1.1"],
      SNICallback: (name, done) => {
        this.options.authority.contextFor(name || nameOf(tunnelTo)).then(
          (context) => done(null, context),
          (error: Error) => done(error),
        );
      },
      // For a client that was given an address: it sends no name.
      secureContext: this.fallback,
    });
    secure.on("error", () => secure.destroy());
    return secure;
  }

  private tunnel(request: http.IncomingMessage, socket: Duplex, head: Buffer): void {
    const host = request.url ?? "";
    if (targetOf(host, this.options.region) === undefined) {
      const body = notServed(host);
      socket.end(
        `HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
      );
      return;
    }
    socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
    if (head.length > 0) socket.unshift(head);
    this.sniff(socket, host);
  }

  private async answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const absolute = /^https?:\/\/([^/?]+)(.*)$/.exec(request.url ?? "");
    const url = absolute ? absolute[2] || "/" : (request.url ?? "/");
    const host = absolute?.[1] ?? request.headers.host ?? "";
    const target = targetOf(host, this.options.region);
    if (target === undefined) {
      response.writeHead(403, { "content-type": "text/plain" }).end(notServed(host));
      return;
    }
    const chunks: Buffer[] = [];
    let size = 0;
    try {
      for await (const chunk of request as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (size > maxBody) throw new Error("the body is larger than anything that the service takes");
        chunks.push(chunk);
      }
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [
          name,
          Array.isArray(value) ? value.join(",") : (value ?? ""),
        ]),
      );
      const body = Buffer.concat(chunks);
      const reply = await this.options.handle({
        method: request.method ?? "GET",
        target,
        host: request.headers.host ?? host,
        url,
        headers,
        body,
        remoteAddress: request.socket.remoteAddress ?? "",
        secure: request.socket instanceof TLSSocket,
      });
      response.writeHead(reply.status, { ...reply.headers, "content-length": String(reply.body.length) });
      response.end(request.method === "HEAD" ? undefined : reply.body);
    } catch {
      // The client is gone, or sends what no client sends.
      response.destroy();
    }
  }
}

const nameOf = (hostAndPort: string | undefined): string => hostAndPort?.replace(/:\d+$/, "") ?? "127.0.0.1";

const notServed = (host: string): string =>
  `the cdktf-sls local cloud does not stand for ${JSON.stringify(host)}; it serves ${servedNames}\n`;
