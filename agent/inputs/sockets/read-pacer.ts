import type * as net from "node:net";
import type { World } from "../../world";

/** How long nothing is read, and over how long the stream is measured. */
const restMs = 20;
/**
 * In bytes a millisecond. Below 4 MB a second the peer's lines are not worth waiting for; above 32 the kernel has no room for
 * what comes in the meantime, and a peer that could send more would be held back.
 */
const leastRate = 4_000;
const mostRate = 32_000;
/** A read brings so much where there is as much. A turn of the event loop that brings less has emptied the socket. */
const readBytes = 64 * 1024;
/** Turns that are waited for that; a stream in which there is always more is read without a break. */
const mostLooks = 3;

/**
 * A sender that writes line by line, or every millisecond, wakes its reader as often, and each wake-up (and the write to disk
 * that follows it) costs more than the lines that it brings. So a busy stream is left alone for 20 ms at a time: the kernel
 * keeps what comes, and holds the sender back where it has no room.
 *
 * measuring (20 ms) -> looking (until the socket is empty) -> resting -> measuring; no rest for a stream that is slow, or a flood.
 */
export class ReadPacer {
  private bytes = 0;
  private since: number;
  private looking = false;
  private resting = false;
  private held = false;
  private ended = false;

  constructor(
    private readonly socket: Pick<net.Socket, "pause" | "resume">,
    private readonly world: World,
    /** Resolves after every socket was looked at once more. */
    private readonly turn: () => Promise<void>,
  ) {
    this.since = world.monotonic();
  }

  /** So many bytes were read. */
  took(bytes: number): void {
    this.bytes += bytes;
    if (this.looking || this.ended || this.world.monotonic() - this.since < restMs) return;
    void this.restIfEmpty();
  }

  /** Holds the peer back, or lets it go on. */
  setHeld(held: boolean): void {
    if (this.ended) return;
    this.held = held;
    if (held) this.socket.pause();
    else if (!this.resting) this.socket.resume();
  }

  /** From now on the socket is somebody else's to pause. */
  end(): void {
    this.ended = true;
  }

  private async restIfEmpty(): Promise<void> {
    this.looking = true;
    const empty = await this.isEmpty();
    const now = this.world.monotonic();
    const rate = this.bytes / (now - this.since);
    this.since = now;
    this.bytes = 0;
    if (empty && rate >= leastRate && rate <= mostRate && !this.held && !this.ended) await this.rest();
    this.looking = false;
  }

  private async isEmpty(): Promise<boolean> {
    for (let look = 0; look < mostLooks; look++) {
      const before = this.bytes;
      await this.turn();
      if (this.bytes - before < readBytes) return true;
    }
    return false;
  }

  private async rest(): Promise<void> {
    this.resting = true;
    this.socket.pause();
    await this.world.sleep(restMs);
    this.resting = false;
    if (!this.held && !this.ended) this.socket.resume();
  }
}
