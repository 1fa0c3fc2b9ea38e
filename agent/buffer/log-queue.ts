import { Bell } from "./bell";
import { Block } from "./block";
import { destinationKey, type Destination, type GroupFace } from "./destination";
import { Lane, type LaneOwner } from "./lane";
import { timesOf } from "./log-bytes";
import type { BlockMemory } from "./memory";
import { joined, unwritten, type SegmentFolder } from "./segment-folder";
import type { RecoveredBlock } from "./segment-recovery";

export interface BatchLimits {
  /** Encoded bytes before compression; one line may be larger, and is then a batch of its own. */
  readonly bytes: number;
  readonly lines: number;
}

/** What a queue tells the buffer that holds it. */
export interface QueueOwner {
  /** A block has bytes that are not on disk; told once until they are. */
  dirty(queue: LogQueue, block: Block): void;
  /** Lines were added so that the queue holds more than its limit. Returns whether a new line is to be dropped. */
  overflow(queue: LogQueue): boolean;
  /** Lines were settled: there may be room again. */
  settled(queue: LogQueue): void;
  /** So many lines are lost, for good. */
  lost(queue: LogQueue, lines: number, why: "damaged" | "bufferFull" | "tooOld"): void;
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

const manyLanes = 4096;

/** What waits for one logstore, block by block, the oldest first. */
export class LogQueue implements LaneOwner {
  readonly destination: Destination;
  readonly key: string;
  readonly memory: BlockMemory;
  readonly folder: SegmentFolder;
  /** Rings when the first line comes, when a block is full, when one is settled or given back. */
  readonly changed = new Bell();
  /** Not settled, with what the sender has taken. */
  lines = 0;
  bytes = 0;
  private readonly lanes = new Map<string, Lane>();
  private nextLane = 1;
  /** Open blocks in the order in which they were opened. */
  private readonly open = new Set<Block>();
  /** Sealed blocks that wait, in the order in which they are to be sent. */
  private sealed: Block[] = [];
  private readonly taken = new Set<Block>();
  /** Hash keys of the taken ones. */
  private readonly busy = new Set<string>();

  constructor(private readonly options: LogQueueOptions) {
    this.destination = options.destination;
    this.key = destinationKey(options.destination);
    this.memory = options.memory;
    this.folder = options.folder;
  }

