import type { World } from "../world";
import type { Bell } from "./bell";

/**
 * Rings a bell when it is time. What waits for the bell looks again each time, so an alarm is not taken back where something
 * else rang before it: one timer serves many waits, and none of them needs a signal of its own to end it.
 */
export class Alarm {
  /** When it rings next, in monotonic milliseconds. */
  private nextAt = Infinity;

  constructor(
    private readonly bell: Bell,
    private readonly world: World,
    private readonly signal: AbortSignal,
  ) {}

  /** Rings after so many milliseconds, or sooner. A part of one counts as one: a timer drops it, and would ring for nothing. */
  ringIn(ms: number): void {
    const whole = Math.ceil(ms);
    const at = this.world.monotonic() + whole;
    if (at >= this.nextAt) return;
    this.nextAt = at;
    void this.world.sleep(whole, this.signal).then(() => {
      if (this.nextAt === at) this.nextAt = Infinity;
      this.bell.ring();
    });
  }
}
