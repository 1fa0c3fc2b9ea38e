import * as fs from "node:fs";
import { dirname, join } from "node:path";
import type { Emit } from "../status/events";
import type { Block } from "./block";
import type { Destination } from "./destination";
import { attempt, withFile, writeAll, writeAllSync, type Disk } from "./disk";
import { skipLogs } from "./log-bytes";
import { Segment, type Place } from "./segment";
import { encodeRecordHead, encodeSegmentLine, readRecords } from "./segment-format";
import { recoverSegments, type RecoveredBlock } from "./segment-recovery";

export interface SegmentFolderOptions {
  readonly folder: string;
  readonly destination: Destination;
  readonly disk: Disk;
  readonly emit: Emit;
  /** A segment that has grown to this is followed by a new one. @default 16 MiB */
  readonly segmentBytes?: number;
}

/** A segment of which everything is settled is deleted when it has grown to this, or at the end. */
const idleBytes = 1024 * 1024;
/** Records of other lanes that lie between those of a block are read with it up to this size. */
const gapBytes = 64 * 1024;

/** Some lines of a block on their way to disk. */
interface Chunk {
  readonly block: Block;
  readonly place: Place;
  readonly before: { readonly written: number; readonly writtenLine: number };
}

interface Write {
  readonly segment: Segment;
  readonly position: number;
  readonly buffers: Buffer[];
  readonly chunks: Chunk[];
  /** Its lines are written elsewhere. */
  forgotten: boolean;
}

/** The unsettled lines of one logstore on disk: appended to segments, read back, deleted when they are settled. */
export class SegmentFolder {
  private readonly segments = new Set<Segment>();
  /** Where is appended. */
  private active: Segment | undefined;
  private nextSegment = 1;
  private made = false;
  private folderSynced = false;
  private notRemoved = false;
  private writing: readonly Write[] = [];

  constructor(private readonly options: SegmentFolderOptions) {}

  get path(): string {
    return this.options.folder;
  }

  /** Size of all segments. */
  get bytes(): number {
    let sum = 0;
    for (const { size } of this.segments) sum += size;
    return sum;
  }

  /** Gives what is there to `each`, oldest first. Call it once, before anything is written. Returns the first free lane. */
  recover(each: (block: RecoveredBlock) => void): number {
    if (!fs.existsSync(this.path)) return 1;
    const found = recoverSegments(this.path, this.options.disk, this.options.emit, each);
    for (const segment of found.segments) this.segments.add(segment);
    this.nextSegment = found.nextSegment;
    this.clear();
    return found.nextLane;
  }

  /** Writes what of these blocks is not on disk. One call at a time. Resolves with why it could not. */
  async write(blocks: readonly Block[]): Promise<Error | undefined> {
    const writes: Write[] = [];
    const problem = attempt(() => this.plan(blocks, writes));
    this.writing = writes;
    let failed = problem;
    for (const write of writes) {
      try {
        if (failed === undefined) {
          await writeAll(this.options.disk, write.segment.handle as number, write.buffers, write.position);
          continue;
        }
      } catch (error) {
        failed = error as Error;
      }
      this.undo(write);
    }
    for (const { chunks } of writes) {
      for (const { block } of chunks) {
        block.writing = false;
        block.places = joined(block.places);
      }
    }
    this.writing = [];
    this.clear();
    return failed;
  }

  /**
   * The same for a process that must end now, as far as the disk has room: returns the lines that could not be written.
   * What is being written just now is written once more, elsewhere: whether it arrives is not known.
   */
  writeNow(blocks: readonly Block[]): { readonly lost: number; readonly error?: Error } {
    if (this.writing.length > 0) this.roll();
    for (const write of this.writing) this.forget(write);
    let lost = 0;
    let why: Error | undefined;
    for (const block of blocks) {
      for (let lines = unwritten(block); lines > 0;) {
        const writes: Write[] = [];
        const error = attempt(() => {
          this.plan([block], writes, lines);
          for (const { segment, buffers, position } of writes) {
            writeAllSync(this.options.disk, segment.handle as number, buffers, position);
          }
        });
        for (const write of error ? writes : []) this.undo(write);
        for (const { chunks } of writes) for (const chunk of chunks) chunk.block.writing = false;
        why = error ?? why;
        if (error && lines === 1) break;
        lines = error ? Math.floor(lines / 2) : unwritten(block);
      }
      lost += unwritten(block);
    }
    return lost > 0 && why ? { lost, error: why } : { lost };
  }

