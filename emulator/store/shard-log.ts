/** The log groups of one shard, in the order of arrival, numbered from 0: segments in a folder of its own. */
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { IndexBody } from "../../sls/model/log-index";
import type { OpenFiles } from "./open-files";
import { maxSegmentBytes, Segment, type Damage, type StoredGroup } from "./segment";

/** `00000000000000000012.log`: number of its first group. */
const segmentName = (first: number): string => `${String(first).padStart(20, "0")}.log`;

export interface LogFiles {
  readonly files: OpenFiles;
  readonly report: (damage: Damage) => void;
}

export class ShardLog {
  readonly segments: Segment[] = [];
  /** Groups before this one are too old, though their segment is still there. */
  private kept = 0;
  private keptSince = 0;

  constructor(
    private readonly folder: string,
    private readonly world: LogFiles,
  ) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const firsts = readdirSync(folder)
      .filter((name) => /^\d{20}\.log$/.test(name))
      .map((name) => Number.parseInt(name, 10))
      .sort((a, b) => a - b);
    for (const [i, first] of firsts.entries()) {
      const next = firsts[i + 1];
      const count = next === undefined ? undefined : next - first;
      this.segments.push(Segment.open(world.files, join(folder, segmentName(first)), first, count, world.report));
    }
  }

  /** Number of the oldest group that is kept. */
  get begin(): number {
    return Math.max(this.kept, this.segments[0]?.first ?? 0);
  }

  /** Number that the next group will have. */
  get end(): number {
    return this.segments.at(-1)?.end ?? 0;
  }

  /** Place among all groups of the logstore of the last one that came here; -1 before the first. */
  get lastOrder(): number {
    const last = this.segments.findLast((segment) => segment.count > 0);
    return last === undefined ? -1 : last.lastOrder;
  }

  append(bytes: Buffer, receiveTime: number, order: number, index: IndexBody | undefined): Segment {
    let last = this.segments.at(-1);
    const full = last !== undefined && last.count > 0 && last.bytes + bytes.length > maxSegmentBytes;
    if (last === undefined || full || !sameIndex(last.index, index)) {
      const { files, report } = this.world;
      const first = this.end;
      if (last?.count === 0) this.segments.pop()?.remove();
      last = Segment.create(files, join(this.folder, segmentName(first)), first, index, report);
      this.segments.push(last);
    }
    last.append(bytes, receiveTime, order);
    return last;
  }

  /** Undefined for one that is gone, damaged or not there yet. */
  read(number: number): StoredGroup | undefined {
    return this.segmentOf(number)?.read(number);
  }

  /** Number of the first group that came at that time or later. */
  positionAt(receiveTime: number): number {
    let low = this.begin;
    let high = this.end;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.receiveTime(middle) < receiveTime) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  receiveTime(number: number): number {
    return this.segmentOf(number)?.receiveTime(number) ?? 0;
  }

  /**
   * Groups that came before that time are no longer there. Removes the segments that hold no others; never the last one, which
   * tells the next number.
   */
  expire(before: number): Segment[] {
    const gone: Segment[] = [];
    while (this.segments.length > 1) {
      const [oldest] = this.segments;
      if (oldest === undefined || (oldest.count > 0 && oldest.receiveTime(oldest.end - 1) >= before)) break;
      this.segments.shift();
      oldest.remove();
      gone.push(oldest);
    }
    const first = this.segments[0]?.first ?? 0;
    this.kept = before < this.keptSince ? first : Math.max(this.kept, first);
    this.keptSince = before;
    while (this.kept < this.end && this.receiveTime(this.kept) < before) this.kept++;
    return gone;
  }

  remove(): void {
    for (const segment of this.segments) segment.remove();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private segmentOf(number: number): Segment | undefined {
    let low = 0;
    let high = this.segments.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const segment = this.segments[middle] as Segment;
      if (number < segment.first) high = middle - 1;
      else if (number >= segment.end) low = middle + 1;
      else return segment;
    }
    return undefined;
  }
}

/** Mostly the same object; after a restart an equal one. */
const sameIndex = (a: IndexBody | undefined, b: IndexBody | undefined): boolean =>
  a === b || JSON.stringify(a) === JSON.stringify(b);
