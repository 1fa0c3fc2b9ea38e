/**
 * One port for everything: the first byte tells TLS (0x16) from plain HTTP; requests come straight, in absolute form, or through a
 * CONNECT tunnel, in which the same is done again. A name that is not served is refused with 403.
 */
import * as http from "node:http";
import * as net from "node:net";
import type { Duplex } from "node:stream";
import { TLSSocket, type SecureContext } from "node:tls";
import type { CertificateAuthority } from "./certificates";
import { targetOf, type Target } from "./hosts";
import { malformed, rawReply } from "./raw-reply";
import { wireOf, type Wire } from "./wire";

/** A request before its body. */
export interface RequestHead {
  readonly method: string;
  /** Undefined: a name that is not served. */
  readonly target: Target | undefined;
  /** Host as received, port included: part of a signature. Empty when there is none. */
  readonly host: string;
  /** Path and query as on the request line. */
  readonly url: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** The address that it came from. */
  readonly peer: string;
  /** Whether it came by TLS. */
  readonly secure: boolean;
}

export interface GatewayRequest extends RequestHead {
  readonly target: Target;
  readonly body: Buffer;
}

export interface GatewayReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface GatewayOptions {
  readonly authority: CertificateAuthority;
  readonly region: string;
  /** Reads the body, and sends the reply; what it throws ends the connection. */
  readonly serve: (head: RequestHead, wire: Wire) => Promise<void>;
  /** A tunnel to a name that is not served was asked for: it gets this. */
  readonly refuseTunnel: (head: RequestHead) => GatewayReply;
}

/** A query of web tracking may be 16 KB long. */
const maxHeaderSize = 32 * 1024;
/** A connection on which nothing moves is closed after this long. */
const idleMs = 600_000;
const retryMs = 100;

export class Gateway {
  private readonly sockets = new Set<Duplex>();
  /** The TCP connection below TLS and tunnels. */
  private readonly below = new WeakMap<Duplex, net.Socket>();
  private readonly http: http.Server;
  private readonly tcp: net.Server;
  private fallback: SecureContext | undefined;
  private address = { port: 0, host: "127.0.0.1" };
  private resuming: NodeJS.Timeout | undefined;

  constructor(private readonly options: GatewayOptions) {
    // A request without Host gets the service's own error.
    this.http = http.createServer(
      { maxHeaderSize, requireHostHeader: false },
      (request, response) => void this.answer(request, response),
    );
    this.http.keepAliveTimeout = 60_000;
    this.http.timeout = idleMs;
    this.http.on("connect", (request: http.IncomingMessage, socket: Duplex, head: Buffer) =>
      this.tunnel(request, socket, head),
    );
    this.http.on("clientError", (error: NodeJS.ErrnoException, socket: Duplex) => {
      if (socket.writable && error.code !== "ECONNRESET") socket.end(rawReply(malformed(error)));
      else socket.destroy();
    });
    this.tcp = net.createServer((socket) => this.sniff(socket, undefined, socket));
  }

  /** Resolves to the port. */
  async listen(port: number, host: string): Promise<number> {
    this.fallback ??= await this.options.authority.contextFor("127.0.0.1");
    await new Promise<void>((resolve, reject) => {
      this.tcp.once("error", reject);
      this.tcp.listen(port, host, () => {
        this.tcp.off("error", reject);
        resolve();
      });
    });
    this.address = { port: (this.tcp.address() as net.AddressInfo).port, host };
    return this.address.port;
  }

  /** Ends every connection, and listens no more; with `ms`, for so long. */
  async pause(ms?: number): Promise<void> {
    clearTimeout(this.resuming);
    for (const socket of this.sockets) socket.destroy();
    if (ms !== undefined) this.resumeIn(ms);
    if (this.tcp.listening) await new Promise((resolve) => this.tcp.close(resolve));
  }

  /** Another process may have the port by then: until it is free again, nobody is served. */
  private resumeIn(ms: number): void {
    this.resuming = setTimeout(() => void this.resume().catch(() => this.resumeIn(retryMs)), ms);
  }

  /** Listens again, where it did. */
  async resume(): Promise<void> {
    clearTimeout(this.resuming);
    if (!this.tcp.listening) await this.listen(this.address.port, this.address.host);
  }

  close(): Promise<void> {
    return this.pause();
  }

  /** Hands a fresh connection to TLS or HTTP. `tunnelTo`: the host of the CONNECT that it came through. */
  private sniff(socket: Duplex, tunnelTo: string | undefined, below: net.Socket): void {
    this.sockets.add(socket);
    socket.on("close", () => this.sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    below.setTimeout(idleMs, () => below.destroy());
    const look = (): void => {
      const first = socket.read() as Buffer | null;
      if (first === null) return;
      socket.off("readable", look);
      below.setTimeout(0);
      socket.unshift(first);
      const connection = first[0] === 0x16 ? this.terminate(socket, tunnelTo) : socket;
      this.below.set(connection, below);
      this.http.emit("connection", connection);
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

  private tunnel(request: http.IncomingMessage, socket: Duplex, first: Buffer): void {
    const host = request.url ?? "";
    const head = this.headOf(request, socket);
    if (targetOf(host, this.options.region) === undefined) {
      socket.end(rawReply(this.options.refuseTunnel({ ...head, target: undefined, host, url: host })));
      return;
    }
    socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
    if (first.length > 0) socket.unshift(first);
    this.sniff(socket, host, this.belowOf(socket));
  }

  private async answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const socket = this.belowOf(request.socket);
    try {
      await this.options.serve(this.headOf(request, request.socket), wireOf(request, response, socket));
    } catch {
      // The client is gone, or was cut off.
      response.destroy();
    }
  }

  private belowOf(socket: Duplex): net.Socket {
    return this.below.get(socket) ?? (socket as net.Socket);
  }

  private headOf(request: http.IncomingMessage, socket: Duplex): RequestHead {
    const absolute = /^https?:\/\/([^/?]+)(.*)$/i.exec(request.url ?? "");
    // Two hosts would be read differently by whoever stands between: joined, they are a name that is not served.
    const hosts = request.rawHeaders.filter((_, i, all) => i % 2 === 1 && all[i - 1]?.toLowerCase() === "host");
    const host = hosts.length > 1 ? hosts.join(", ") : (absolute?.[1] ?? request.headers.host ?? "");
    const headers = Object.entries(request.headers).map(
      ([name, value]) => [name, Array.isArray(value) ? value.join(",") : (value ?? "")] as const,
    );
    return {
      method: request.method ?? "GET",
      target: targetOf(host, this.options.region),
      host: hosts.length === 1 ? (hosts[0] ?? "") : host,
      url: absolute ? (absolute[2] ?? "").replace(/^(?!\/)/, "/") : (request.url ?? "/"),
      headers: Object.fromEntries(headers),
      peer: this.belowOf(socket).remoteAddress ?? "",
      secure: socket instanceof TLSSocket,
    };
  }
}

const nameOf = (hostAndPort: string | undefined): string => hostAndPort?.replace(/:\d+$/, "") ?? "127.0.0.1";
