import type { Segment } from "./segment";

/** Consecutive lines of one lane in a segment; other lanes' records may lie in between. */
export interface Place {
  readonly segment: Segment;
  /** Bytes of the file. */
  readonly from: number;
  to: number;
  /** Number in their lane of the first line. */
  readonly first: number;
  lines: number;
}

/** Records of other lanes that lie between those of a block are read with it up to this size. */
const gapBytes = 64 * 1024;

/** The last place becomes part of the one before where it follows that closely. The others are joined already: a block may have thousands. */
export function joinLast(places: Place[]): void {
  const [before, last] = [places.at(-2), places.at(-1)];
  if (before === undefined || last === undefined) return;
  const follows = before.segment === last.segment && before.first + before.lines === last.first;
  if (!follows || last.from - before.to > gapBytes) return;
  before.to = last.to;
  before.lines += last.lines;
  places.pop();
}
