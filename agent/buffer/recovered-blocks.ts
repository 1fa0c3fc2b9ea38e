import { Block, type BatchLimits } from "./block";
import { Lane, type LaneOwner } from "./lane";
import type { RecoveredBlock } from "./segment-recovery";

/** Makes blocks of what an earlier run has left, as large as a batch may be: a record holds what came between two writes. */
export class RecoveredBlocks {
  private readonly lanes = new Map<number, Lane>();
  /** Of each lane. */
  private readonly last = new Map<number, Block>();

  constructor(private readonly limits: BatchLimits) {}

  /** Returns the block that these lines begin; undefined when they were added to the one before. */
  add(found: RecoveredBlock, openedAt: number, owner: LaneOwner): Block | undefined {
    const { first, lines, bytes } = found;
    const before = this.last.get(found.lane);
    if (before?.hasRoomFor(first, lines, bytes, this.limits)) {
      grow(before, found);
      return undefined;
    }
    const block = new Block(this.laneOf(found, owner), first, openedAt, found.acceptedAt);
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
}

function grow(block: Block, { lines, bytes, place }: RecoveredBlock): void {
  block.extend([place], lines, bytes);
  block.places.joinLast();
}
