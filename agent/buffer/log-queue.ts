import { Bell } from "./bell";
import { Block, type BatchLimits } from "./block";
import { BlockLine } from "./block-line";
import { destinationKey, type Destination, type GroupFace } from "./destination";
import type { Lane, LaneOwner } from "./lane";
import { Lanes } from "./lanes";
import type { DropReason } from "./losses";
import type { BlockMemory } from "./memory";
import { QueueMemory } from "./queue-memory";
import { RecoveredBlocks } from "./recovered-blocks";
import type { SegmentFolder } from "./segment-folder";
import type { Reading, RecoveredFolder } from "./segment-recovery";
import { unwritten } from "./segment-write";

/** What a queue tells the buffer that holds it. */
export interface QueueOwner {
  /** A block has bytes that are not on disk; told once until they are. */
  dirty(queue: LogQueue, block: Block): void;
  /** Lines were added so that the queue holds more than its limit. Returns whether a new line is to be dropped. */
  overflow(queue: LogQueue): boolean;
  /** Lines were settled: there may be room again. */
  settled(queue: LogQueue): void;
  /** So many lines are lost, for good. */
  lost(queue: LogQueue, lines: number, why: DropReason): void;
}

export interface LogQueueOptions {
  readonly destination: Destination;
  readonly limits: BatchLimits;
  readonly memory: BlockMemory;
  /** Unsettled bytes at which `overflow` is asked. */
  readonly maxBytes: number;
  readonly owner: QueueOwner;
  readonly folder: SegmentFolder;
  /** Whether new lines go to disk while they wait. */
  readonly toDisk: boolean;
  /** Milliseconds that never jump. */
  readonly monotonic: () => number;
  readonly now: () => Date;
}

/** What waits for one logstore, block by block, the oldest first. */
export class LogQueue implements LaneOwner {
  readonly destination: Destination;
  readonly key: string;
  readonly memory: QueueMemory;
  readonly folder: SegmentFolder;
  /** Rings when the first line comes, when a block is full, when one is settled or given back. */
  readonly changed = new Bell();
  /** Not settled, with what the sender has taken. */
  lines = 0;
  bytes = 0;
  private readonly lanes = new Lanes(this);
  private readonly blocks = new BlockLine();

  constructor(private readonly options: LogQueueOptions) {
    this.destination = options.destination;
    this.key = destinationKey(options.destination);
    this.memory = new QueueMemory(options.memory);
    this.folder = options.folder;
  }

  /** Lines of this topic and source. */
  lane(face: GroupFace): Lane {
    return this.lanes.of(face);
  }

  room(lane: Lane, size: number): Block | undefined {
    const { limits, owner } = this.options;
    if (this.bytes >= this.options.maxBytes && owner.overflow(this)) return undefined;
    let block = lane.open;
    if (block !== undefined && block.to + size > limits.bytes) {
      this.seal(block);
      block = undefined;
    }
    const grows = block?.bytes === undefined || block.to + size > block.bytes.length;
    if (grows && this.memory.short && owner.overflow(this)) return undefined;
    // Where room was made it may have been this very block's: dropped, or on disk only.
    if (block?.sealed) block = undefined;
    if (block === undefined) {
      block = new Block(lane, lane.nextLine, this.options.monotonic(), this.options.now());
      lane.open = block;
      this.blocks.addOpen(block);
    }
    if (grows) block.reserve(size);
    return block;
  }

  added(block: Block, size: number): void {
    this.lines++;
    this.bytes += size;
    if (!block.dirty && this.options.toDisk) this.toDiskOnce(block);
    const { limits } = this.options;
    if (block.lines >= limits.lines || block.to >= limits.bytes) this.seal(block);
    else if (block.lines === 1) this.changed.ring();
  }

  /** What the block has now goes to disk with the next write. */
  toDiskOnce(block: Block): void {
    if (block.dirty || unwritten(block) === 0) return;
    block.dirty = true;
    this.options.owner.dirty(this, block);
  }

  /**
   * The oldest block that may be sent: sealed, or open for at least `lingerMs`. Of an ordered lane one at a time. The
   * sender settles it or gives it back.
   */
  take(lingerMs: number): Block | undefined {
    return this.blocks.take(this.options.monotonic() - lingerMs);
  }

