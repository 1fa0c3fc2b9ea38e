import type { BatchLimits, Block } from "./block";

/** A block's lines are given up together when the first of them is too old: they are not much younger than that. */
const joinedMs = 5 * 60_000;

const whichever = (): boolean => true;

/**
 * The blocks of one queue in their states: open ones in the order in which they were opened, sealed ones in the order in
 * which they are to be sent, and those that the sender has taken. Of blocks with the same hash key one is taken at a time.
 */
export class BlockLine {
  private readonly open = new Set<Block>();
  private sealed: Block[] = [];
  /** Sealed ones that are not on disk only: of a long outage few are. */
  private readonly loaded = new Set<Block>();
  private readonly taken = new Set<Block>();
  /** Hash keys of the taken ones. */
  private readonly busy = new Set<string>();

  /** Whether anything waits that is not taken. */
  get waiting(): boolean {
    return this.open.size > 0 || this.sealed.length > 0;
  }

  /** A block that lines will be added to. */
  addOpen(block: Block): void {
    this.open.add(block);
  }

  /** A block that came whole. */
  addSealed(block: Block): void {
    block.sealed = true;
    this.sealed.push(block);
  }

  /** Nothing is added to the block any more. */
  seal(block: Block): void {
    this.close(block);
    this.sealed.push(block);
    this.loaded.add(block);
  }

  /**
   * A sealed block is on disk only from now on. With limits it becomes part of the one that left before, where it follows that: of ten
   * thousand sources each brings a line or two before it has to leave, and each block is a request.
   */
  leave(block: Block, limits: BatchLimits | undefined): void {
    block.leave();
    this.loaded.delete(block);
    const { left } = block.lane;
    if (limits !== undefined && left !== undefined && mayJoin(left, block, limits)) {
      for (const place of block.places) left.places.push(place);
      left.extend(block.lines, block.to);
      this.sealed.splice(this.sealed.lastIndexOf(block), 1);
    } else block.lane.left = block;
  }

  /** The oldest block that may be sent: sealed, or open since `openedUntil` (monotonic ms) or before. Only one that is `wanted`. */
  take(openedUntil: number, wanted: (block: Block) => boolean = whichever): Block | undefined {
    const at = this.sealed.findIndex((each) => this.mayGo(each) && wanted(each));
    const waiting = this.sealed[at];
    const ripe = this.ripe(openedUntil, wanted);
    const block = ripe && (waiting === undefined || ripe.openedAt < waiting.openedAt) ? ripe : waiting;
    if (block === undefined) return undefined;
    if (block === ripe) this.close(block);
    else this.sealed.splice(at, 1);
    this.loaded.delete(block);
    block.taken = true;
    this.taken.add(block);
    const { hashKey } = block.lane.face;
    if (hashKey !== undefined) this.busy.add(hashKey);
    return block;
  }

  /** When the first block that may be sent was opened, in monotonic ms: "sealed" when it need not wait, undefined when there is none. */
  get next(): number | "sealed" | undefined {
    if (this.sealed.some((each) => this.mayGo(each))) return "sealed";
    for (const block of this.open) if (this.mayGo(block)) return block.openedAt;
    return undefined;
  }

  isTaken(block: Block): boolean {
    return this.taken.has(block);
  }

  /** From taken to where it was among the sealed. */
  giveBack(block: Block): void {
    this.untake(block);
    const at = this.sealed.findIndex(({ openedAt }) => openedAt > block.openedAt);
    this.sealed.splice(at < 0 ? this.sealed.length : at, 0, block);
    if (block.bytes !== undefined) this.loaded.add(block);
  }

  untake(block: Block): void {
    this.taken.delete(block);
    block.taken = false;
    const { hashKey } = block.lane.face;
    if (hashKey !== undefined) this.busy.delete(hashKey);
  }

  /** Every block, the taken ones first. */
  *all(): Iterable<Block> {
    yield* this.taken;
    yield* this.sealed;
    yield* this.open;
  }

  /** Those that are in memory and nobody has taken: sealed ones, newest first, then the open ones. */
  inMemory(): readonly Block[] {
    return [...[...this.loaded].reverse(), ...this.open];
  }

  private close(block: Block): void {
    block.sealed = true;
    block.lane.open = undefined;
    block.lane.usual = Math.min(block.to, block.lane.memory.fullSize);
    this.open.delete(block);
  }

  private ripe(openedUntil: number, wanted: (block: Block) => boolean): Block | undefined {
    for (const block of this.open) {
      if (block.openedAt > openedUntil) return undefined;
      if (this.mayGo(block) && wanted(block)) return block;
    }
    return undefined;
  }

  private mayGo({ lane }: Block): boolean {
    return lane.face.hashKey === undefined || !this.busy.has(lane.face.hashKey);
  }
}

function mayJoin(left: Block, block: Block, limits: BatchLimits): boolean {
  if (left.settled || left.taken || left.bytes !== undefined || block.openedAt - left.openedAt > joinedMs) return false;
  return left.hasRoomFor(block.firstLine, block.lines, block.to, limits);
}
