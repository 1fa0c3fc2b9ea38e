import type * as net from "node:net";
import type { World } from "../../world";
import type { TakeLine } from "../input";
import type { Origin } from "../intake";
import { letGo, peerOf, turnOfTheLoop } from "../let-go";
import { ReadPacer } from "../sockets/read-pacer";
import { StreamFramer } from "../framing/stream-framer";
import type { StreamConnection } from "../sockets/stream-input";

export interface SyslogConnectionOptions {
  readonly maxLineBytes: number;
  /** Takes a line for good. */
  readonly accept: TakeLine;
  /** Versions with which a line of a stream format may begin, for telling the framing. @default Logtail's own */
  readonly versions?: readonly string[];
  readonly world: World;
}

/** One peer: its own framing, its own last partial line. */
export class SyslogConnection implements StreamConnection {
  readonly peer: string;
  readonly closed: Promise<Error | undefined>;
  lastAt: number;
  private chunks = 0;
  private readonly pacer: ReadPacer;

  constructor(
    private readonly socket: net.Socket,
    private readonly options: SyslogConnectionOptions,
  ) {
    const { address, peer } = peerOf(socket);
    this.peer = peer;
    this.lastAt = options.world.monotonic();
    const origin: Origin = { address };
    const { maxLineBytes: maxBytes, versions, accept } = options;
    const onLine = (line: Buffer, continuation: boolean): void => accept(line, origin, continuation);
    const { range } = accept;
    const takeRange = range && ((bytes: Buffer, from: number, to: number): boolean => range(bytes, from, to, origin));
    const framer = new StreamFramer({ maxBytes, onLine, takeRange, versions });
    this.pacer = new ReadPacer(socket, options.world, turnOfTheLoop);
    socket.setKeepAlive(true, 60_000);
    socket.on("data", (chunk: Buffer) => {
      this.chunks++;
      this.lastAt = options.world.monotonic();
      framer.push(chunk);
      this.pacer.took(chunk.length);
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
    this.pacer.setHeld(held);
  }

  finish(): void {
    this.pacer.end();
    void letGo(this.socket, () => this.chunks, this.options.world);
  }
}