  /** Resolves when the disk has promised to have what is written, or with why it does not. */
  async sync(): Promise<Error | undefined> {
    const { disk } = this.options;
    for (const segment of [...this.segments]) {
      const { handle, size } = segment;
      if (segment.unsure !== undefined) {
        if (segment.pending > 0) return segment.unsure;
        continue;
      }
      if (handle === undefined || segment.synced >= size) continue;
      try {
        await disk.fdatasync(handle);
        // A new file is only safe once its folder is, and a new folder once its own is.
        if (segment.synced === 0) await syncFolder(disk, this.path);
        if (!this.folderSynced) await syncFolder(disk, dirname(this.path));
        this.folderSynced = true;
        segment.synced = Math.max(segment.synced, size);
      } catch (error) {
        // Closed meanwhile: everything in it is settled.
        if (segment.handle !== handle) continue;
        segment.unsure = error as Error;
        if (segment === this.active) this.roll();
        return segment.unsure;
      }
    }
    return undefined;
  }

  syncNow(): Error | undefined {
    return attempt(() => {
      for (const segment of this.segments) {
        if (segment.unsure !== undefined && segment.pending > 0) throw segment.unsure;
        if (segment.handle === undefined || segment.synced >= segment.size) continue;
        this.options.disk.fsyncSync(segment.handle);
        segment.synced = segment.size;
      }
      if (!this.made) return;
      for (const folder of [this.path, dirname(this.path)]) {
        withFile(folder, "r", (handle) => this.options.disk.fsyncSync(handle));
      }
    });
  }

  /** The first `lines` of the block need not be sent again. */
  settle(block: Block, lines: number): void {
    const end = block.firstLine + lines;
    for (const { segment, first, lines: placed } of block.places) {
      const from = Math.max(first, block.firstLine);
      const to = Math.min(first + placed, end);
      if (to > from) segment.settle({ lane: block.lane.id, first: from, lines: to - from });
    }
    this.clear();
  }

  /**
   * The logs of a block that is on disk only, in a buffer that `room` gives, and how many of its lines are damaged. Rejects
   * when they cannot be read now.
   */
  async read(block: Block, room: (size: number) => Buffer): Promise<{ bytes: Buffer; to: number; missing: number }> {
    const out = room(block.to);
    const end = block.firstLine + block.lines;
    let next = block.firstLine;
    let missing = 0;
    let to = 0;
    for (const place of block.places) {
      const bytes = await this.options.disk.readFile(place.segment.file, place.from, place.to).catch(orNothing);
      const damage = readRecords(bytes, 0, ({ lane, first, lines, logs }) => {
        const begin = Math.max(first, next);
        const stop = Math.min(first + lines, end);
        if (lane !== block.lane.id || stop <= begin) return;
        const from = skipLogs(logs, 0, begin - first);
        const until = stop === first + lines ? logs.length : skipLogs(logs, from, stop - begin);
        if (to + until - from > out.length) return;
        logs.copy(out, to, from, until);
        to += until - from;
        missing += begin - next;
        next = stop;
      });
      if (damage.bytes > 0 || bytes.length < place.to - place.from) place.segment.damaged = true;
    }
    return { bytes: out, to, missing: missing + end - next };
  }

  /** Deletes what is settled, and the folder with the last of it. */
  close(): void {
    this.roll();
    this.clear();
    for (const segment of this.segments) segment.close();
    if (this.segments.size === 0) attempt(() => fs.rmdirSync(this.path));
  }

  /** Gives each block's unwritten lines a place; adds to `writes` as it goes, so that it can be undone. */
  private plan(blocks: readonly Block[], writes: Write[], most = Infinity): void {
    for (const block of blocks) {
      const lines = Math.min(unwritten(block), most);
      const { bytes } = block;
      if (lines === 0 || bytes === undefined) continue;
      const from = Math.max(block.written, block.from);
      const first = Math.max(block.writtenLine, block.firstLine);
      const to = first + lines === block.firstLine + block.lines ? block.to : skipLogs(bytes, from, lines);
      const logs = bytes.subarray(from, to);
      const { lane } = block;
      const head = encodeRecordHead(
        {
          lane: lane.id,
          first,
          lines,
          acceptedAt: block.acceptedAt.getTime(),
          hashKey: lane.face.hashKey !== undefined,
          trailer: lane.trailer,
        },
        logs,
      );
      const segment = this.segmentFor(head.length + logs.length);
      let write = writes.at(-1);
      if (write?.segment !== segment) {
        write = { segment, position: segment.size, buffers: [], chunks: [], forgotten: false };
        writes.push(write);
      }
      const place = { segment, from: segment.size, to: segment.size + head.length + logs.length, first, lines };
      write.buffers.push(head, logs);
      write.chunks.push({ block, place, before: { written: block.written, writtenLine: block.writtenLine } });
      segment.size = place.to;
      segment.pending += lines;
      block.places.push(place);
      block.written = to;
      block.writtenLine = first + lines;
      block.writing = true;
    }
  }

