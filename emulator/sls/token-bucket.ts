/** What may be taken of a rate: it fills by the second up to one period's worth. A taker may go below zero, so that one larger than the bucket is served, and pays afterwards. */
export class TokenBucket {
  private left: number;
  private at: number;

  constructor(
    /** A period's worth. */
    private readonly size: number,
    private readonly periodMs: number,
    now: number,
  ) {
    this.left = size;
    this.at = now;
  }

  /** Whether something is left, and if so without `amount` from now on. `now`: unix milliseconds. */
  take(amount: number, now: number): boolean {
    this.fill(now);
    if (this.left <= 0) return false;
    this.left -= amount;
    return true;
  }

  /** Whether one may be taken now; nothing is. */
  has(now: number): boolean {
    this.fill(now);
    return this.left > 0;
  }

  isFull(now: number): boolean {
    this.fill(now);
    return this.left >= this.size;
  }

  private fill(now: number): void {
    // A clock that was set back gives nothing, and takes nothing.
    const passed = Math.max(0, now - this.at);
    this.at = now;
    this.left = Math.min(this.size, this.left + (this.size * passed) / this.periodMs);
  }
}
