import type { OnLine } from "./line-framer";

const lineFeed = 0x0a;
const empty = Buffer.alloc(0);

/**
 * Puts one line together from pieces of a frame whose length or end the protocol tells. A line longer than `maxBytes`
 * comes as its first `maxBytes`, then the rest as continuations of at most `maxBytes` each. One LF at the line's end is
 * no part of it: senders whose template ends in one put it into the frame.
 */
export class LineAssembler {
  private parts: Buffer[] = [];
  private length = 0;
  private continuation = false;

  constructor(
    private readonly maxBytes: number,
    private readonly onLine: OnLine,
  ) {}

  /** Whether a line has begun whose end has not come. */
  get begun(): boolean {
    return this.length > 0 || this.continuation;
  }

  add(bytes: Buffer): void {
    let rest = bytes;
    while (this.length + rest.length > this.maxBytes) {
      const room = this.maxBytes - this.length;
      this.keep(rest.subarray(0, room));
      rest = rest.subarray(room);
      this.emit(this.take());
      this.continuation = true;
    }
    this.keep(rest);
  }

  /** The line is over. */
  finish(): void {
    const line = this.take();
    const text = line.at(-1) === lineFeed ? line.subarray(0, -1) : line;
    // A cut that fell exactly on the line's end leaves nothing to continue.
    if (text.length > 0 || !this.continuation) this.emit(text);
    this.continuation = false;
  }

  private keep(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.parts.push(bytes);
    this.length += bytes.length;
  }

  private take(): Buffer {
    const [only] = this.parts;
    const line = this.parts.length > 1 ? Buffer.concat(this.parts, this.length) : (only ?? empty);
    this.parts = [];
    this.length = 0;
    return line;
  }

  private emit(line: Buffer): void {
    this.onLine(line, this.continuation);
  }
}
