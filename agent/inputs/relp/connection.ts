import type * as net from "node:net";
import { agentVersion } from "../../version";
import type { World } from "../../world";
import type { TakeLine } from "../input";
import type { Origin } from "../intake";
import { letGo, peerOf, turnOfTheLoop } from "../let-go";
import type { RelpMemory } from "./memory";
import { RelpSession } from "./session";
import type { SessionMemory } from "./session-memory";
import type { StreamConnection } from "../sockets/stream-input";

export interface RelpConnectionOptions {
  readonly maxLineBytes: number;
  /** Takes a line for good once `committed` has resolved. */
  readonly accept: TakeLine;
  /** Resolves when every line that was taken so far is safe; rejects when they cannot be made safe. */
  readonly committed: () => Promise<void>;
  /** Of all RELP inputs. */
  readonly memory: RelpMemory;
  /** The input's name: what one brings does not come again at another. */
  readonly name: string;
  readonly world: World;
  /** Lines came again that are stored already. */
  readonly onKnown: (peer: string, lines: number) => void;
  /** A peer that speaks no RELP, or whose lines could not be made safe. */
  readonly onCutOff: (peer: string, why: string) => void;
}

/** For making safe what was taken, and for the good bye. */
const finishMs = 5_000;
/** Answers that the peer does not fetch: above so many bytes nothing more is read from it. */
const maxUnfetchedBytes = 1024 * 1024;
/** Frames that may be what an ended session has left are held until nothing has come for so long: a client sends them in one go. */
const quietMs = 1_000;

/** One RELP client. Lines that were not answered when it ends come again from the client. */
export class RelpConnection implements StreamConnection {
  readonly peer: string;
  readonly closed: Promise<Error | undefined>;
  private readonly session: RelpSession;
  lastAt: number;
  private chunks = 0;
  private held = false;
  private finishing = false;
  private watching = false;
  private readonly memory: SessionMemory;

  constructor(
    private readonly socket: net.Socket,
    private readonly options: RelpConnectionOptions,
  ) {
    const { address, peer } = peerOf(socket);
    this.peer = peer;
    this.lastAt = options.world.monotonic();
    const origin: Origin = { address };
    this.memory = options.memory.session(`${options.name} ${address}`);
    this.session = new RelpSession({
      maxLineBytes: options.maxLineBytes,
      onLine: (line, continuation) => options.accept(line, origin, continuation),
      committed: options.committed,
      send: (text) => this.send(text),
      software: `sls-agent,${agentVersion}`,
      memory: this.memory,
      onKnown: (lines) => options.onKnown(peer, lines),
    });
    socket.setKeepAlive(true, 60_000);
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => this.read(chunk));
    socket.on("drain", () => this.setHeld(this.held));
    socket.on("end", () => {
      if (!this.finishing) this.session.takeHeld();
      this.finish();
      // Most are gone for good, and may be back with these lines before they are safe.
      this.memory.over();
    });
    this.closed = new Promise((resolve) => {
      let failure: Error | undefined;
      socket.on("error", (error) => (failure = error));
      socket.on("close", () => {
        this.memory.close();
        resolve(failure);
      });
    });
  }

  setHeld(held: boolean): void {
    this.held = held;
    if (this.finishing) return;
    if (held) this.socket.pause();
    else this.socket.resume();
  }

  /** Takes nothing more: what is in the socket was not answered and comes again. Answers what was taken. */
  finish(): void {
    if (this.finishing) return;
    this.finishing = true;
    void this.giveUpLate();
    this.session.bye().then(
      // Reads on, into nothing: a socket that is closed with something unread resets the peer, answers and all.
      () => void letGo(this.socket, () => this.chunks, this.options.world),
      (error: Error) => this.cutOff(error),
    );
  }

  private read(chunk: Buffer): void {
    this.chunks++;
    this.lastAt = this.options.world.monotonic();
    if (this.finishing) return;
    try {
      this.session.push(chunk);
    } catch (error) {
      this.options.onCutOff(this.peer, (error as Error).message);
      this.session.takeHeld();
      return this.finish();
    }
    if (this.session.state === "over") return this.finish();
    this.answer();
    if (this.session.holds && !this.watching) void this.watchHeld();
  }

  private answer(): void {
    this.session.answer().catch((error: Error) => this.cutOff(error));
  }

  /** What is held is taken when the client does not go on. */
  private async watchHeld(): Promise<void> {
    this.watching = true;
    const over = new AbortController();
    void this.closed.then(() => over.abort());
    while (this.session.holds && !over.signal.aborted) {
      const before = this.chunks;
      await this.options.world.sleep(quietMs, over.signal);
      // A late timer says nothing of the socket: what follows may lie in it.
      await turnOfTheLoop();
      if (this.finishing || over.signal.aborted) break;
      if (this.chunks !== before || this.held) continue;
      this.session.takeHeld();
      this.answer();
    }
    this.watching = false;
  }

  /** A disk that does not come back must not hold up the end: what is not answered comes again. */
  private async giveUpLate(): Promise<void> {
    const over = new AbortController();
    void this.closed.then(() => over.abort());
    await this.options.world.sleep(finishMs, over.signal);
    this.socket.destroy();
  }

  private cutOff(error: Error): void {
    if (this.socket.destroyed) return;
    this.options.onCutOff(this.peer, `its lines could not be made safe (${error.message}); it will send them again`);
    this.socket.destroy();
  }

  private send(text: string): void {
    if (!this.socket.writable) return;
    this.socket.write(text, "latin1");
    if (this.socket.writableLength > maxUnfetchedBytes) this.socket.pause();
  }
}
