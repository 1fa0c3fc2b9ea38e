import type { OnLine } from "./line-framer";
import { Pieces } from "./pieces";

const lineFeed = 0x0a;

/**
 * Puts one line together from pieces of a frame whose length or end the protocol tells. A line longer than `maxBytes`
 * comes as its first `maxBytes`, then the rest as continuations of at most `maxBytes` each. One LF at the line's end is
 * no part of it: senders whose template ends in one put it into the frame.
 */
export class LineAssembler {
  private readonly pieces = new Pieces();
  private continuation = false;

  constructor(
    private readonly maxBytes: number,
    private readonly onLine: OnLine,
  ) {}

  /** Whether a line has begun whose end has not come. */
  get begun(): boolean {
    return this.pieces.length > 0 || this.continuation;
  }

  add(bytes: Buffer): void {
    let rest = bytes;
    while (this.pieces.length + rest.length > this.maxBytes) {
      const room = this.maxBytes - this.pieces.length;
      this.pieces.add(rest.subarray(0, room));
      rest = rest.subarray(room);
      this.emit(this.pieces.take());
      this.continuation = true;
    }
    this.pieces.add(rest);
  }

  /** The line is over. */
  finish(): void {
    const line = this.pieces.take();
    const text = line.at(-1) === lineFeed ? line.subarray(0, -1) : line;
    // A cut that fell exactly on the line's end leaves nothing to continue.
    if (text.length > 0 || !this.continuation) this.emit(text);
    this.continuation = false;
  }

  private emit(line: Buffer): void {
    this.onLine(line, this.continuation);
  }
}
