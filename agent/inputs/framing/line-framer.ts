import { LineAssembler } from "./line-assembler";

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
  private readonly line: LineAssembler;

  constructor(
    private readonly maxBytes: number,
    private readonly onLine: OnLine,
    /** Asked first for lines that lie whole in one chunk. */
    private readonly takeRange: TakeRange = () => false,
  ) {
    this.line = new LineAssembler(maxBytes, onLine);
  }

  push(chunk: Buffer): void {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(lineFeed, start);
      if (!this.line.begun && end >= 0 && end - start <= this.maxBytes) {
        // Nearly every line: whole, in one chunk.
        if (!this.takeRange(chunk, start, end)) this.onLine(chunk.subarray(start, end), false);
      } else {
        this.line.add(chunk.subarray(start, end < 0 ? chunk.length : end));
        if (end < 0) return;
        this.line.finish();
      }
      start = end + 1;
    }
  }

  /** The connection is over: what came without a LF is a line too. */
  end(): void {
    if (this.line.begun) this.line.finish();
  }
}
