/** Consecutive lines of one lane that are in a segment, or on their way into one. */
export interface WrittenLines {
  /** The logstore's folder. */
  readonly queue: string;
  readonly lane: number;
  /** Number in their lane of the first line. */
  readonly first: number;
  readonly lines: number;
}

/** What a run asks of the buffer that the one before it has left. */
export interface RecoveredLines {
  /** Whether all of these are in it, or were settled. */
  holds(lines: WrittenLines): boolean;
  /** The disk promises to have what was recovered. Returns why it does not. */
  sync(): Error | undefined;
}
