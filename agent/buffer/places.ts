import { PackedPlaces } from "./packed-places";
import type { Place } from "./place";
import type { Segment } from "./segment";

/** Records of other lanes that lie between those of a block are read with it up to this size. */
const gapBytes = 64 * 1024;

/**
 * Where the lines of one block are on disk, in their order. While the service is away a relay of a thousand machines has a record for
 * nearly every line: millions of them, which must cost little memory, and little time when they are read back.
 */
export class Places implements Iterable<Place> {
  private packed = new PackedPlaces();
  /** The last two, which may yet become one, or be taken back. Without a last one there is none before it. */
  private before: Place | undefined;
  private last: Place | undefined;

  get length(): number {
    return this.packed.length + (this.before === undefined ? 0 : 1) + (this.last === undefined ? 0 : 1);
  }

  /** Adds a place behind the others. */
  push(place: Place): void {
    if (this.before !== undefined) this.packed.add(this.before);
    this.before = this.last;
    this.last = place;
  }

  /** The last place becomes part of the one before where it follows that closely. */
  joinLast(): void {
    const { before, last } = this;
    if (before === undefined || last === undefined || before.segment !== last.segment) return;
    const gap = last.from - before.to;
    if (before.first + before.lines !== last.first || gap < 0 || gap > gapBytes) return;
    this.last = { ...before, to: last.to, lines: before.lines + last.lines };
    this.before = undefined;
  }

  /** One that was not written after all; mostly the last. */
  remove(place: Place): void {
    const isIt = ({ segment, from }: Place): boolean => segment === place.segment && from === place.from;
    if (this.last !== undefined && isIt(this.last)) {
      this.last = this.before;
      this.before = undefined;
      return;
    }
    const others = [...this].filter((each) => !isIt(each));
    this.packed = new PackedPlaces();
    this.before = this.last = undefined;
    for (const each of others) this.push(each);
  }

  /** Whether all of it is in segments of which this is true. */
  everySegment(isSo: (segment: Segment) => boolean): boolean {
    const both = [this.before, this.last];
    return this.packed.segments.every(isSo) && both.every((place) => place === undefined || isSo(place.segment));
  }

  *[Symbol.iterator](): Iterator<Place> {
    yield* this.packed;
    if (this.before !== undefined) yield this.before;
    if (this.last !== undefined) yield this.last;
  }
}
