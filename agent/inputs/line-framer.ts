import { Pieces } from "./pieces";

const lineFeed = 0x0a;

/** Gets each line without its LF. `continuation` is set on the rest of a line that was longer than the limit. */
export type OnLine = (line: Buffer, continuation: boolean) => void;

/** Takes the line that lies there, or returns false; a way past `OnLine` that makes no object for each line. */
export type TakeRange = (bytes: Buffer, from: number, to: number) => boolean;

/**
 * Cuts one connection's bytes into lines at LF. A line longer than `maxBytes` comes as its first `maxBytes`, then the
 * rest as continuations of at most `maxBytes` each: joined again they are the line, nothing is lost.
 */
export class LineFramer {
  private readonly pieces = new Pieces();
  private continuation = false;

  constructor(
    private readonly maxBytes: number,
    private readonly onLine: OnLine,
    /** Asked first for lines that lie whole in one chunk. */
    private readonly takeRange: TakeRange = () => false,
  ) {}

  /** Bytes of a line whose end has not come yet. */
  get pending(): number {
    return this.pieces.length;
  }

  push(chunk: Buffer): void {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(lineFeed, start);
      if (this.pieces.length === 0 && !this.continuation && end >= 0 && end - start <= this.maxBytes) {
        // Nearly every line: whole, in one chunk.
        if (!this.takeRange(chunk, start, end)) this.onLine(chunk.subarray(start, end), false);
        start = end + 1;
        continue;
      }
      this.add(chunk.subarray(start, end < 0 ? chunk.length : end));
      if (end < 0) return;
      // A cut that fell exactly on the line's end leaves nothing to continue.
      if (this.pieces.length > 0 || !this.continuation) this.emit();
      this.continuation = false;
      start = end + 1;
    }
  }

  /** The connection is over: what came without a LF is a line too. */
  end(): void {
    if (this.pieces.length > 0) this.emit();
    this.continuation = false;
  }

  private add(bytes: Buffer): void {
    let rest = bytes;
    while (this.pieces.length + rest.length > this.maxBytes) {
      const room = this.maxBytes - this.pieces.length;
      this.pieces.add(rest.subarray(0, room));
      rest = rest.subarray(room);
      this.emit();
      this.continuation = true;
    }
    this.pieces.add(rest);
  }

  private emit(): void {
    this.onLine(this.pieces.take(), this.continuation);
  }
}
