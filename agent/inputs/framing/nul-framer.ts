import type { Framer } from "../input";
import { LineAssembler } from "./line-assembler";
import type { OnLine } from "./line-framer";

/** Lines with a NUL after each (RFC 6587, 3.4.2), which may hold line feeds. */
export class NulFramer implements Framer {
  private readonly line: LineAssembler;

  constructor(maxBytes: number, onLine: OnLine) {
    this.line = new LineAssembler(maxBytes, onLine);
  }

  push(chunk: Buffer): void {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(0, start);
      this.line.add(chunk.subarray(start, end < 0 ? chunk.length : end));
      if (end < 0) return;
      this.line.finish();
      start = end + 1;
    }
  }

  end(): void {
    if (this.line.begun) this.line.finish();
  }
}
