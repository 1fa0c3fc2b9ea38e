import type { Bell } from "../buffer/bell";

/**
 * How many requests one logstore gets at once. It shrinks by half at each refusal for lack of room or of a reply, and grows
 * by one for each round of successes (AIMD). Shut during a pause: what failed together pauses once.
 */
export class Gate {
  /** Requests under way. */
  under = 0;
  shut = false;
  private window: number;
  /** Counts the pauses. */
  private round = 0;

  constructor(
    private readonly most: number,
    /** Rings when there may be a place, and when who uses the gate has something else to look at. */
    readonly changed: Bell,
  ) {
    this.window = most;
  }

  get open(): boolean {
    return !this.shut && this.under < Math.max(1, Math.floor(this.window));
  }

  /** Takes a place when there is one; give the result to `leave`. Resolves to undefined when the signal aborts. */
  async enter(signal: AbortSignal): Promise<number | undefined> {
    while (!this.open && !signal.aborted) await this.changed.wait(signal);
    if (signal.aborted) return undefined;
    this.under++;
    return this.round;
  }

  leave(): void {
    this.under--;
    this.changed.ring();
  }

  succeeded(): void {
    this.window = Math.min(this.most, this.window + 1 / this.window);
  }

  /** Returns whether a failure of a request of this round is to shut the gate; false where another one has. */
  fail(round: number): boolean {
    if (round !== this.round) return false;
    this.round++;
    this.window = Math.max(1, this.window / 2);
    return true;
  }

  setShut(shut: boolean): void {
    this.shut = shut;
    this.changed.ring();
  }
}