  /** Lines of this topic and source. */
  lane(face: GroupFace): Lane {
    const key = `${face.hashKey ?? ""}\0${face.source}\0${face.topic}`;
    let lane = this.lanes.get(key);
    if (lane === undefined) {
      if (this.lanes.size >= manyLanes) this.forgetLanes();
      lane = new Lane(this.nextLane++, face, this);
      this.lanes.set(key, lane);
    }
    return lane;
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
    // Where the oldest lines are dropped it may have been this very block.
    if (block?.settled) block = undefined;
    if (block === undefined) {
      block = new Block(lane, lane.nextLine, this.options.monotonic(), this.options.now());
      lane.open = block;
      this.open.add(block);
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
    const at = this.sealed.findIndex((each) => this.mayGo(each));
    const waiting = this.sealed[at];
    const ripe = this.ripe(lingerMs);
    const block = ripe && (waiting === undefined || ripe.openedAt < waiting.openedAt) ? ripe : waiting;
    if (block === undefined) return undefined;
    if (block === ripe) this.seal(block, false);
    else this.sealed.splice(at, 1);
    block.taken = true;
    this.taken.add(block);
    const { hashKey } = block.lane.face;
    if (hashKey !== undefined) this.busy.add(hashKey);
    return block;
  }

  /** Milliseconds until `take` has something, when nothing is added; undefined when nothing waits. */
  ripeIn(lingerMs: number): number | undefined {
    if (this.sealed.some((each) => this.mayGo(each))) return 0;
    const now = this.options.monotonic();
    for (const block of this.open) if (this.mayGo(block)) return Math.max(0, block.openedAt + lingerMs - now);
    return undefined;
  }

  /** Whether anything waits that is not taken. */
  get waiting(): boolean {
    return this.open.size > 0 || this.sealed.length > 0;
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
    let taken: Buffer | undefined;
    const room = (size: number): Buffer =>
      (taken = this.memory.take(Math.max(size + block.lane.trailer.length, this.memory.fullSize)));
    const { bytes, to, missing } = await this.folder.read(block, room).catch((error: unknown) => {
      if (taken !== undefined) this.memory.giveBack(taken);
      throw error;
    });
    this.bytes -= block.to - to;
    block.bytes = bytes;
    block.to = to;
    block.written = to;
    const { min, max } = timesOf(bytes.subarray(0, to));
    block.minTime = min;
    block.maxTime = max;
    if (missing === 0) return;
    // Their numbers are of no use any more: what is left of the block is one piece.
    this.lines -= missing;
    block.lines -= missing;
    this.options.owner.lost(this, missing, "damaged");
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
    if (!this.taken.has(block)) return;
    this.untake(block);
    const at = this.sealed.findIndex(({ openedAt }) => openedAt > block.openedAt);
    this.sealed.splice(at < 0 ? this.sealed.length : at, 0, block);
    this.changed.ring();
  }

  /** Gives up the oldest block that waits. Returns whether there was one. */
  dropOldest(why: "bufferFull" | "tooOld"): boolean {
    const block = this.take(0);
    if (block === undefined) return false;
    this.drop(block, why);
    return true;
  }

  /** Gives up a taken block. */
  drop(block: Block, why: "bufferFull" | "tooOld"): void {
    const { lines } = block;
    this.settle(block, lines);
    this.options.owner.lost(this, lines, why);
  }

  /** Takes over what an earlier run has left. */
  recover(): void {
    const last = new Map<number, Block>();
    const lanes = new Map<number, Lane>();
    const add = (found: RecoveredBlock): void => {
      const { limits } = this.options;
      let lane = lanes.get(found.lane);
      if (lane === undefined) lanes.set(found.lane, (lane = new Lane(found.lane, found.face, this)));
      this.lines += found.lines;
      this.bytes += found.bytes;
      const block = last.get(found.lane);
      const continues = block !== undefined && block.firstLine + block.lines === found.first;
      if (continues && block.to + found.bytes <= limits.bytes && block.lines + found.lines <= limits.lines) {
        block.places = joined([...block.places, found.place]);
        grow(block, found);
        return;
      }
      const next = new Block(lane, found.first, this.options.monotonic(), found.acceptedAt);
      next.sealed = true;
      next.places = [found.place];
      grow(next, found);
      last.set(found.lane, next);
      this.sealed.push(next);
    };
    this.nextLane = this.folder.recover(add);
    if (this.sealed.length > 0) this.changed.ring();
  }

  /** Sealed blocks, newest first, then the open ones. */
  *loaded(): Iterable<Block> {
    for (let at = this.sealed.length - 1; at >= 0; at--) yield this.sealed[at] as Block;
    yield* this.open;
  }

  /** Ends a block before it is full, so that it may leave the memory. */
  seal(block: Block, wait = true): void {
    block.sealed = true;
    block.lane.open = undefined;
    this.open.delete(block);
    if (!wait) return;
    this.sealed.push(block);
    this.changed.ring();
  }

  /** Every block that holds lines, the taken ones first. */
  *unsettled(): Iterable<Block> {
    yield* this.taken;
    yield* this.sealed;
    yield* this.open;
  }

  private ripe(lingerMs: number): Block | undefined {
    const latest = this.options.monotonic() - lingerMs;
    for (const block of this.open) {
      if (block.openedAt > latest) return undefined;
      if (this.mayGo(block)) return block;
    }
    return undefined;
  }

  /** Sources come and go; one that comes back gets another lane. */
  private forgetLanes(): void {
    for (const [key, { open }] of this.lanes) if (open === undefined) this.lanes.delete(key);
  }

  private mayGo({ lane }: Block): boolean {
    return lane.face.hashKey === undefined || !this.busy.has(lane.face.hashKey);
  }

  private untake(block: Block): void {
    this.taken.delete(block);
    block.taken = false;
    const { hashKey } = block.lane.face;
    if (hashKey !== undefined) this.busy.delete(hashKey);
  }

  private end(block: Block): void {
    block.settled = true;
    this.untake(block);
    if (!block.writing) block.leave();
    this.changed.ring();
  }
}

function grow(block: Block, { lines, bytes }: RecoveredBlock): void {
  block.lines += lines;
  block.to += bytes;
  block.written = block.to;
  block.writtenLine = block.firstLine + block.lines;
}
