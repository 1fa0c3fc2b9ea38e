import type { LineMark } from "./line-mark";
import type { RelpMarks } from "./marks";

/** What an ended session has left: lines that are stored and were not answered. */
export interface Unanswered {
  readonly marks: RelpMarks;
  /** Whether it can still come again. */
  readonly offered: boolean;
}

/** Frames of an ended session that the new one may be repeating; the next one would have the number `next`. */
interface Candidate<T> {
  readonly ended: T;
  next: number;
}

/**
 * Whether a session begins with what an ended one has left. A client sends again, first and in their order, all frames to
 * which it did not see an answer: those that surely had none, and before them perhaps some whose answers it did not fetch.
 */
export class RelpRecogniser<T extends Unanswered> {
  private candidates: Candidate<T>[] | undefined;

  constructor(private readonly ended: readonly T[]) {}

  /**
   * Takes the next frame's mark. "no": this is nothing that was left. "perhaps": so far it is. Otherwise the ended session
   * of which everything has come again now; the shortest, when it could be several.
   */
  next(mark: Pick<LineMark, "first" | "second">): T | "perhaps" | "no" {
    this.candidates ??= this.ended.flatMap((ended) => beginnings(ended));
    this.candidates = this.candidates.filter(({ ended, next }) => ended.offered && ended.marks.is(next, mark));
    for (const candidate of this.candidates) {
      if (++candidate.next === candidate.ended.marks.taken) return candidate.ended;
    }
    return this.candidates.length > 0 ? "perhaps" : "no";
  }
}

/** Each frame at which it may begin: all from the first that may have been answered to the first that was not. */
function beginnings<T extends Unanswered>(ended: T): Candidate<T>[] {
  const { base, answered } = ended.marks;
  return Array.from({ length: answered - base + 1 }, (_, i) => ({ ended, next: base + i }));
}
