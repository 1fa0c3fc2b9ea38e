/**
 * The memory for blocks: counted, and used again. A buffer of half a megabyte that is made anew for each batch costs more
 * than filling it, and the collector lets such memory pile up.
 */
export class BlockMemory {
  /** Bytes of all buffers that are lent. */
  used = 0;
  private readonly spare: Buffer[] = [];

  constructor(
    /** Size of a block that is full. */
    readonly fullSize: number,
    /** What may be lent; more is lent too, for what was accepted must lie somewhere. */
    private readonly limit: number,
    /** So many full ones are kept for the next. */
    private readonly spares = 8,
  ) {}

  get short(): boolean {
    return this.used >= this.limit;
  }

  /** At least `size` bytes, contents undefined. */
  take(size: number): Buffer {
    const buffer =
      size === this.fullSize ? (this.spare.pop() ?? Buffer.allocUnsafeSlow(size)) : Buffer.allocUnsafeSlow(size);
    this.used += buffer.length;
    return buffer;
  }

  /** Nobody may look at it any more. */
  giveBack(buffer: Buffer): void {
    this.used -= buffer.length;
    if (buffer.length === this.fullSize && this.spare.length < this.spares) this.spare.push(buffer);
  }
}
