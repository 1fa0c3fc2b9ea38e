const leastBytes = 256;
const noBytes = Buffer.alloc(0);

/**
 * Bytes of one line that come in pieces, however small: a single piece is kept as it is, more are copied into one buffer that
 * doubles. A list of pieces would cost hundreds of bytes for each; who sends a line byte by byte must not be able to do that.
 */
export class Pieces {
  length = 0;
  private bytes: Buffer = noBytes;
  /** Whether `bytes` are ours to write to. */
  private own = false;

  add(piece: Buffer): void {
    if (piece.length === 0) return;
    if (this.length === 0) {
      this.bytes = piece;
      this.own = false;
    } else {
      const wanted = this.length + piece.length;
      if (!this.own || wanted > this.bytes.length) this.grow(wanted);
      piece.copy(this.bytes, this.length);
    }
    this.length += piece.length;
  }

  /** All that was added since the last time, in one. */
  take(): Buffer {
    const { bytes } = this;
    const all = bytes.length === this.length ? bytes : bytes.subarray(0, this.length);
    this.bytes = noBytes;
    this.length = 0;
    return all;
  }

  private grow(wanted: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(leastBytes, 2 * wanted));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
    this.own = true;
  }
}
