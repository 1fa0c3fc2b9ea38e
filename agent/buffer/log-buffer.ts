import type { Emit } from "../status/events";
import type { Disk } from "./disk";
import { MemoryQueue, type BatchLimits } from "./log-queue";
import { destinationKey, type Destination, type LogRecord } from "./record";
import { SpillFolder } from "./spill-folder";

export interface LogBufferOptions {
  /** Holds one file a logstore between two runs. */
  readonly folder: string;
  /** For one logstore; a full one holds up the inputs. */
  readonly maxBytes: number;
  readonly wakeAt: BatchLimits;
  readonly emit: Emit;
  readonly onQueue: (queue: MemoryQueue) => void;
  /** Called when the first queue gets full, and when there is room in all of them again. */
  readonly onPressure: (full: boolean) => void;
  /** @default the real one */
  readonly disk?: Disk;
}

/** There is room again when the fullest queue is down to this share of the limit; less would flutter. */
const roomShare = 0.75;

/**
 * One queue a logstore. Memory while running; `spill` writes what is left at the end of a run, `recover` reads it at the
 * start of the next.
 */
export class LogBuffer {
  private readonly queues = new Map<string, MemoryQueue>();
  private readonly spilled: SpillFolder;
  private pressed = false;

  constructor(private readonly options: LogBufferOptions) {
    this.spilled = new SpillFolder(options.folder, options.emit, options.disk);
  }

  get full(): boolean {
    return this.pressed;
  }

  all(): readonly MemoryQueue[] {
    return [...this.queues.values()];
  }

  append(destination: Destination, record: LogRecord): void {
    const queue = this.queue(destination);
    queue.append(record);
    if (!this.pressed && queue.bytes >= this.options.maxBytes) {
      this.pressed = true;
      this.options.onPressure(true);
    }
  }

  /** Call before anything new is appended. */
  recover(): void {
    for (const { destination, records } of this.spilled.recover()) {
      for (const record of records) this.append(destination, record);
      this.options.emit({ type: "BufferRecovered", ...destination, lines: records.length });
    }
  }

  /** Writes what is not settled. Returns the lines that could not be kept. */
  spill(): number {
    return this.all()
      .filter(({ lines }) => lines > 0)
      .reduce((lost, queue) => lost + this.spilled.keep(queue.destination, [...queue.unsettled()]), 0);
  }

  private queue(destination: Destination): MemoryQueue {
    const key = destinationKey(destination);
    let queue = this.queues.get(key);
    if (queue === undefined) {
      queue = new MemoryQueue(destination, this.options.wakeAt, (records) => this.settled(key, records));
      this.queues.set(key, queue);
      this.options.onQueue(queue);
    }
    return queue;
  }

  private settled(key: string, records: readonly LogRecord[]): void {
    this.spilled.settled(key, records);
    if (!this.pressed) return;
    const limit = this.options.maxBytes * roomShare;
    if (this.all().some(({ bytes }) => bytes > limit)) return;
    this.pressed = false;
    this.options.onPressure(false);
  }
}
