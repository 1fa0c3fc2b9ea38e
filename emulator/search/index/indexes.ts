/**
 * The indexes of all segments. A segment is indexed soon after its logs came, when nothing else is to do, or at the latest
 * by the search that needs it. The ones used longest ago leave the memory: a sealed one is read again, another made again.
 */
import { rmSync } from "node:fs";
import type { Segment } from "../../store/segment";
import { IndexBuilder } from "./index-builder";
import { readIndexFile, writeIndexFile } from "./index-file";
import { SegmentIndex } from "./segment-index";

export interface IndexesOptions {
  /** Bytes that all indexes may take in memory. @default 192 MiB */
  readonly budget?: number;
}

interface Entry {
  readonly index: SegmentIndex;
  readonly builder: IndexBuilder | undefined;
  bytes: number;
}

/** Unix seconds, both included. */
interface Span {
  readonly minTime: number;
  readonly maxTime: number;
}

/** One segment, and whether logs may still be added to it. */
export interface Part {
  readonly segment: Segment;
  readonly sealed: boolean;
}

/** After this long without new logs they are indexed. */
const quietMs = 20;
/** Where it never gets quiet, a slice is indexed all the same after so long, and again each `quietMs`. */
const unquietMs = 500;
/** What indexing may hold up at a time. */
const sliceMs = 5;

export class Indexes {
  private readonly budget: number;
  /** The one used last at the end. */
  private readonly entries = new Map<Segment, Entry>();
  private readonly waiting = new Map<Segment, Part>();
  /** Of sealed segments whose index was here once: a search of another time needs not read it again. */
  private readonly spans = new WeakMap<Segment, Span>();
  private total = 0;
  private timer: NodeJS.Timeout | undefined;
  private lastAppend = 0;
  private waitingSince = 0;

  constructor({ budget = 192 * 1024 * 1024 }: IndexesOptions = {}) {
    this.budget = budget;
  }

  /**
   * Index of a segment that has an index body, with so many of its groups (all, when nothing is said), or as far as it came until
   * the deadline (`performance.now()`).
   */
  get(part: Part, deadline: number, groups = part.segment.count): { index: SegmentIndex; complete: boolean } {
    const { segment } = part;
    const entry = this.entryOf(part);
    this.entries.delete(segment);
    this.entries.set(segment, entry);
    const complete = this.grow(part, entry, deadline, groups);
    if (entry.index.postings !== undefined)
      this.spans.set(segment, { minTime: entry.index.minTime, maxTime: entry.index.maxTime });
    this.evict(segment);
    return { index: entry.index, complete };
  }

  /** Whether any log of the part may be of that time, as far as is known without its index. */
  mayHold({ segment }: Part, from: number, to: number): boolean {
    const span = this.spans.get(segment);
    return span === undefined || (span.maxTime >= from && span.minTime < to);
  }

  /** Logs came. `before`: the segment that was the last one until now, where another begins. */
  appended(segment: Segment, before: Segment | undefined): void {
    if (before) this.waiting.set(before, { segment: before, sealed: true });
    this.waiting.set(segment, { segment, sealed: false });
    this.lastAppend = performance.now();
    if (this.timer === undefined) this.waitingSince = this.lastAppend;
    this.timer ??= this.later(quietMs);
  }

  /** Sealed, but not indexed when the process was killed. */
  found(segment: Segment): void {
    this.waiting.set(segment, { segment, sealed: true });
    this.timer ??= this.later(quietMs);
  }

  drop(segment: Segment): void {
    this.waiting.delete(segment);
    this.total -= this.entries.get(segment)?.bytes ?? 0;
    this.entries.delete(segment);
  }

  close(): void {
    clearTimeout(this.timer);
    this.waiting.clear();
    this.entries.clear();
  }

  private later(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.work(), ms).unref();
  }

  private work(): void {
    this.timer = undefined;
    const now = performance.now();
    const deadline = now + sliceMs;
    if (now - this.lastAppend >= quietMs || now - this.waitingSince >= unquietMs) {
      for (const [segment, part] of this.waiting) {
        if (this.isDone(part, deadline)) this.waiting.delete(segment);
        if (performance.now() > deadline) break;
      }
    }
    if (this.waiting.size > 0) this.timer = this.later(performance.now() - this.lastAppend >= quietMs ? 0 : quietMs);
  }

  /** One that can't be read is the matter of the search that asks for it. */
  private isDone(part: Part, deadline: number): boolean {
    try {
      return part.segment.index === undefined || this.get(part, deadline).complete;
    } catch {
      return true;
    }
  }

  private entryOf({ segment, sealed }: Part): Entry {
    const known = this.entries.get(segment);
    if (known) return known;
    const kept = sealed ? readIndexFile(segment.indexFile) : undefined;
    if (kept !== undefined && kept.groupCount === segment.count) {
      this.total += kept.bytes;
      return { index: kept, builder: undefined, bytes: kept.bytes };
    }
    const index = new SegmentIndex();
    return { index, builder: new IndexBuilder(segment.index ?? {}, index), bytes: 0 };
  }

  private grow({ segment, sealed }: Part, entry: Entry, deadline: number, groups: number): boolean {
    const { index, builder } = entry;
    if (builder === undefined || index.postings !== undefined) return true;
    let late = false;
    const before = index.groupCount;
    for (let i = before; i < groups && !late; i++) {
      const start = segment.start(i);
      if (start === 0) builder.addNothing();
      else builder.add(segment.readBytes(start, segment.groupSize(i)), start);
      late = performance.now() > deadline;
    }
    const complete = index.groupCount === segment.count;
    if (complete && sealed) {
      index.seal();
      keepOnDisk(segment.indexFile, index);
    }
    if (index.groupCount > before || index.postings !== undefined) {
      this.total += index.bytes - entry.bytes;
      entry.bytes = index.bytes;
    }
    return complete;
  }

  private evict(used: Segment): void {
    for (const [segment, entry] of this.entries) {
      if (this.total <= this.budget) return;
      if (segment === used) continue;
      this.total -= entry.bytes;
      this.entries.delete(segment);
    }
  }
}

/** Where the disk is full, or takes no more, it is made again from the logs when it is needed. */
function keepOnDisk(path: string, index: SegmentIndex): void {
  try {
    writeIndexFile(path, index);
  } catch {
    rmSync(`${path}.new`, { recursive: true, force: true });
  }
}
