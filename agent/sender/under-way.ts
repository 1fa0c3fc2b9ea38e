/** So many lines may be under way whatever comes in: what a kill of the agent doubles, at most, where little flows. */
const fewLines = 960;
/** More lines may be under way where more than this was sent in a second … */
const muchPerSecond = 10 * fewLines;
/** … in the mean of so long, */
const meanMs = 5_000;
/** or where more than this waits. */
const backlogLines = 16_384;

/**
 * How many lines of one logstore are under way to the service, and how many may be. Those whose answer has not come when the
 * agent is killed are sent twice. Where the flow is small, small requests one after the other carry it as well.
 */
export class UnderWay {
  private lines = 0;
  /** Lines sent, those of long ago counted less. */
  private sent = 0;
  private sentAt = 0;

  /** Monotonic milliseconds. */
  constructor(private readonly monotonic: () => number) {}

  /** Lines of one request; `waiting` lines are not settled. */
  most(waiting: number): number {
    return this.isMuch(waiting) ? Infinity : fewLines;
  }

  /** Whether so many lines more may be sent. */
  hasRoom(lines: number, waiting: number): boolean {
    return this.lines === 0 || this.lines + lines <= this.most(waiting);
  }

  begin(lines: number): void {
    this.lines += lines;
  }

  end(lines: number, stored: boolean): void {
    this.lines -= lines;
    if (!stored) return;
    this.sent = this.sentOf(this.monotonic()) + lines;
    this.sentAt = this.monotonic();
  }

  private isMuch(waiting: number): boolean {
    return waiting > backlogLines || this.sentOf(this.monotonic()) > (muchPerSecond * meanMs) / 1_000;
  }

  private sentOf(now: number): number {
    return this.sent * Math.exp((this.sentAt - now) / meanMs);
  }
}
