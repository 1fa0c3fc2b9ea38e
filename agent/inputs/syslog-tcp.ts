import * as net from "node:net";
import type { Emit } from "../status/events";
import type { Waits } from "../status/waits";
import type { World } from "../world";
import type { Origin } from "./intake";
import { LineFramer } from "./line-framer";

export interface SyslogTcpOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly maxLineBytes: number;
  /** Takes a line for good. */
  readonly accept: (line: Buffer, origin: Origin, continuation: boolean) => void;
  readonly world: World;
  readonly emit: Emit;
  readonly waits: Waits;
}

export type InputState = "waiting" | "listening" | "held" | "closed";

/** Between two tries to get the port. */
const retryMs = 1_000;
/** At a close: a connection that has sent nothing for so long has nothing left in its socket … */
const quietMs = 100;
/** … and one that goes on sending after our end-of-connection is cut off after so long. */
const closeMs = 2_000;

/**
 * Lines over TCP, LF after each, any number of connections at once.
 *
 * waiting (for the port) -> listening <-> held (sockets paused: the buffer is full, TCP pushes back) -> closed.
 * close(): takes no connection any more, tells each peer the end, reads what has come already, then lets go. What a peer
 * sent after that stays with the peer, who sees the connection end: rsyslog keeps it in its queue.
 */
export class SyslogTcpInput {
  readonly name = "syslog-tcp";
  private server: net.Server | undefined;
  private readonly connections = new Map<net.Socket, Connection>();
  private readonly stop = new AbortController();
  private readonly opening: Promise<void>;
  private held = false;

  constructor(private readonly options: SyslogTcpOptions) {
    this.opening = this.open();
  }

  get state(): InputState {
    if (this.stop.signal.aborted) return "closed";
    if (this.server === undefined) return "waiting";
    return this.held ? "held" : "listening";
  }

  get connectionCount(): number {
    return this.connections.size;
  }

  /** The port in use; the wanted one while waiting. */
  get port(): number {
    const address = this.server?.address();
    return typeof address === "object" && address !== null ? address.port : this.options.port;
  }

  /** Holds the peers back, or lets them go on. */
  setHeld(held: boolean): void {
    this.held = held;
    if (this.stop.signal.aborted) return;
    for (const socket of this.connections.keys()) {
      if (held) socket.pause();
      else socket.resume();
    }
  }

  async close(): Promise<void> {
    if (!this.stop.signal.aborted) {
      this.stop.abort();
      this.options.waits.end(this.waitsFor);
      this.server?.close();
      for (const connection of this.connections.values()) connection.finish();
    }
    await this.opening;
    await Promise.all([...this.connections.values()].map(({ closed }) => closed));
    if (this.server) this.options.emit({ type: "ListeningStopped", input: this.name });
    this.server = undefined;
  }

  private get waitsFor(): string {
    return `TCP port ${this.options.port} on ${this.options.host}`;
  }

  private async open(): Promise<void> {
    const { world, waits, emit, host, port } = this.options;
    const { signal } = this.stop;
    while (!signal.aborted) {
      try {
        const server = await listen(host, port, (socket) => this.connected(socket));
        if (signal.aborted) {
          server.close();
          return;
        }
        this.server = server;
        waits.end(this.waitsFor);
        emit({ type: "Listening", input: this.name, address: host, port: this.port });
        return;
      } catch (error) {
        waits.begin(this.waitsFor, whyNot(error as NodeJS.ErrnoException, port));
        await world.sleep(retryMs, signal);
      }
    }
  }

  private connected(socket: net.Socket): void {
    const { accept, maxLineBytes, world, emit } = this.options;
    const connection = new Connection(socket, { accept, maxLineBytes, world });
    this.connections.set(socket, connection);
    emit({ type: "ConnectionOpened", peer: connection.peer });
    if (this.stop.signal.aborted) connection.finish();
    else if (this.held) socket.pause();
    void connection.closed.then((error) => {
      this.connections.delete(socket);
      emit({ type: "ConnectionClosed", peer: connection.peer, ...(error ? { error: error.message } : {}) });
    });
  }
}

/** One peer: its own framing, its own last partial line. */
class Connection {
  readonly peer: string;
  /** Resolves with the error that ended it, if one did. */
  readonly closed: Promise<Error | undefined>;
  private lastData = 0;

  constructor(
    private readonly socket: net.Socket,
    private readonly options: Pick<SyslogTcpOptions, "accept" | "maxLineBytes" | "world">,
  ) {
    const address = plainAddress(socket.remoteAddress);
    this.peer = `${address}:${socket.remotePort ?? 0}`;
    const origin: Origin = { address };
    const framer = new LineFramer(options.maxLineBytes, (line, continuation) =>
      options.accept(line, origin, continuation),
    );
    socket.setKeepAlive(true, 60_000);
    socket.on("data", (chunk: Buffer) => {
      this.lastData++;
      framer.push(chunk);
    });
    // Half-open, so that we answer the peer's end ourselves, after its last byte.
    socket.on("end", () => socket.end());
    this.closed = new Promise((resolve) => {
      let failure: Error | undefined;
      socket.on("error", (error) => (failure = error));
      socket.on("close", () => {
        framer.end();
        resolve(failure);
      });
    });
  }

  /** Tells the peer the end, reads on until it is quiet or has ended too, then lets go. */
  finish(): void {
    this.socket.resume();
    this.socket.end();
    void this.letGo();
  }

  private async letGo(): Promise<void> {
    const { world } = this.options;
    for (let waited = 0; waited < closeMs && !this.socket.destroyed; waited += quietMs) {
      const before = this.lastData;
      await world.sleep(quietMs);
      if (this.lastData === before) break;
    }
    this.socket.destroy();
  }
}

/** `::ffff:10.0.0.5` is how a socket that serves both families shows 10.0.0.5. */
const plainAddress = (address: string | undefined): string => (address ?? "127.0.0.1").replace(/^::ffff:/, "");

function listen(host: string, port: number, onConnection: (socket: net.Socket) => void): Promise<net.Server> {
  return new Promise((resolve, reject) => {
    const server = net.createServer({ allowHalfOpen: true }, onConnection);
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve(server);
    });
  });
}

function whyNot(error: NodeJS.ErrnoException, port: number): string {
  const remedies: Readonly<Record<string, string>> = {
    EADDRINUSE:
      `another program listens there; find it with "ss -ltnp sport = :${port}" and stop it (Logtail uses this port too), ` +
      "or give another port (syslog.port, --port) here and in rsyslog's forwarder",
    EACCES:
      "ports below 1024 need CAP_NET_BIND_SERVICE; give a higher port (syslog.port, --port) here and in rsyslog's forwarder",
    EADDRNOTAVAIL: "this machine has no such address; correct syslog.host",
  };
  return `${remedies[error.code ?? ""] ?? error.message}; trying again every second`;
}
