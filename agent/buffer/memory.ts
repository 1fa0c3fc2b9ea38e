import { Slab } from "./slab";

/** Sizes of blocks that are not full; a lane with few lines needs no more. */
const smallSizes: readonly number[] = [8 * 1024, 32 * 1024, 128 * 1024];
/** Kept for the next, of each small size. */
const sparesBytes = 1024 * 1024;
/** A slab is larger than what the C library's heap would hold. */
const slabBytes = 33 * 1024 * 1024;
/** Where full blocks are small, it need not be. */
const mostBlocks = 128;
/** A slab of which more blocks were in use at once is let go when none is any more: the pages go back to the system. */
const keptBlocks = 8;

/**
 * The memory for blocks: counted, and used again. A buffer of half a megabyte that is made anew for each batch costs more
 * than filling it, and the collector lets such memory pile up.
 */
export class BlockMemory {
  /** Bytes of all buffers that are lent. */
  used = 0;
  private readonly spare = new Map<number, Buffer[]>(smallSizes.map((size) => [size, []]));
  private slabs: Slab[] = [];
  /** Buffers that were taken, ever; and when it was last asked whether there is no use any more. */
  private taken = 0;
  private takenBefore = 0;

  constructor(
    /** Size of a block that is full. */
    readonly fullSize: number,
    /** What may be lent; more is lent too, for what was accepted must lie somewhere. */
    readonly limit: number,
  ) {}

  get short(): boolean {
    return this.used >= this.limit;
  }

  /** The size of a buffer to take for so many bytes: one that can be used again, where there is one. */
  sizeFor(bytes: number): number {
    const small = smallSizes.find((size) => size >= bytes && size < this.fullSize);
    return small ?? Math.max(bytes, this.fullSize);
  }

  /** At least `size` bytes, contents undefined. */
  take(size: number): Buffer {
    const buffer =
      size === this.fullSize ? this.takeFull() : (this.spare.get(size)?.pop() ?? Buffer.allocUnsafeSlow(size));
    this.used += buffer.length;
    this.taken++;
    return buffer;
  }

  /** Nobody may look at it any more. */
  giveBack(buffer: Buffer): void {
    this.used -= buffer.length;
    const slab = this.slabs.find((each) => each.owns(buffer));
    if (slab !== undefined) {
      slab.giveBack(buffer);
      if (slab.isFree && slab.highest > keptBlocks) {
        this.slabs = this.slabs.filter((each) => each !== slab);
        slab.release();
      }
      return;
    }
    const spare = this.spare.get(buffer.length);
    if (spare !== undefined && (spare.length + 1) * buffer.length <= sparesBytes) spare.push(buffer);
  }

  /** Somebody still looks at it: it is left to the collector. */
  abandon(buffer: Buffer): void {
    this.used -= buffer.length;
  }

  /** Lets everything go when nothing is lent, and nothing was since the last call. To be called now and then. */
  letGoIdle(): void {
    if (this.used === 0 && this.taken === this.takenBefore) {
      for (const slab of this.slabs) if (slab.isFree) slab.release();
      this.slabs = this.slabs.filter(({ isFree }) => !isFree);
      for (const spare of this.spare.values()) spare.length = 0;
    }
    this.takenBefore = this.taken;
  }

  private takeFull(): Buffer {
    for (const slab of this.slabs) {
      const block = slab.take();
      if (block !== undefined) return block;
    }
    const slab = new Slab(this.fullSize, Math.min(mostBlocks, Math.ceil(slabBytes / this.fullSize)));
    this.slabs.push(slab);
    return slab.take() as Buffer;
  }
}
