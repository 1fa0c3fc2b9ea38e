import { Bell } from "./bell";
import { recordSize, type Destination, type LogRecord } from "./record";

export interface BatchLimits {
  /** Encoded bytes before compression; one record may be larger, and is then a batch of its own. */
  readonly bytes: number;
  readonly lines: number;
}

/** Records that go in one PutLogs. Taken, not gone: what is not acknowledged can be given back. */
export interface Batch {
  readonly topic: string;
  readonly source: string;
  /** What is not settled yet, oldest first. */
  records: readonly LogRecord[];
}

/** What waits for one logstore. In memory here; a queue on disk has the same face. */
export interface LogQueue {
  readonly destination: Destination;
  /** Counts what is taken but not acknowledged too. */
  readonly lines: number;
  readonly bytes: number;
  /** Rings when the first record comes, when there is enough for a batch, and when everything is settled. */
  readonly changed: Bell;
  append(record: LogRecord): void;
  /** Whether a batch would be as large as it may get. */
  hasEnough(limits: BatchLimits): boolean;
  /** The oldest records that share topic and source, or undefined when nothing waits. */
  take(limits: BatchLimits): Batch | undefined;
  /** The first `count` records of the batch are safe elsewhere. */
  ack(batch: Batch, count: number): void;
  /** Back to the front, in order. */
  giveBack(batch: Batch): void;
}

/** Records of one topic and source, first in first out. */
interface Lane {
  readonly key: string;
  records: LogRecord[];
  head: number;
}

export class MemoryQueue implements LogQueue {
  readonly changed = new Bell();
  lines = 0;
  bytes = 0;
  private waitingBytes = 0;
  private waitingLines = 0;
  /** In the order in which they are served: the one just served goes last. */
  private readonly lanes = new Map<string, Lane>();
  private readonly taken = new Set<Batch>();

  constructor(
    readonly destination: Destination,
    private readonly wakeAt: BatchLimits,
    private readonly onSettled: (records: readonly LogRecord[]) => void = () => undefined,
  ) {}

  append(record: LogRecord): void {
    const had = this.hasEnough(this.wakeAt);
    this.lane(record).records.push(record);
    this.lines++;
    this.bytes += recordSize(record);
    this.waitingLines++;
    this.waitingBytes += record.log.length;
    if (this.waitingLines === 1 || (!had && this.hasEnough(this.wakeAt))) this.changed.ring();
  }

  hasEnough(limits: BatchLimits): boolean {
    return this.waitingLines >= limits.lines || this.waitingBytes >= limits.bytes;
  }

  take(limits: BatchLimits): Batch | undefined {
    const lane = this.lanes.values().next().value;
    if (lane === undefined) return undefined;
    const { records, head } = lane;
    let end = head;
    let bytes = 0;
    while (end < records.length && end - head < limits.lines) {
      const size = (records[end] as LogRecord).log.length;
      if (end > head && bytes + size > limits.bytes) break;
      bytes += size;
      end++;
    }
    const taken = records.slice(head, end);
    lane.head = end;
    this.lanes.delete(lane.key);
    if (end < records.length) {
      // Moving the rest up each time would cost the square of the backlog.
      if (end > 4096 && end * 2 > records.length) {
        lane.records = records.slice(end);
        lane.head = 0;
      }
      this.lanes.set(lane.key, lane);
    }
    this.waitingLines -= taken.length;
    this.waitingBytes -= bytes;
    const [first] = taken as [LogRecord];
    const batch = { topic: first.topic, source: first.source, records: taken };
    this.taken.add(batch);
    return batch;
  }

  ack(batch: Batch, count: number): void {
    const settled = batch.records.slice(0, count);
    batch.records = batch.records.slice(count);
    this.lines -= settled.length;
    this.bytes -= settled.reduce((sum, record) => sum + recordSize(record), 0);
    if (batch.records.length === 0) this.taken.delete(batch);
    this.onSettled(settled);
    if (this.lines === 0) this.changed.ring();
  }

  giveBack(batch: Batch): void {
    this.taken.delete(batch);
    const [first] = batch.records;
    if (first === undefined) return;
    const lane = this.lane(first);
    lane.records = [...batch.records, ...lane.records.slice(lane.head)];
    lane.head = 0;
    this.waitingLines += batch.records.length;
    this.waitingBytes += batch.records.reduce((sum, { log }) => sum + log.length, 0);
    batch.records = [];
  }

  /** Everything that is not settled: what is taken first, then what waits, lane by lane. */
  *unsettled(): Iterable<LogRecord> {
    for (const batch of this.taken) yield* batch.records;
    for (const lane of this.lanes.values()) yield* lane.records.slice(lane.head);
  }

  private lane(record: LogRecord): Lane {
    const key = `${record.source}\0${record.topic}`;
    let lane = this.lanes.get(key);
    if (lane === undefined) {
      lane = { key, records: [], head: 0 };
      this.lanes.set(key, lane);
    }
    return lane;
  }
}