  /** Milliseconds until `take` has something, when nothing is added; undefined when nothing waits. */
  ripeIn(lingerMs: number): number | undefined {
    const { next } = this.blocks;
    if (next === undefined) return undefined;
    if (next === "sealed") return 0;
    return Math.max(0, next + lingerMs - this.options.monotonic());
  }

  /** Whether anything waits that is not taken. */
  get waiting(): boolean {
    return this.blocks.waiting;
  }

  get maxBytes(): number {
    return this.options.maxBytes;
  }

  /** When the oldest unsettled line was accepted. */
  get oldest(): Date | undefined {
    let oldest: Block | undefined;
    for (const block of this.unsettled()) if (oldest === undefined || block.openedAt < oldest.openedAt) oldest = block;
    return oldest?.acceptedAt;
  }

  /** Milliseconds since the block's first line came, or since the start of the agent. */
  ageOf(block: Block): number {
    return this.options.monotonic() - block.openedAt;
  }

  /** Sees to it that the block's bytes are in memory. What cannot be read any more is settled as lost; rejects when it cannot be read now. */
  async load(block: Block): Promise<void> {
    if (block.bytes !== undefined) return;
    const missing = await this.folder.load(block, this.memory);
    this.bytes -= missing.bytes;
    if (missing.lines === 0) return;
    this.lines -= missing.lines;
    this.options.owner.lost(this, missing.lines, "damaged");
    if (block.lines === 0) this.settle(block, 0);
  }

  /** The first `lines` of a taken block are safe elsewhere, or given up. */
  settle(block: Block, lines: number, bytes = block.size): void {
    this.folder.settle(block, block.lines === lines ? Infinity : lines);
    this.lines -= lines;
    this.bytes -= bytes;
    block.from += bytes;
    block.lines -= lines;
    block.firstLine += lines;
    if (block.lines === 0) this.end(block);
    this.options.owner.settled(this);
  }

  /** Back to the front. */
  giveBack(block: Block): void {
    if (!this.blocks.isTaken(block)) return;
    this.blocks.giveBack(block);
    this.changed.ring();
  }

  /** Gives up the oldest block that waits and is `wanted`, for want of room. Returns whether there was one. */
  dropOldest(wanted?: (block: Block) => boolean): boolean {
    const block = this.blocks.take(Infinity, wanted);
    if (block === undefined) return false;
    this.drop(block, "bufferFull");
    return true;
  }

  /** Gives up a taken block. */
  drop(block: Block, why: DropReason): void {
    this.dropFirst(block, block.lines, block.size, why);
  }

  /** Gives up the first lines of a taken block. */
  dropFirst(block: Block, lines: number, bytes: number, why: DropReason): void {
    this.settle(block, lines, bytes);
    this.options.owner.lost(this, lines, why);
  }

  /** Takes over what an earlier run has left, when all of it is read: until then a block may still grow. */
  async recover(reading: Reading): Promise<RecoveredFolder> {
    const recovered = new RecoveredBlocks(this.options.limits, this, this.options.monotonic());
    const folder = await this.folder.recover((found) => recovered.add(found), reading);
    for (const block of recovered.blocks) {
      this.lines += block.lines;
      this.bytes += block.to;
      this.blocks.addSealed(block);
    }
    this.lanes.startAt(folder.nextLane);
    return folder;
  }

  /** Blocks in memory that nobody has taken, those first that are sent last. */
  loaded(): readonly Block[] {
    return this.blocks.inMemory();
  }

  /** Ends a block before it is full, so that it may leave the memory. */
  seal(block: Block): void {
    this.blocks.seal(block);
    this.changed.ring();
  }

  /** Lets a block that is on disk leave the memory; with `mayJoin` it may become part of the one that left before. */
  letLeave(block: Block, mayJoin: boolean): void {
    if (!block.sealed) this.seal(block);
    this.blocks.leave(block, mayJoin ? this.options.limits : undefined);
  }

  /** Every block that holds lines, the taken ones first. */
  unsettled(): Iterable<Block> {
    return this.blocks.all();
  }

  private end(block: Block): void {
    block.settled = true;
    this.blocks.untake(block);
    if (!block.writing) block.leave();
    this.changed.ring();
  }
}
