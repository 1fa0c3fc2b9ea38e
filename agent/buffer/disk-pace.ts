/**
 * What is written at once: so much is copied into the system's cache in some 100 µs. Handing it to another thread, and being
 * told of the end, takes as long, and that thread's time comes on top.
 */
export const smallBytes = 256 * 1024;
/** Of the time, for writes at once: one takes 60 µs or so, and the next one may follow after 0.6 ms. */
const writeShare = 0.1;
/** After three writes at once in a row that took longer (one may, on a busy machine), or one that took very long, the disk is slow. */
const slowMs = 20;
const slowWrites = 3;
const verySlowMs = 250;
const slowForMs = 500;

/**
 * Whether the disk is quick enough to be written to in a turn of the event loop: quick -> slow -> (for a while, and until a write
 * in the background was quick) -> quick.
 */
export class DiskPace {
  /** How long the last write at once took. */
  private lastMs = 0;
  private slowInARow = 0;
  private slowUntil = -Infinity;
  /** Whether a write in the background was quick since it was found to be slow. */
  private quickAgain = true;

  isQuick(now: number): boolean {
    return this.quickAgain && now >= this.slowUntil;
  }

  /** A write at once took so long, in milliseconds. Returns for how many the next one is to wait. */
  wroteAtOnce(ms: number, now: number): number {
    // The shorter of two: one that the system had interrupted says nothing.
    const pause = Math.min(ms, this.lastMs) / writeShare;
    this.lastMs = ms;
    this.slowInARow = ms > slowMs ? this.slowInARow + 1 : 0;
    if (this.slowInARow >= slowWrites || ms > verySlowMs) {
      this.slowUntil = now + slowForMs;
      this.quickAgain = false;
    }
    return pause;
  }

  wroteInBackground(ms: number): void {
    if (ms <= slowMs) this.quickAgain = true;
  }
}
