import { Block, type BatchLimits } from "./block";
import { Lane, type LaneOwner } from "./lane";
import { faceOf } from "./segment-format";
import type { RecoveredBlock } from "./segment-recovery";

/** Makes blocks of what an earlier run has left, as large as a batch may be: a record holds what came between two writes. */
export class RecoveredBlocks {
  /** Oldest first. */
  readonly blocks: Block[] = [];
  /** Of each lane. */
  private readonly last = new Map<number, Block>();

  constructor(
    private readonly limits: BatchLimits,
    private readonly owner: LaneOwner,
    /** When they count as accepted, in monotonic milliseconds. */
    private readonly openedAt: number,
  ) {}

  add(found: RecoveredBlock): void {
    const { bytes, place } = found;
    const block = this.blockFor(found);
    block.places.push(place);
    block.places.joinLast();
    block.extend(place.lines, bytes);
  }

  /** The lane's last block where the lines go on there, or a new one. */
  private blockFor({ record, bytes, place: { first, lines } }: RecoveredBlock): Block {
    const id = record.lane;
    const last = this.last.get(id);
    if (last?.hasRoomFor(first, lines, bytes, this.limits)) return last;
    const lane = last?.lane ?? new Lane(id, faceOf(record), this.owner);
    const block = new Block(lane, first, this.openedAt, new Date(record.acceptedAt));
    this.last.set(id, block);
    this.blocks.push(block);
    return block;
  }
}
