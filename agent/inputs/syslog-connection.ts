import type * as net from "node:net";
import type { World } from "../world";
import type { Origin } from "./intake";
import { LineFramer } from "./line-framer";

export interface SyslogConnectionOptions {
  readonly maxLineBytes: number;
  /** Takes a line for good. */
  readonly accept: (line: Buffer, origin: Origin, continuation: boolean) => void;
  /** Takes a line that lies within bytes for good, or returns false. @default never */
  readonly acceptRange?: (bytes: Buffer, from: number, to: number, origin: Origin) => boolean;
  readonly world: World;
}

/** At the end: a connection that has sent nothing for so long has nothing left in its socket … */
const quietMs = 100;
/** … and one that goes on sending after our end-of-connection is cut off after so long. */
const closeMs = 2_000;

/** One full turn of the event loop: sockets were looked at in it. */
export const turnOfTheLoop = async (): Promise<void> => {
  for (let i = 0; i < 2; i++) await new Promise((resolve) => setImmediate(resolve));
};

/** One peer: its own framing, its own last partial line. */
export class SyslogConnection {
  readonly peer: string;
  /** Resolves with the error that ended it, if one did. */
  readonly closed: Promise<Error | undefined>;
  private chunks = 0;

  constructor(
    private readonly socket: net.Socket,
    private readonly options: SyslogConnectionOptions,
  ) {
    const address = plainAddress(socket.remoteAddress);
    this.peer = `${address}:${socket.remotePort ?? 0}`;
    const origin: Origin = { address };
    const framer = new LineFramer(
      options.maxLineBytes,
      (line, continuation) => options.accept(line, origin, continuation),
      (bytes, from, to) => options.acceptRange?.(bytes, from, to, origin) ?? false,
    );
    socket.setKeepAlive(true, 60_000);
    socket.on("data", (chunk: Buffer) => {
      this.chunks++;
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

  /** TCP pushes back on the peer, or lets it go on. */
  setHeld(held: boolean): void {
    if (held) this.socket.pause();
    else this.socket.resume();
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
      const before = this.chunks;
      await world.sleep(quietMs);
      // A late timer says nothing of the socket: quiet is what was looked at and had nothing.
      await turnOfTheLoop();
      if (this.chunks === before) break;
    }
    this.socket.destroy();
  }
}

/** `::ffff:10.0.0.5` is how a socket that serves both families shows 10.0.0.5. */
const plainAddress = (address: string | undefined): string => (address ?? "127.0.0.1").replace(/^::ffff:/, "");
