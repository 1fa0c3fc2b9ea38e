import type { Lane } from "./lane";
import { Places } from "./places";

export interface BatchLimits {
  /** Encoded bytes before compression; one line may be larger, and is then a batch of its own. */
  readonly bytes: number;
  readonly lines: number;
}

/**
 * Logs of one lane, laid end to end as they will be sent: what becomes one PutLogs.
 *
 * open (lines are added) -> sealed -> taken by the sender -> settled; or back from taken to sealed. In each state parts of
 * it may be on disk too. A sealed one of which all is on disk may leave the memory, and is read back when it is taken.
 */
export class Block {
  /** Undefined while it is on disk only. */
  bytes: Buffer | undefined;
  /** The logs that are not settled lie from here … */
  from = 0;
  /** … to here. Without bytes: their size. */
  to = 0;
  /** Logs that are not settled. */
  lines = 0;
  /** Earliest and latest time of a log, unix seconds; not narrower than they are. */
  minTime = Infinity;
  maxTime = 0;
  sealed = false;
  taken = false;
  /** Everything of it is sent, set aside or dropped. */
  settled = false;
  /** Has bytes that wait to be written to disk. */
  dirty = false;
  /** Up to here it is on disk, or being written; and the number of the line that begins there. */
  written = 0;
  writtenLine: number;
  /** Is being written just now: the bytes must stay as they are. */
  writing = false;
  /** Where on disk its lines are, in their order. */
  readonly places = new Places();

  constructor(
    readonly lane: Lane,
    /** Number in its lane of the first line that is not settled. */
    public firstLine: number,
    /** When its first line came, in milliseconds of the world's monotonic clock. */
    readonly openedAt: number,
    /** The same for people. */
    readonly acceptedAt: Date,
  ) {
    this.writtenLine = firstLine;
  }

  /** Bytes of the logs that are not settled. */
  get size(): number {
    return this.to - this.from;
  }

  /** Whether all of it is on a disk that is trusted, and nobody needs its bytes. */
  get mayLeave(): boolean {
    const onDisk = !this.writing && !this.dirty && this.written === this.to;
    return (
      this.bytes !== undefined &&
      !this.taken &&
      onDisk &&
      this.places.everySegment(({ unsure }) => unsure === undefined)
    );
  }

  /** Whether memory is free when it is given up: what is being written just now is kept until it is. */
  get freesMemory(): boolean {
    return this.bytes !== undefined && !this.writing;
  }

  /** Makes room for `size` bytes more after `to`. */
  reserve(size: number): Buffer {
    const { memory } = this.lane;
    const wanted = this.to + size;
    if (this.bytes !== undefined && wanted <= this.bytes.length) return this.bytes;
    const old = this.bytes;
    // As large as the lane's last one came to be: what grows is copied.
    this.bytes = memory.take(memory.sizeFor(old === undefined ? Math.max(wanted, this.lane.usual) : wanted));
    if (old !== undefined) {
      old.copy(this.bytes, 0, 0, this.to);
      // A write that is under way reads the old one; it is left to the collector.
      if (this.writing) memory.abandon(old);
      else memory.giveBack(old);
    }
    return this.bytes;
  }

  /** Whether lines from number `first` on follow its own and have room in it. */
  hasRoomFor(first: number, lines: number, bytes: number, limits: BatchLimits): boolean {
    if (this.firstLine + this.lines !== first) return false;
    return this.lines + lines <= limits.lines && this.to + bytes <= limits.bytes;
  }

  /** Lines that follow its own are its lines from now on. It is on disk only, and so are they: their places are added. */
  extend(lines: number, bytes: number): void {
    this.lines += lines;
    this.to += bytes;
    this.written = this.to;
    this.writtenLine = this.firstLine + this.lines;
  }

  /** Lets the memory go. */
  leave(): void {
    const { bytes } = this;
    if (bytes === undefined) return;
    this.bytes = undefined;
    this.to -= this.from;
    this.written -= this.from;
    this.from = 0;
    this.lane.memory.giveBack(bytes);
  }
}
