/** Below this the service does not mind, and its own clock is told in whole seconds only. */
const toleratedMs = 60_000;

/** The service's time as far as its replies tell: requests are signed with it. */
export class ServiceClock {
  private offset = 0;

  constructor(
    private readonly local: () => Date,
    private readonly onCorrected: (offsetMs: number) => void,
  ) {}

  readonly now = (): Date => new Date(this.local().getTime() + this.offset);

  /** Takes over the time of a reply. Returns whether that changed ours. */
  learn(serverTime: Date): boolean {
    const apart = serverTime.getTime() - this.local().getTime();
    const offset = Math.abs(apart) > toleratedMs ? apart : 0;
    // The offset jitters with each reply; only a change that matters is one.
    if (Math.abs(offset - this.offset) <= toleratedMs && (offset === 0) === (this.offset === 0)) return false;
    this.offset = offset;
    this.onCorrected(offset);
    return true;
  }
}
