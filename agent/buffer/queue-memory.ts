import type { BlockMemory } from "./memory";

/** What blocks are given their bytes by. */
export type Lender = Pick<BlockMemory, "fullSize" | "sizeFor" | "take" | "giveBack" | "abandon">;

/** What one queue has of the memory for blocks, which all queues share. */
export class QueueMemory implements Lender {
  /** Bytes of all buffers that are lent to this queue. */
  used = 0;

  constructor(private readonly shared: BlockMemory) {}

  get fullSize(): number {
    return this.shared.fullSize;
  }

  get short(): boolean {
    return this.shared.short;
  }

  sizeFor(bytes: number): number {
    return this.shared.sizeFor(bytes);
  }

  take(size: number): Buffer {
    const buffer = this.shared.take(size);
    this.used += buffer.length;
    return buffer;
  }

  giveBack(buffer: Buffer): void {
    this.used -= buffer.length;
    this.shared.giveBack(buffer);
  }

  abandon(buffer: Buffer): void {
    this.used -= buffer.length;
    this.shared.abandon(buffer);
  }
}
