import * as fs from "node:fs";
import { join } from "node:path";
import type { Emit } from "../status/events";
import type { GroupFace } from "./destination";
import { attempt, type Disk } from "./disk";
import { skipLogs } from "./log-bytes";
import type { Place } from "./place";
import { Segment, segmentSuffix, settledSuffix } from "./segment";
import {
  decodeSettled,
  faceOf,
  holdsNothing,
  readRecords,
  sizeOfSegmentLine,
  type Damage,
  type SegmentRecord,
  type SettledLines,
} from "./segment-format";

/** Lines of one lane that a run before has left, consecutive, of one record. */
export interface RecoveredBlock {
  readonly lane: number;
  readonly face: GroupFace;
  readonly first: number;
  readonly lines: number;
  /** Of their logs. */
  readonly bytes: number;
  readonly acceptedAt: Date;
  readonly place: Place;
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
 * Reads a folder of segments, one after the other, so that memory holds one, and gives what is not settled to `each`.
 * Never throws because of what is in a file.
 */
export function recoverSegments(
  folder: string,
  disk: Disk,
  emit: Emit,
  each: (block: RecoveredBlock) => void,
): Recovered {
  const names = fs.readdirSync(folder).sort();
  const numbers = names.map((name) => Number(numberedName.exec(name)?.[1] ?? 0));
  const settled = new SettledRanges();
  for (const name of names.filter((one) => one.endsWith(settledSuffix))) {
    const file = join(folder, name);
    // Left by a kill between two deletions. Its number is not used again, so it may as well stay.
    if (!names.includes(name.replace(settledSuffix, segmentSuffix))) attempt(() => disk.rmSync(file, { force: true }));
    else decodeSettled(readOrNothing(file)).forEach((lines) => settled.add(lines));
  }
  const nextSegment = Math.max(0, ...numbers) + 1;
  const segments: Segment[] = [];
  let nextLane = settled.highestLane + 1;
  for (const name of names.filter((one) => one.endsWith(segmentSuffix))) {
    const segment = new Segment(join(folder, name.slice(0, -segmentSuffix.length)), disk);
    try {
      const bytes = fs.readFileSync(segment.file);
      segment.size = bytes.length;
      segment.synced = 0;
      const lineSize = sizeOfSegmentLine(bytes);
      const damage = readRecords(bytes, lineSize, (record) => {
        nextLane = Math.max(nextLane, record.lane + 1);
        unsettled(record, segment, settled).forEach(each);
      });
      tell(segment, damage, lineSize === 0 && !holdsNothing(bytes), emit);
      segments.push(segment);
    } catch (error) {
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
function unsettled(record: SegmentRecord, segment: Segment, settled: SettledRanges): readonly RecoveredBlock[] {
  const { lane, first, lines, logs, from, to } = record;
  const out: RecoveredBlock[] = [];
  for (const gap of settled.gaps(lane, first, first + lines)) {
    let bytes = logs.length;
    if (gap.to - gap.from !== lines) {
      const begin = skipLogs(logs, 0, gap.from - first);
      bytes = skipLogs(logs, begin, gap.to - gap.from) - begin;
    }
    const count = gap.to - gap.from;
    segment.pending += count;
    const place = { segment, from, to, first: gap.from, lines: count };
    out.push({
      lane,
      // Read of the first record of a lane only.
      get face() {
        return faceOf(record);
      },
      first: gap.from,
      lines: count,
      bytes,
      acceptedAt: new Date(record.acceptedAt),
      place,
    });
  }
  // The same lines may be there twice: a write whose end an agent did not await.
  settled.add({ lane, first, lines });
  return out;
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

function readOrNothing(file: string): Buffer {
  try {
    return fs.readFileSync(file);
  } catch {
    // Then its lines are sent a second time.
    return Buffer.alloc(0);
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
    // Mostly it continues the last one.
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
    const out: { from: number; to: number }[] = [];
    let at = from;
    for (const range of this.lanes.get(lane) ?? []) {
      if (range.to <= at) continue;
      if (range.from >= to) break;
      if (range.from > at) out.push({ from: at, to: range.from });
      at = Math.max(at, range.to);
    }
    if (at < to) out.push({ from: at, to });
    return out;
  }
}
