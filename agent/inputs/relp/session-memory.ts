import type { WrittenLines } from "../../buffer/written-lines";
import type { LineMark } from "./line-mark";
import { RelpMarks } from "./marks";
import type { RelpMemory } from "./memory";
import { RelpRecogniser } from "./recogniser";

/** One session: live (frames are added and answered) -> over (what was not answered may come again) -> forgotten. */
export class SessionMemory {
  /** When its connection ended, by the world's monotonic clock. */
  endedAt: number | undefined;
  private slot: number | undefined;
  /** What the record has of it: frames from `from` on, and before `to`. */
  private saved: { readonly from: number; readonly to: number } | undefined;
  /** Everything of it has come again. */
  private gone = false;
  /** Nothing can be answered any more. */
  private closed = false;
  /** Sessions whose frames are this one's now. */
  private replaced: SessionMemory[] = [];
  private lostBefore: number;

  constructor(
    readonly from: string,
    private readonly owner: RelpMemory,
    readonly marks = new RelpMarks(),
  ) {
    this.lostBefore = owner.lost;
  }

  /** Whether its frames may come again in another session. */
  get offered(): boolean {
    return this.endedAt !== undefined && !this.gone && this.marks.usable;
  }

  /** For the first frames of the session; undefined when there is nothing to be recognised. */
  recogniser(): RelpRecogniser<SessionMemory> | undefined {
    const ended = this.owner.ended(this.from);
    return ended.length > 0 ? new RelpRecogniser(ended) : undefined;
  }

  /** A frame was taken; without a mark it is not one that can be remembered. */
  add(mark: Pick<LineMark, "first" | "second"> | undefined): void {
    const { marks, owner } = this;
    if (marks.answered === marks.taken) this.lostBefore = owner.lost;
    if (mark === undefined) marks.addUnknown();
    else marks.add(mark);
  }

  /** All of an ended session came again: its frames were added here. */
  replaces(ended: SessionMemory): void {
    ended.gone = true;
    this.replaced.push(ended);
  }

  /** To be called before so many frames more are answered. Returns whether they may be: they may have come again elsewhere. */
  answering(frames: number): boolean {
    if (this.gone || this.closed || this.owner.closed) return false;
    this.marks.answered += frames;
    if (this.saved !== undefined && this.slot !== undefined) {
      const { from, to } = this.saved;
      this.owner.record?.answered(this.slot, Math.min(this.marks.answered, to) - from);
    }
    this.forgetReplaced();
    if (this.endedAt !== undefined && !this.marks.usable) this.forget();
    return true;
  }

  /** The connection is closed. */
  close(): void {
    this.closed = true;
    this.over();
  }

  /** The peer sends no more; its frames may still be answered. */
  over(): void {
    if (this.endedAt !== undefined) return;
    this.endedAt = this.owner.now();
    this.checkLosses();
    if (this.marks.usable) this.owner.over(this);
    else this.forget();
  }

  /** Puts into the record what is not answered: it is stored when these lines are. */
  save(lines: readonly WrittenLines[]): void {
    const { record } = this.owner;
    if (record === undefined || this.gone) return;
    this.checkLosses();
    const { from, marks } = this;
    if (!marks.usable) return this.unsave();
    if (this.saved?.to === marks.taken) return;
    this.slot ??= record.take();
    if (this.slot === undefined) return;
    const done = record.save(this.slot, { from, marks, lines });
    this.saved = done ? { from: marks.imageFrom, to: marks.taken } : undefined;
    if (done) this.forgetReplaced();
  }

  /** The record is not to be believed. */
  unsave(): void {
    if (this.slot !== undefined) this.owner.record?.free(this.slot);
    this.slot = this.saved = undefined;
  }

  forget(): void {
    this.unsave();
    this.forgetReplaced();
    this.owner.forget(this);
  }

  private forgetReplaced(): void {
    for (const ended of this.replaced.splice(0)) ended.forget();
  }

  /** Lines were given up since the first that was not answered: it may be one of these. */
  private checkLosses(): void {
    if (this.marks.usable && this.owner.lost !== this.lostBefore) this.marks.forget();
  }
}
