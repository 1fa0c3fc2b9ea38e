import * as fs from "node:fs";
import { join } from "node:path";
import type { Emit } from "../status/events";
import { attempt, type Disk } from "./disk";
import { skipLogs } from "./log-bytes";
import type { Place } from "./place";
import { Segment, segmentSuffix, settledSuffix } from "./segment";
import {
  decodeSettled,
  holdsNothing,
  readRecords,
  sizeOfSegmentLine,
  type Damage,
  type SegmentRecord,
  type SettledLines,
} from "./segment-format";

/** Lines of one lane that a run before has left, consecutive, of one record. */
export interface RecoveredBlock {
  /** Not to be kept: its bytes are another segment's soon. */
  readonly record: SegmentRecord;
  /** Of their logs. */
  readonly bytes: number;
  readonly place: Place;
}

/** A reading back that is under way, which may take seconds. */
export interface Reading {
  /** Aborts where nothing more is to be read: it rejects then, and all is as it was. */
  readonly signal: AbortSignal;
  /** This one of so many segments is read next, 1 first. */
  readonly onSegment: (segment: number, segments: number) => void;
}

export interface RecoveredFolder {
  /** Higher than every number that a file names: a lane is never used again. */
  readonly nextLane: number;
  /** Whether all of these lines are there, or were settled. */
  holds(lines: SettledLines): boolean;
}

export interface Recovered extends RecoveredFolder {
  readonly segments: readonly Segment[];
  readonly nextSegment: number;
}

/** What lies there by a longer number was not named by an agent, and counting on from it may not be possible. */
const numberedName = /^(\d{8,15})\./;

/**
 * Reads a folder of segments, one after the other, so that memory holds one, and gives what is not settled to `each`. The event loop
 * goes round between two files. Never rejects because of what is in a file.
 */
export async function recoverSegments(
  folder: string,
  { disk, emit }: { readonly disk: Disk; readonly emit: Emit },
  each: (block: RecoveredBlock) => void,
  { signal, onSegment }: Reading,
): Promise<Recovered> {
  const names = fs.readdirSync(folder).sort();
  const numbers = names.map((name) => Number(numberedName.exec(name)?.[1] ?? 0));
  const settled = new SettledRanges();
  const files = new FileReader(disk);
  for (const name of names.filter((one) => one.endsWith(settledSuffix))) {
    const file = join(folder, name);
    // Left by a kill between two deletions. Its number is not used again, so it may as well stay.
    if (!names.includes(name.replace(settledSuffix, segmentSuffix))) attempt(() => disk.rmSync(file, { force: true }));
    else {
      // What cannot be read is sent a second time.
      const bytes = await files.read(file).catch(() => Buffer.alloc(0));
      signal.throwIfAborted();
      decodeSettled(bytes).forEach((lines) => settled.add(lines));
    }
  }
  const nextSegment = Math.max(0, ...numbers) + 1;
  const segments: Segment[] = [];
  let nextLane = settled.highestLane + 1;
  const segmentNames = names.filter((one) => one.endsWith(segmentSuffix));
  for (const [n, name] of segmentNames.entries()) {
    onSegment(n + 1, segmentNames.length);
    const segment = new Segment(join(folder, name.slice(0, -segmentSuffix.length)), disk);
    try {
      const bytes = await files.read(segment.file);
      signal.throwIfAborted();
      segment.size = bytes.length;
      segment.synced = 0;
      const lineSize = sizeOfSegmentLine(bytes);
      const damage = readRecords(bytes, lineSize, (record) => {
        nextLane = Math.max(nextLane, record.lane + 1);
        unsettled(record, segment, settled, each);
      });
      tell(segment, damage, lineSize === 0 && !holdsNothing(bytes), emit);
      segments.push(segment);
    } catch (error) {
      signal.throwIfAborted();
      nextLane = Math.max(nextLane, laneApart(nextSegment));
      emit({ type: "BufferDamaged", file: segment.file, bytes: segment.size, lines: 0, why: (error as Error).message });
    }
  }
  return {
    segments,
    nextLane,
    nextSegment,
    holds: ({ lane, first, lines }) => settled.gaps(lane, first, first + lines).length === 0,
  };
}

