import type { LineMark } from "./line-mark";

/** Frames that may have been answered and are remembered: what a client may send again before that which was surely not. */
const keptAnswered = 1024;
/** Frames without an answer: a window of librelp's client has 128 by default. With many more, nothing is remembered. */
const mostUnanswered = 8192;
const most = keptAnswered + mostUnanswered;

/**
 * Marks of the last frames of one RELP session. Frames have numbers, from 0:
 * `base` … `answered` … `taken`. Those before `answered` may have been answered, the others surely were not; those before
 * `base` are not known any more.
 */
export class RelpMarks {
  base = 0;
  answered = 0;
  taken = 0;
  /** Number of the frame whose mark is the first in `words`. */
  private origin = 0;
  private words: Int32Array = new Int32Array(128);

  /** Marks as `image` gave them, the first `answered` of which may have been answered. */
  static from(words: Int32Array, answered: number): RelpMarks {
    const marks = new RelpMarks();
    marks.words = words;
    marks.taken = words.length / 2;
    marks.answered = answered;
    return marks;
  }

  /** Whether there are frames without an answer, and all of them are known. */
  get usable(): boolean {
    return this.base <= this.answered && this.answered < this.taken;
  }

  add({ first, second }: Pick<LineMark, "first" | "second">): void {
    if (2 * (this.taken - this.origin) === this.words.length) this.makeRoom();
    const at = 2 * (this.taken++ - this.origin);
    this.words[at] = first;
    this.words[at + 1] = second;
  }

  /** A frame without a mark. */
  addUnknown(): void {
    this.taken++;
    this.forget();
  }

  /** Nothing of what came so far is known any more. */
  forget(): void {
    this.base = this.origin = this.taken;
  }

  is(frame: number, { first, second }: Pick<LineMark, "first" | "second">): boolean {
    const at = 2 * (frame - this.origin);
    return this.words[at] === first && this.words[at + 1] === second;
  }

  /** The first frame that `image` holds. */
  get imageFrom(): number {
    return Math.max(this.base, this.answered - keptAnswered);
  }

  /** Two words a frame. Not a copy. */
  image(): Int32Array {
    return this.words.subarray(2 * (this.imageFrom - this.origin), 2 * (this.taken - this.origin));
  }

  /**
   * Whether a frame without an answer is unlike all others: else a client that says the same again and again could not be told
   * from one that sends again.
   */
  get telling(): boolean {
    const times = new Map<string, number>();
    const key = (frame: number): string => {
      const at = 2 * (frame - this.origin);
      return `${this.words[at]} ${this.words[at + 1]}`;
    };
    for (let frame = this.base; frame < this.taken; frame++) times.set(key(frame), (times.get(key(frame)) ?? 0) + 1);
    for (let frame = this.answered; frame < this.taken; frame++) if (times.get(key(frame)) === 1) return true;
    return false;
  }

  private makeRoom(): void {
    this.base = this.imageFrom;
    if (this.taken - this.base >= most) this.base = this.taken;
    this.words.copyWithin(0, 2 * (this.base - this.origin), 2 * (this.taken - this.origin));
    this.origin = this.base;
    if (4 * (this.taken - this.origin) < this.words.length) return;
    // Twice what can be needed: what is moved is moved once in so many frames.
    const larger = new Int32Array(Math.min(2 * this.words.length, 4 * most));
    larger.set(this.words.subarray(0, 2 * (this.taken - this.origin)));
    this.words = larger;
  }
}
