import { Block } from "./block";
import { Lane, type LaneOwner } from "./lane";
import type { BatchLimits } from "./log-queue";
import type { RecoveredBlock } from "./segment-recovery";

/** Makes blocks of what an earlier run has left, as large as a batch may be: a record holds what came between two writes. */
export class RecoveredBlocks {
  private readonly lanes = new Map<number, Lane>();
  /** Of each lane. */
  private readonly last = new Map<number, Block>();

  constructor(private readonly limits: BatchLimits) {}

  /** Returns the block that these lines begin; undefined when they were added to the one before. */
  add(found: RecoveredBlock, openedAt: number, owner: LaneOwner): Block | undefined {
    const before = this.last.get(found.lane);
    if (before !== undefined && this.continues(before, found)) {
      grow(before, found);
      return undefined;
    }
    const block = new Block(this.laneOf(found, owner), found.first, openedAt, found.acceptedAt);
    grow(block, found);
    this.last.set(found.lane, block);
    return block;
  }

  private laneOf(found: RecoveredBlock, owner: LaneOwner): Lane {
    const id = found.lane;
    let lane = this.lanes.get(id);
    if (lane === undefined) this.lanes.set(id, (lane = new Lane(id, found.face, owner)));
    return lane;
  }

  /** Whether the lines follow the block's own and it has room for them. */
  private continues(block: Block, found: RecoveredBlock): boolean {
    const { limits } = this;
    if (block.firstLine + block.lines !== found.first) return false;
    return block.to + found.bytes <= limits.bytes && block.lines + found.lines <= limits.lines;
  }
}

function grow(block: Block, { lines, bytes, place }: RecoveredBlock): void {
  block.places.push(place);
  block.places.joinLast();
  block.lines += lines;
  block.to += bytes;
  block.written = block.to;
  block.writtenLine = block.firstLine + block.lines;
}
