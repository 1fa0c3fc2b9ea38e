import * as net from "node:net";
import { Bell } from "../../buffer/bell";
import type { Emit } from "../../status/events";
import type { InputStatus } from "../../status/status-file";
import { OnceAMinute } from "../../status/once-a-minute";
import type { Waits } from "../../status/waits";
import type { World } from "../../world";
import { Crowd } from "./crowd";
import type { Input, InputState } from "../input";
import { turnOfTheLoop } from "../let-go";
import { listen, placeName, whyNot, type ListenPlace } from "./listen-place";

/** What one peer's bytes are handed to. */
export interface StreamConnection {
  readonly peer: string;
  /** When it last brought something, or was opened, in monotonic milliseconds. */
  readonly lastAt: number;
  /** Resolves with the error that ended it, if one did. */
  readonly closed: Promise<Error | undefined>;
  setHeld(held: boolean): void;
  /** Tells the peer the end, takes what is still to be taken, then lets go. */
  finish(): void;
}

export interface StreamInputOptions {
  /** For events and the status. */
  readonly name: string;
  readonly place: ListenPlace;
  /** Makes a server that hands over sockets which stay half-open when the peer ends. @default plain TCP, or a unix socket */
  readonly createServer?: (onConnection: (socket: net.Socket) => void) => net.Server;
  readonly connect: (socket: net.Socket) => StreamConnection;
  /** No more connections are taken than this. @default 512 */
  readonly maxConnections?: number;
  /** While three quarters of them are open, one that has brought nothing for so long is let go; 0: none is. @default 60,000 */
  readonly idleMs?: number;
  readonly world: World;
  readonly emit: Emit;
  readonly waits: Waits;
}

/** Between two tries to get the port. */
const retryMs = 1_000;
/** A flood may fill and free the buffer many times a second: only what is held for longer closes the door. */
const patienceMs = 250;
const usualConnections = 512;
const usualIdleMs = 60_000;
/** After being full, the door opens again at this share of the connections. */
const roomShare = 0.75;
/** At most so many turns of the event loop are spent on letting in who waits at the door. */
const lastTurns = 50;

/**
 * A door for stream connections, any number at once: TCP, TLS, unix sockets.
 *
 * waiting (for the port) -> listening <-> held (the buffer is full) -> closed.
 * held: the connections are paused, TCP pushes back; when it lasts, the door is shut, which means that the port is closed.
 * A connection that was taken but is not read would lie in memory with what it brought, and at the limit of open files it
 * would be thrown away with that; one that is refused leaves its lines with the peer. The same at maxConnections.
 * close(): shuts the door, tells each peer the end, reads what has come already, then lets go. What a peer sends after that
 * stays with the peer, who sees the connection end: rsyslog keeps it in its queue.
 */
export class StreamInput implements Input {
  private server: net.Server | undefined;
  private boundPort: number | undefined;
  private announced = false;
  private readonly connections = new Set<StreamConnection>();
  private taken = 0;
  private readonly stop = new AbortController();
  /** Rings when the door may have to be opened or shut. */
  private readonly changed = new Bell();
  private readonly tending: Promise<void>;
  private readonly idleEnded: OnceAMinute<"idle">;
  private readonly crowd: Crowd<StreamConnection>;
  private closing: Promise<void> | undefined;
  private held = false;
  private heldForLong: AbortController | undefined;
  private doorWanted = true;
  private crowded = false;
  private broken = false;

  constructor(private readonly options: StreamInputOptions) {
    const { world, emit, name, idleMs = usualIdleMs, maxConnections = usualConnections } = options;
    this.idleEnded = new OnceAMinute<"idle">(world.now, (_, connections, sample) =>
      emit({ type: "IdleConnectionsEnded", input: name, connections, sample }),
    );
    this.crowd = new Crowd({
      members: this.connections,
      fair: Math.floor(maxConnections * roomShare),
      idleMs,
      world,
      onLetGo: (members, ms) =>
        this.idleEnded.add("idle", members.length, () => `${members[0].peer}, for ${Math.round(ms / 1000)} s`),
    });
    this.tending = this.tend();
  }

  get state(): InputState {
    if (this.stop.signal.aborted) return "closed";
    if (this.held) return "held";
    return this.server === undefined && !this.crowded ? "waiting" : "listening";
  }

  /** The port in use; the wanted one while waiting; 0 for a unix socket. */
  get port(): number {
    const { place } = this.options;
    return this.boundPort ?? ("path" in place ? 0 : place.port);
  }

  get status(): InputStatus {
    const { name, place } = this.options;
    const at = "path" in place ? { address: place.path } : { address: place.host, port: this.port };
    return { input: name, state: this.state, ...at, connections: this.connections.size };
  }

  /** Holds the peers back, or lets them go on. */
  setHeld(held: boolean): void {
    this.held = held;
    this.heldForLong?.abort();
    this.heldForLong = undefined;
    this.doorWanted = true;
    if (this.stop.signal.aborted) return;
    for (const connection of this.connections) connection.setHeld(held);
    this.crowd.setHeld(held);
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
    await this.crowd.close();
    await this.tending;
    await this.shutDoor();
    for (const connection of this.connections) connection.finish();
    await Promise.all([...this.connections].map(({ closed }) => closed));
    this.idleEnded.flushAll();
    if (this.announced) this.options.emit({ type: "ListeningStopped", input: this.options.name });
  }

  private get waitsFor(): string {
    return placeName(this.options.place);
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
    const { waits, emit, name, place, createServer = plainServer } = this.options;
    let server: net.Server;
    try {
      server = createServer((socket) => this.connected(socket));
      await listen(server, place, this.boundPort);
    } catch (error) {
      waits.begin(this.waitsFor, whyNot(error as NodeJS.ErrnoException, place, this.boundPort));
      return false;
    }
    server.on("error", () => {
      // The kernel had no connection to give: shut, and once more in a moment.
      this.broken = true;
      this.changed.ring();
    });
    this.server = server;
    waits.end(this.waitsFor);
    if (this.announced) return true;
    this.announced = true;
    if ("path" in place) emit({ type: "Listening", input: name, address: place.path });
    else {
      this.boundPort = (server.address() as net.AddressInfo).port;
      emit({ type: "Listening", input: name, address: place.host, port: this.boundPort });
    }
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
    const { emit, maxConnections = usualConnections } = this.options;
    // A handshake that came to its end after the door was shut for good: nothing was sent yet.
    if (this.stop.signal.aborted && this.server === undefined) return void socket.destroy();
    const connection = this.options.connect(socket);
    this.connections.add(connection);
    this.taken++;
    this.crowd.joined();
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

/** A socket that is paused is read once more, not until 64 KiB lie in its stream. */
const plainServer = (onConnection: (socket: net.Socket) => void): net.Server =>
  net.createServer({ allowHalfOpen: true, highWaterMark: 1 }, onConnection);
