/**
 * The index of one segment: which logs hold a word of a field, and the numbers of its long and double keys.
 * While it grows it lists the words by log; `seal` turns that into the logs by word, and then nothing can be added.
 */
import { grown, NumberList } from "../../store/number-list";
import type { GroupMeta } from "../../store/log-group-bytes";
import { type Bits } from "./bits";
import { TermTable } from "./term-table";

/** Logs by word: for each word its logs' numbers, each as its distance from the last, in varints. */
export interface Postings {
  /** Where a word's logs begin; one more than there are words. */
  readonly starts: Uint32Array;
  readonly bytes: Uint8Array;
}

export class SegmentIndex {
  terms = new TermTable();
  /** By log: unix seconds, nanoseconds, place of its bytes in the segment's file, its group. */
  times = NumberList.u32();
  nanos = NumberList.u32();
  starts = NumberList.u32();
  sizes = NumberList.u32();
  groups = NumberList.u32();
  /** By group: which of `metas`. */
  metaOf = NumberList.u32();
  metas: GroupMeta[] = [];
  columns = new Map<string, Float64Array>();
  postings: Postings | undefined;
  minTime = Number.POSITIVE_INFINITY;
  maxTime = 0;

  private readonly metaNumbers = new Map<string, number>();
  private forward = new Uint32Array(1024);
  private forwardEnd = 0;
  private forwardStarts = NumberList.u32();
  private lastLog = new Uint32Array(256);

  /** How many logs it knows. */
  get count(): number {
    return this.times.length;
  }

  /** How many groups of the segment are in it. */
  get groupCount(): number {
    return this.metaOf.length;
  }

  /** Bytes in memory, about. */
  get bytes(): number {
    const columns = [...this.columns.values()].reduce((sum, column) => sum + column.byteLength, 0);
    const postings = this.postings ? this.postings.starts.byteLength + this.postings.bytes.length : 0;
    const growing = this.forward.byteLength + this.lastLog.byteLength;
    return this.terms.bytes + this.times.bytes * 5 + columns + postings + growing;
  }

  addGroup(meta: GroupMeta): void {
    const text = JSON.stringify(meta);
    let number = this.metaNumbers.get(text);
    if (number === undefined) {
      number = this.metas.push(meta) - 1;
      this.metaNumbers.set(text, number);
    }
    this.metaOf.push(number);
  }

  /** A log of the group that was added last. Its words follow through `addWord`. Returns its number. */
  addLog(time: number, nanos: number, start: number, size: number): number {
    this.times.push(time);
    this.nanos.push(nanos);
    this.starts.push(start);
    this.sizes.push(size);
    this.groups.push(this.groupCount - 1);
    this.forwardStarts.push(this.forwardEnd);
    if (time < this.minTime) this.minTime = time;
    if (time > this.maxTime) this.maxTime = time;
    return this.count - 1;
  }

  addWord(term: number, log: number): void {
    if (term >= this.lastLog.length) this.lastLog = grown(this.lastLog, Math.max(this.lastLog.length * 2, term + 1));
    if (this.lastLog[term] === log + 1) return;
    this.lastLog[term] = log + 1;
    if (this.forwardEnd === this.forward.length) this.forward = grown(this.forward, this.forward.length * 2);
    this.forward[this.forwardEnd++] = term;
  }

  addNumber(key: string, log: number, value: number): void {
    let column = this.columns.get(key);
    if (column === undefined || log >= column.length) {
      const more = new Float64Array(Math.max(1024, (column?.length ?? 0) * 2, log + 1)).fill(Number.NaN);
      if (column) more.set(column);
      this.columns.set(key, (column = more));
    }
    column[log] = value;
  }

  metaOfLog(log: number): GroupMeta {
    return this.metas[this.metaOf.at(this.groups.at(log))] as GroupMeta;
  }

  /** Adds the logs that hold the word. */
  collect(term: number, into: Bits): void {
    if (this.postings === undefined) this.collectGrowing(term, into);
    else collectPostings(this.postings, term, into);
  }

  private collectGrowing(term: number, into: Bits): void {
    const { forward, forwardEnd, forwardStarts } = this;
    let log = 0;
    const logs = forwardStarts.view();
    for (let i = 0; i < forwardEnd; i++) {
      if (forward[i] !== term) continue;
      while (log + 1 < logs.length && (logs[log + 1] as number) <= i) log++;
      into.add(log);
    }
  }

  seal(): void {
    if (this.postings !== undefined) return;
    const { forward, forwardEnd } = this;
    const terms = this.terms.count;
    const logs = this.forwardStarts.view();
    const last = new Int32Array(terms).fill(-1);
    const starts = new Uint32Array(terms + 1);
    const each = (found: (term: number, distance: number) => void): void => {
      last.fill(-1);
      for (let log = 0; log < logs.length; log++) {
        const end = log + 1 < logs.length ? (logs[log + 1] as number) : forwardEnd;
        for (let i = logs[log] as number; i < end; i++) {
          const term = forward[i] as number;
          found(term, log - (last[term] as number));
          last[term] = log;
        }
      }
    };
    each((term, distance) => {
      starts[term + 1] = (starts[term + 1] as number) + varintSize(distance);
    });
    for (let term = 0; term < terms; term++) starts[term + 1] = (starts[term + 1] as number) + (starts[term] as number);
    const bytes = new Uint8Array(starts[terms] as number);
    const at = starts.slice();
    each((term, distance) => {
      let rest = distance;
      let to = at[term] as number;
      for (; rest > 0x7f; rest >>>= 7) bytes[to++] = (rest & 0x7f) | 0x80;
      bytes[to++] = rest;
      at[term] = to;
    });
    this.postings = { starts, bytes };
    this.terms = TermTable.load(this.terms.save());
    for (const [key, column] of this.columns) this.columns.set(key, column.slice(0, this.count));
    this.forward = new Uint32Array(0);
    this.forwardEnd = 0;
    this.forwardStarts = NumberList.u32();
    this.lastLog = new Uint32Array(0);
    this.metaNumbers.clear();
  }
}

const varintSize = (value: number): number => (value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : 4);

function collectPostings({ starts, bytes }: Postings, term: number, into: Bits): void {
  const end = starts[term + 1] as number;
  let log = -1;
  for (let at = starts[term] as number; at < end;) {
    let byte = bytes[at++] as number;
    let distance = byte & 0x7f;
    for (let shift = 7; byte >= 0x80; shift += 7) {
      byte = bytes[at++] as number;
      distance |= (byte & 0x7f) << shift;
    }
    into.add((log += distance));
  }
}
