import { OnceAMinute } from "../status/once-a-minute";
import type { Emit } from "../status/events";
import type { Destination } from "./destination";

/** Why lines are given up for good. */
export type DropReason = "bufferFull" | "tooOld" | "damaged" | "setAsideFull";

/** Lines given up for good: counted at once, told at most once a minute for each logstore and reason. */
export class Losses {
  /** Lines since the start. */
  readonly total: Record<DropReason, number> = { bufferFull: 0, tooOld: 0, damaged: 0, setAsideFull: 0 };
  private readonly telling = new Map<Destination, OnceAMinute<DropReason>>();

  constructor(
    private readonly now: () => Date,
    private readonly emit: Emit,
  ) {}

  /** `destination` is one object a queue. */
  add(destination: Destination, lines: number, reason: DropReason): void {
    this.total[reason] += lines;
    this.tellingOf(destination).add(reason, lines);
  }

  /** Tells of lines that were lost within the minute before, too. To be called now and then. */
  tellDue(): void {
    for (const telling of this.telling.values()) telling.flushDue();
  }

  tellAll(): void {
    for (const telling of this.telling.values()) telling.flushAll();
  }

  private tellingOf(destination: Destination): OnceAMinute<DropReason> {
    let telling = this.telling.get(destination);
    if (telling === undefined) {
      const tell = (reason: DropReason, lines: number): void =>
        this.emit({ type: "LinesDropped", ...destination, lines, reason });
      this.telling.set(destination, (telling = new OnceAMinute(this.now, tell)));
    }
    return telling;
  }
}
