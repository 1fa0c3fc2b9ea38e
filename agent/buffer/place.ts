import type { Segment } from "./segment";

/** Consecutive lines of one lane in a segment; other lanes' records may lie in between. */
export interface Place {
  readonly segment: Segment;
  /** Bytes of the file. */
  readonly from: number;
  readonly to: number;
  /** Number in their lane of the first line. */
  readonly first: number;
  readonly lines: number;
}