  /** As if it had not been tried. */
  private undo(write: Write): void {
    const { segment, position } = write;
    this.forget(write);
    const { disk } = this.options;
    if (attempt(() => disk.ftruncateSync(segment.handle as number, position)) === undefined) segment.size = position;
    // Whoever reads it steps over what is there.
    else if (this.active === segment) this.active = undefined;
  }

  private forget(write: Write): void {
    if (write.forgotten) return;
    write.forgotten = true;
    for (const { block, place, before } of write.chunks) {
      block.places = block.places.filter((each) => each !== place);
      const settled = Math.min(Math.max(block.firstLine - place.first, 0), place.lines);
      write.segment.pending -= place.lines - settled;
      block.written = before.written;
      block.writtenLine = before.writtenLine;
    }
  }

  private segmentFor(size: number): Segment {
    const { segmentBytes = 16 * 1024 * 1024 } = this.options;
    const { active } = this;
    if (active !== undefined && (active.size + size <= segmentBytes || active.pending === 0)) return active;
    this.roll();
    return (this.active = this.open());
  }

  private roll(): void {
    this.active = undefined;
  }

  private open(): Segment {
    const { disk, destination } = this.options;
    // Each time: somebody may have deleted it.
    fs.mkdirSync(this.path, { recursive: true, mode: 0o700 });
    this.made = true;
    const segment = new Segment(join(this.path, String(this.nextSegment++).padStart(8, "0")), disk);
    // wx: a file that is there already is not ours to write.
    segment.handle = disk.openSync(segment.file, "wx", 0o600);
    try {
      const line = encodeSegmentLine(destination);
      writeAllSync(disk, segment.handle, [line], 0);
      segment.size = line.length;
    } catch (error) {
      attempt(() => segment.remove());
      throw error;
    }
    this.segments.add(segment);
    return segment;
  }

  /** What cannot be deleted now is tried again next time, and told once. */
  private clear(): void {
    for (const segment of this.segments) {
      if (segment.pending > 0 || (segment === this.active && segment.size < idleBytes)) continue;
      if (this.writing.some((write) => write.segment === segment)) continue;
      const problem = attempt(() => segment.remove());
      if (problem === undefined) {
        this.segments.delete(segment);
        if (segment === this.active) this.active = undefined;
      } else if (!this.notRemoved) {
        this.notRemoved = true;
        this.options.emit({ type: "BufferNotRemoved", file: segment.file, message: problem.message });
      }
    }
  }
}

const empty = Buffer.alloc(0);
/** What the disk does not have, or cannot give any more. Anything else (too many open files, say) passes. */
const goneForGood = ["ENOENT", "EIO", "EISDIR"];

function orNothing(error: NodeJS.ErrnoException): Buffer {
  if (goneForGood.includes(error.code ?? "")) return empty;
  throw error;
}

/** Lines that are not on disk. */
export const unwritten = (block: Block): number =>
  Math.max(0, block.firstLine + block.lines - Math.max(block.writtenLine, block.firstLine));

/** Places of one segment that follow each other closely as one. */
export function joined(places: readonly Place[]): Place[] {
  const out: Place[] = [];
  for (const place of places) {
    const last = out.at(-1);
    const follows =
      last?.segment === place.segment && last.first + last.lines === place.first && place.from - last.to <= gapBytes;
    if (!follows) out.push({ ...place });
    else {
      last.to = place.to;
      last.lines += place.lines;
    }
  }
  return out;
}

async function syncFolder(disk: Disk, folder: string): Promise<void> {
  const handle = fs.openSync(folder, "r");
  try {
    await disk.fdatasync(handle);
  } finally {
    fs.closeSync(handle);
  }
}
