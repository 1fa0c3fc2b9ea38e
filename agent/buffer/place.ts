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

/** Places of one segment that follow each other closely as one. */
export function joined(places: readonly Place[]): Place[] {
  const out: Place[] = [];
  for (const place of places) {
    const last = out.at(-1);
    const follows =
      last?.segment === place.segment && last.first + last.lines === place.first && place.from - last.to <= gapBytes;
    if (!follows) out.push({ ...place });
    else {
      last.to = place.to;
      last.lines += place.lines;
    }
  }
  return out;
}
