import * as fs from "node:fs";
import { join } from "node:path";
import type { Emit } from "../status/events";
import { MemoryQueue, type BatchLimits } from "./log-queue";
import { destinationKey, type Destination, type LogRecord } from "./record";
import { readSpillFile, writeSpillFile } from "./spill-file";

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
}

/** There is room again when the fullest queue is down to this share of the limit; less would flutter. */
const roomShare = 0.75;
const suffix = ".buf";

/**
 * One queue a logstore. Memory while running; `spill` writes what is left at the end of a run, `recover` reads it at the
 * start of the next. A recovered file stays until all its records are settled: being killed in between doubles lines
 * and loses none.
 */
export class LogBuffer {
  private readonly queues = new Map<string, MemoryQueue>();
  private readonly recovered = new Map<string, { file: string; left: Set<LogRecord> }>();
  private pressed = false;

  constructor(private readonly options: LogBufferOptions) {
    fs.mkdirSync(options.folder, { recursive: true, mode: 0o700 });
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
    const { folder, emit } = this.options;
    for (const name of fs.readdirSync(folder).sort()) {
      if (!name.endsWith(suffix)) continue;
      const file = join(folder, name);
      try {
        const { destination, records, damage } = readSpillFile(file);
        if (damage) {
          fs.copyFileSync(file, `${file}.damaged`);
          emit({ type: "BufferDamaged", file: `${file}.damaged`, ...damage });
        }
        if (records.length === 0) fs.rmSync(file);
        else this.recovered.set(destinationKey(destination), { file, left: new Set(records) });
        for (const record of records) this.append(destination, record);
        emit({ type: "BufferRecovered", ...destination, lines: records.length });
      } catch (error) {
        const why = (error as Error).message;
        fs.renameSync(file, `${file}.damaged`);
        emit({ type: "BufferDamaged", file: `${file}.damaged`, bytes: fs.statSync(`${file}.damaged`).size, why });
      }
    }
  }

  /** Writes what is not settled. Returns the lines that could not be kept. */
  spill(): number {
    let lost = 0;
    for (const queue of this.queues.values()) {
      const { destination, lines } = queue;
      if (lines === 0) continue;
      const file = join(this.options.folder, `${destinationKey(destination)}${suffix}`);
      try {
        const bytes = writeSpillFile(file, destination, queue.unsettled());
        this.options.emit({ type: "BufferKept", ...destination, lines, bytes, file });
      } catch (error) {
        // What was on disk before is still there.
        lost += lines - (this.recovered.get(destinationKey(destination))?.left.size ?? 0);
        this.options.emit({ type: "BufferNotKept", ...destination, lines, file, message: (error as Error).message });
      }
    }
    return lost;
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
    const recovered = this.recovered.get(key);
    if (recovered) {
      for (const record of records) recovered.left.delete(record);
      if (recovered.left.size === 0) {
        this.recovered.delete(key);
        fs.rmSync(recovered.file, { force: true });
      }
    }
    if (!this.pressed) return;
    const limit = this.options.maxBytes * roomShare;
    if (this.all().some(({ bytes }) => bytes > limit)) return;
    this.pressed = false;
    this.options.onPressure(false);
  }
}
