import * as net from "node:net";
import { Bell } from "../buffer/bell";
import type { Emit } from "../status/events";
import type { Waits } from "../status/waits";
import { SyslogConnection, turnOfTheLoop, type SyslogConnectionOptions } from "./syslog-connection";

export interface SyslogTcpOptions extends SyslogConnectionOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** No more connections are taken than this. @default 512 */
  readonly maxConnections?: number;
  readonly emit: Emit;
  readonly waits: Waits;
}

export type InputState = "waiting" | "listening" | "held" | "closed";

/** Between two tries to get the port. */
const retryMs = 1_000;
/** A flood may fill and free the buffer many times a second: only what is held for longer closes the door. */
const patienceMs = 250;
/** After being full, the door opens again at this share of the connections. */
const roomShare = 0.75;
/** At most so many turns of the event loop are spent on letting in who waits at the door. */
const lastTurns = 50;

/**
 * Lines over TCP, LF after each, any number of connections at once.
 *
 * waiting (for the port) -> listening <-> held (the buffer is full) -> closed.
 * held: the connections are paused, TCP pushes back; when it lasts, the door is shut, which means that the port is closed.
 * A connection that was taken but is not read would lie in memory with what it brought, and at the limit of open files it
 * would be thrown away with that; one that is refused leaves its lines with the peer. The same at maxConnections.
 * close(): shuts the door, tells each peer the end, reads what has come already, then lets go. What a peer sends after that
 * stays with the peer, who sees the connection end: rsyslog keeps it in its queue.
 */
export class SyslogTcpInput {
  readonly name = "syslog-tcp";
  private server: net.Server | undefined;
  private boundPort: number | undefined;
  private readonly connections = new Set<SyslogConnection>();
  private taken = 0;
  private readonly stop = new AbortController();
  /** Rings when the door may have to be opened or shut. */
  private readonly changed = new Bell();
  private readonly tending: Promise<void>;
  private closing: Promise<void> | undefined;
  private held = false;
  private heldForLong: AbortController | undefined;
  private doorWanted = true;
  private crowded = false;
  private broken = false;

  constructor(private readonly options: SyslogTcpOptions) {
    this.tending = this.tend();
  }

  get state(): InputState {
    if (this.stop.signal.aborted) return "closed";
    if (this.held) return "held";
    return this.server === undefined && !this.crowded ? "waiting" : "listening";
  }

  get connectionCount(): number {
    return this.connections.size;
  }

  /** The port in use; the wanted one while waiting. */
  get port(): number {
    return this.boundPort ?? this.options.port;
  }

  /** Holds the peers back, or lets them go on. */
  setHeld(held: boolean): void {
    this.held = held;
    this.heldForLong?.abort();
    this.heldForLong = undefined;
    this.doorWanted = true;
    if (this.stop.signal.aborted) return;
    for (const connection of this.connections) connection.setHeld(held);
    if (held) void this.shutAfterPatience();
    else this.changed.ring();
  }

  close(): Promise<void> {
    return (this.closing ??= this.end());
  }

  private async end(): Promise<void> {
    this.stop.abort();
    this.heldForLong?.abort();
    this.options.waits.end(this.waitsFor);
    await this.tending;
    await this.shutDoor();
    for (const connection of this.connections) connection.finish();
    await Promise.all([...this.connections].map(({ closed }) => closed));
    if (this.boundPort !== undefined) this.options.emit({ type: "ListeningStopped", input: this.name });
  }

  private get waitsFor(): string {
    return `TCP port ${this.options.port} on ${this.options.host}`;
  }

  private async shutAfterPatience(): Promise<void> {
    const over = new AbortController();
    this.heldForLong = over;
    await this.options.world.sleep(patienceMs, over.signal);
    if (over.signal.aborted) return;
    this.doorWanted = false;
    this.changed.ring();
  }

  /** Opens and shuts the door as it is wanted, until the end. */
  private async tend(): Promise<void> {
    const { signal } = this.stop;
    while (!signal.aborted) {
      const wanted = this.doorWanted && !this.crowded && !this.broken;
      if (wanted === (this.server !== undefined)) await this.changed.wait(signal);
      else if (!wanted) await this.shutDoor();
      else if (!(await this.openDoor())) await this.options.world.sleep(retryMs, signal);
      if (this.broken) {
        await this.options.world.sleep(retryMs, signal);
        this.broken = false;
      }
    }
  }

  /** Returns whether it is open. */
  private async openDoor(): Promise<boolean> {
    const { waits, emit, host } = this.options;
    try {
      const server = await listen(host, this.port, (socket) => this.connected(socket));
      server.on("error", () => {
        // The kernel had no connection to give: shut, and once more in a moment.
        this.broken = true;
        this.changed.ring();
      });
      this.server = server;
    } catch (error) {
      waits.begin(this.waitsFor, whyNot(error as NodeJS.ErrnoException, this.port));
      return false;
    }
    waits.end(this.waitsFor);
    if (this.boundPort !== undefined) return true;
    this.boundPort = (this.server.address() as net.AddressInfo).port;
    emit({ type: "Listening", input: this.name, address: host, port: this.boundPort });
    return true;
  }

  /**
   * Who has been let in by the kernel, but not by us, would be reset with what he brought: such connections are taken
   * first. A connection that comes in the very moment between the last look and the closing is still lost to that.
   */
  private async shutDoor(): Promise<void> {
    const { server } = this;
    if (server === undefined) return;
    for (let turn = 0, before = -1; turn < lastTurns && before !== this.taken; turn++) {
      before = this.taken;
      await turnOfTheLoop();
    }
    server.close();
    this.server = undefined;
  }

  private connected(socket: net.Socket): void {
    const { emit, maxConnections = 512 } = this.options;
    const connection = new SyslogConnection(socket, this.options);
    this.connections.add(connection);
    this.taken++;
    emit({ type: "ConnectionOpened", peer: connection.peer });
    if (this.held && !this.stop.signal.aborted) connection.setHeld(true);
    if (this.connections.size >= maxConnections) this.setCrowded(true);
    void connection.closed.then((error) => {
      this.connections.delete(connection);
      if (this.connections.size <= maxConnections * roomShare) this.setCrowded(false);
      emit({ type: "ConnectionClosed", peer: connection.peer, ...(error ? { error: error.message } : {}) });
    });
  }

  private setCrowded(crowded: boolean): void {
    if (this.crowded === crowded) return;
    this.crowded = crowded;
    this.changed.ring();
  }
}

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
