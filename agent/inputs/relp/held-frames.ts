import type { LineMark } from "./line-mark";
import type { RelpRecogniser } from "./recogniser";
import type { SessionMemory } from "./session-memory";

export interface HeldFrame {
  readonly txnr: number;
  readonly line: Buffer;
}

/** More than this is not held: what comes again is then stored again. */
const mostBytes = 64 * 1024 * 1024;

/** The first frames of a session, while they may be what an ended one has left. */
export class RelpHeldFrames {
  readonly frames: HeldFrame[] = [];
  /** The line of a frame whose end has not come. */
  begun: Buffer | undefined;
  private bytes = 0;

  constructor(private readonly recogniser: RelpRecogniser<SessionMemory>) {}

  get count(): number {
    return this.frames.length;
  }

  /** Holds the line that has begun; `mark` is its own. For what it returns see RelpRecogniser. */
  add(txnr: number, mark: LineMark): SessionMemory | "perhaps" | "no" {
    const line = this.begun ?? Buffer.alloc(0);
    this.begun = undefined;
    this.frames.push({ txnr, line });
    this.bytes += line.length;
    return this.bytes > mostBytes ? "no" : this.recogniser.next(mark);
  }
}
