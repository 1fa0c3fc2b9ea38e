/**
 * Room for a number of equal blocks in one piece of memory. A piece of more than 32 MiB is never taken from the C
 * library's heap, where it would leave holes when it is let go: the system gives it page by page as it is written to, and
 * takes it back whole. Blocks are lent from the lower end, so that little use keeps few pages.
 */
export class Slab {
  /** Blocks that have been lent at once, at most: so much is resident. */
  highest = 0;
  private readonly bytes: Buffer;
  /** Numbers of the blocks that are free, the next one last. */
  private readonly free: number[];

  constructor(
    readonly blockSize: number,
    readonly blocks: number,
  ) {
    this.bytes = Buffer.allocUnsafeSlow(blockSize * blocks);
    this.free = Array.from({ length: blocks }, (_, n) => blocks - 1 - n);
  }

  get isFree(): boolean {
    return this.free.length === this.blocks;
  }

  /** Contents undefined. Returns nothing when all are lent. */
  take(): Buffer | undefined {
    const number = this.free.pop();
    if (number === undefined) return undefined;
    this.highest = Math.max(this.highest, this.blocks - this.free.length);
    return this.bytes.subarray(number * this.blockSize, (number + 1) * this.blockSize);
  }

  owns(block: Buffer): boolean {
    return block.buffer === this.bytes.buffer;
  }

  giveBack(block: Buffer): void {
    this.free.push((block.byteOffset - this.bytes.byteOffset) / this.blockSize);
  }

  /**
   * Lets the memory go; nothing is to be taken any more. What has lived for long is collected late, or never where the
   * agent is at rest from now on; so the memory is handed on to a new object, which goes with the next small collection.
   */
  release(): void {
    const { buffer } = this.bytes;
    structuredClone(buffer, { transfer: [buffer as ArrayBuffer] });
  }
}
