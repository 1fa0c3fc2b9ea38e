const quietMs = 60_000;

/**
 * Something that may happen to each line: told at once, then at most once a minute for each kind, with how many lines
 * there were. What the agent prints may come back to it through rsyslog; telling of each line would never end.
 */
export class OnceAMinute<Kind> {
  private readonly untold = new Map<Kind, { lines: number; sample: string }>();
  private readonly toldAt = new Map<Kind, number>();

  constructor(
    private readonly now: () => Date,
    private readonly tell: (kind: Kind, lines: number, sample: string) => void,
  ) {}

  /** `sample` is asked for once each time it is told. */
  add(kind: Kind, lines: number, sample: () => string = () => ""): void {
    const waiting = this.untold.get(kind);
    if (waiting) waiting.lines += lines;
    else this.untold.set(kind, { lines, sample: sample() });
    if (this.isDue(kind)) this.flush(kind);
  }

  /** Tells what has waited for its minute, though nothing more came. To be called now and then. */
  flushDue(): void {
    for (const kind of [...this.untold.keys()]) if (this.isDue(kind)) this.flush(kind);
  }

  /** Tells what has not been told yet. */
  flushAll(): void {
    for (const kind of [...this.untold.keys()]) this.flush(kind);
  }

  private isDue(kind: Kind): boolean {
    // A clock that was set back must not keep it quiet until it has caught up.
    return Math.abs(this.now().getTime() - (this.toldAt.get(kind) ?? -Infinity)) >= quietMs;
  }

  private flush(kind: Kind): void {
    const waiting = this.untold.get(kind);
    if (!waiting) return;
    this.untold.delete(kind);
    this.toldAt.set(kind, this.now().getTime());
    this.tell(kind, waiting.lines, waiting.sample);
  }
}
