/**
 * What may be taken of a rate: it fills steadily, up to one period's worth. Bytes may be taken on credit: one take that is larger than the bucket is
 * served, and those after it wait. Requests are taken whole.
 */
export class TokenBucket {
  private left: number;
  private at: number;

  constructor(
    private readonly what: "bytes" | "requests",
    /** A period's worth. */
    private readonly size: number,
    private readonly periodMs: number,
    now: number,
  ) {
    this.left = size;
    this.at = now;
  }

  /** Whether something may be taken. `now`: unix milliseconds. */
  has(now: number): boolean {
    this.fill(now);
    return this.what === "requests" ? this.left >= Math.min(1, this.size) : this.left > 0;
  }

  /** Takes it, whether it may be or not. */
  take(amount: number, now: number): void {
    this.fill(now);
    this.left -= amount;
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
