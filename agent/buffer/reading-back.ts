import type { ReadingBackStatus } from "../status/status-file";
import type { LogBuffer } from "./log-buffer";
import type { RecoveredLines } from "./written-lines";

export interface ReadingBackOptions {
  readonly buffer: LogBuffer;
  /** Called when all of it is read; not after stop(). */
  readonly onRead: (lines: RecoveredLines) => void;
}

/** Reads what the last run left in the buffer, from now on. */
export class ReadingBack {
  /** Where it is; undefined when nothing is being read. */
  at: ReadingBackStatus | undefined;
  /** All of it was read; what was not is still where the last run left it. */
  whole = false;
  /** Resolves with true when all of it is read, with false at stop(). Rejects when the buffer cannot be read. */
  readonly done: Promise<boolean>;
  private readonly stopping = new AbortController();

  constructor(options: ReadingBackOptions) {
    this.done = this.read(options);
  }

  /** What was not read by then stays where it is. */
  stop(): void {
    this.stopping.abort();
  }

  private async read({ buffer, onRead }: ReadingBackOptions): Promise<boolean> {
    const { signal } = this.stopping;
    try {
      await buffer.recover({
        signal,
        onSegment: (destination, segment, segments) => (this.at = { ...destination, segment, segments }),
        onRead: (lines) => {
          this.whole = true;
          onRead(lines);
        },
      });
      return true;
    } catch (error) {
      if (!signal.aborted) throw error;
      return false;
    } finally {
      this.at = undefined;
    }
  }
}
