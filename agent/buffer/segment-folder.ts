import * as fs from "node:fs";
import { dirname, join } from "node:path";
import type { Emit } from "../status/events";
import type { Block } from "./block";
import type { Destination } from "./destination";
import { attempt, withFile, writeAll, writeAllSync, type Disk } from "./disk";
import { readLogs, type LoadedLogs } from "./load";
import type { BlockMemory } from "./memory";
import { joined } from "./place";
import { Segment } from "./segment";
import { encodeSegmentLine } from "./segment-format";
import { recoverSegments, type RecoveredBlock } from "./segment-recovery";
import { addRecord, forget, nextRecord, unwritten, type Write } from "./segment-write";

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
    for (const write of this.writing) forget(write);
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

  /** The logs of a block that is on disk only, in a buffer taken of `memory`, and how many of its lines are damaged. */
  read(block: Block, memory: BlockMemory): Promise<LoadedLogs> {
    return readLogs(block, memory, this.options.disk);
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
      const record = nextRecord(block, most);
      if (record !== undefined) addRecord(writes, this.segmentFor(record.head.length + record.logs.length), record);
    }
  }

  /** As if it had not been tried. */
  private undo(write: Write): void {
    const { segment, position } = write;
    forget(write);
    const { disk } = this.options;
    if (attempt(() => disk.ftruncateSync(segment.handle as number, position)) === undefined) segment.size = position;
    // Whoever reads it steps over what is there.
    else if (this.active === segment) this.active = undefined;
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

async function syncFolder(disk: Disk, folder: string): Promise<void> {
  const handle = fs.openSync(folder, "r");
  try {
    await disk.fdatasync(handle);
  } finally {
    fs.closeSync(handle);
  }
}