/**
 * Lanes of a run that begins with this segment, where those of a segment that cannot be read are not known: it may be read again by a
 * later run, which would take lines of the same lane and number for the same lines.
 */
const laneApart = (nextSegment: number): number => 2 ** 31 + (nextSegment % 2 ** 15) * 2 ** 16;

/** The lines of a record that are neither settled nor in a record before. */
function unsettled(
  record: SegmentRecord,
  segment: Segment,
  settled: SettledRanges,
  each: (block: RecoveredBlock) => void,
): void {
  const { lane, first, lines, from, to } = record;
  for (const gap of settled.gaps(lane, first, first + lines)) {
    const count = gap.to - gap.from;
    const bytes = count === lines ? record.size : sizeOfLogs(record.logs, gap.from - first, count);
    segment.pending += count;
    each({ record, bytes, place: { segment, from, to, first: gap.from, lines: count } });
  }
  // The same lines may be there twice: a write whose end an agent did not await.
  settled.add({ lane, first, lines });
}

/** Bytes of some of the logs, after the first `skipped`. */
function sizeOfLogs(logs: Buffer, skipped: number, lines: number): number {
  const begin = skipLogs(logs, 0, skipped);
  return skipLogs(logs, begin, lines) - begin;
}

function tell(segment: Segment, damage: Damage, lineLost: boolean, emit: Emit): void {
  const { file } = segment;
  const inside = damage.places > 0 || lineLost;
  // What a killed agent was writing; a record that has its whole length and does not check is something else.
  if (!inside && damage.lines === 0) {
    if (damage.bytes > 0) emit({ type: "BufferCutOff", file, bytes: damage.bytes });
    return;
  }
  segment.damaged = true;
  const why = [
    ...(lineLost ? ["its first line is damaged"] : []),
    ...(damage.places > 0 ? [`records do not match their checksum in ${damage.places} place(s)`] : []),
    ...(damage.cutOff ? ["its end is damaged or cut off"] : []),
  ].join("; ");
  emit({ type: "BufferDamaged", file, bytes: damage.bytes, lines: damage.lines, why });
}

/** Reads whole files, one at a time, into the same memory: the collector would let that of each file pile up. */
class FileReader {
  private bytes = Buffer.alloc(0);

  constructor(private readonly disk: Disk) {}

  /** What it resolves to is good until the next call. */
  async read(file: string): Promise<Buffer> {
    const { size } = fs.statSync(file);
    if (size > this.bytes.length) this.bytes = Buffer.allocUnsafeSlow(size);
    let read = 0;
    for (let more = -1; read < size && more !== 0; read += more)
      more = await this.disk.read(file, this.bytes.subarray(read, size), read);
    return this.bytes.subarray(0, read);
  }
}

/** Which lines of which lane are settled. */
class SettledRanges {
  highestLane = 0;
  /** Disjoint, in ascending order. */
  private readonly lanes = new Map<number, { from: number; to: number }[]>();

  add({ lane, first, lines }: SettledLines): void {
    this.highestLane = Math.max(this.highestLane, lane);
    const ranges = this.lanes.get(lane) ?? [];
    let from = first;
    let to = first + lines;
    const last = ranges.at(-1);
    if (last?.to === from) {
      last.to = to;
      return;
    }
    let at = ranges.length;
    while (at > 0 && (ranges[at - 1] as { to: number }).to >= from) at--;
    let end = at;
    for (; end < ranges.length && (ranges[end] as { from: number }).from <= to; end++) {
      const range = ranges[end] as { from: number; to: number };
      from = Math.min(from, range.from);
      to = Math.max(to, range.to);
    }
    ranges.splice(at, end - at, { from, to });
    this.lanes.set(lane, ranges);
  }

  /** What between the two line numbers is not settled. */
  gaps(lane: number, from: number, to: number): readonly { from: number; to: number }[] {
    const ranges = this.lanes.get(lane);
    const last = ranges?.at(-1);
    if (ranges === undefined || last === undefined || last.to <= from) return [{ from, to }];
    const out: { from: number; to: number }[] = [];
    let at = from;
    for (const range of ranges) {
      if (range.to <= at) continue;
      if (range.from >= to) break;
      if (range.from > at) out.push({ from: at, to: range.from });
      at = Math.max(at, range.to);
    }
    if (at < to) out.push({ from: at, to });
    return out;
  }
}
