import type { Lender } from "./queue-memory";
import { encodeTrailer, type Destination, type GroupFace } from "./destination";
import type { Block } from "./block";

/** What a lane asks of the queue it belongs to. */
export interface LaneOwner {
  readonly destination: Destination;
  readonly memory: Lender;
  /** A block for at least `size` bytes more; undefined when the line is to be dropped. */
  room(lane: Lane, size: number): Block | undefined;
  /** A line of `size` bytes was written at the block's end. */
  added(block: Block, size: number): void;
}

/**
 * Lines of one logstore, topic and source, first in first out. Whoever adds a line writes its log (field 1 of a LogGroup)
 * at `block.to` of the block that `room` gave, then calls `added`.
 */
export class Lane {
  /** What stands after the logs when they are sent. */
  readonly trailer: Buffer;
  /** Number that the next line gets. */
  nextLine = 0;
  open: Block | undefined;
  /** The last block that left the memory: what follows it may become part of it. */
  left: Block | undefined;
  /** Bytes that its last block held when it was sealed. */
  usual = 0;
  readonly memory: Lender;

  constructor(
    /** Never used again in this logstore's folder. */
    readonly id: number,
    readonly face: GroupFace,
    private readonly owner: LaneOwner,
  ) {
    this.trailer = encodeTrailer(face);
    this.memory = owner.memory;
  }

  get destination(): Destination {
    return this.owner.destination;
  }

  /** A block whose bytes have room for `size` more at `to`; undefined when the line is to be dropped (and was counted). */
  room(size: number): Block | undefined {
    return this.owner.room(this, size);
  }

  added(block: Block, size: number, time: number): void {
    block.to += size;
    block.lines++;
    if (time < block.minTime) block.minTime = time;
    if (time > block.maxTime) block.maxTime = time;
    this.nextLine++;
    this.owner.added(block, size);
  }

  /** Adds a log that is encoded already; returns false when it was dropped. */
  append(log: Uint8Array, time: number): boolean {
    const block = this.room(log.length);
    if (block === undefined) return false;
    (block.bytes as Buffer).set(log, block.to);
    this.added(block, log.length, time);
    return true;
  }
}
