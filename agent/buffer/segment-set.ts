import * as fs from "node:fs";
import { dirname, join } from "node:path";
import type { Emit } from "../status/events";
import type { Destination } from "./destination";
import { attempt, withFile, writeAllSync, type Disk } from "./disk";
import { Segment } from "./segment";
import { encodeSegmentLine } from "./segment-format";
import { recoverSegments, type Reading, type RecoveredBlock, type RecoveredFolder } from "./segment-recovery";

export interface SegmentSetOptions {
  readonly folder: string;
  readonly destination: Destination;
  readonly disk: Disk;
  readonly emit: Emit;
  /** A segment that has grown to this is followed by a new one. @default 16 MiB */
  readonly segmentBytes?: number;
}

/** A segment of which everything is settled is deleted when it has grown to this, or at the end. */
const idleBytes = 1024 * 1024;

/** The segments of one folder: one is appended to, the others wait until all of their lines are settled; then they are deleted. */
export class SegmentSet {
  private readonly segments = new Set<Segment>();
  /** Where is appended. */
  private active: Segment | undefined;
  private nextSegment = 1;
  private made = false;
  private folderSynced = false;
  private notRemoved = false;
  /** Recovered, and not released yet: nothing is deleted. */
  private held = false;

  constructor(private readonly options: SegmentSetOptions) {}

  get path(): string {
    return this.options.folder;
  }

  /** Size of all segments. */
  get bytes(): number {
    let sum = 0;
    for (const { size } of this.segments) sum += size;
    return sum;
  }

  /**
   * Gives what is there to `each`, oldest first. Call it once, before anything is written. Where it rejects all is as before; where it
   * does not, what is settled is deleted from release() on.
   */
  async recover(each: (block: RecoveredBlock) => void, reading: Reading): Promise<RecoveredFolder> {
    if (!fs.existsSync(this.path)) return { nextLane: 1, holds: () => false };
    this.held = true;
    const found = await recoverSegments(this.path, this.options, each, reading);
    for (const segment of found.segments) this.segments.add(segment);
    this.nextSegment = found.nextSegment;
    return found;
  }

  release(): void {
    this.held = false;
    this.clear();
  }

  /** The disk promises to have what was recovered. Returns why it does not. */
  syncRecovered(): Error | undefined {
    return attempt(() => {
      const files = [...this.segments].filter(({ handle, size, synced }) => handle === undefined && synced < size);
      for (const segment of files) {
        withFile(segment.file, "r", (handle) => this.options.disk.fsyncSync(handle));
        segment.synced = segment.size;
      }
      if (files.length > 0) this.syncFolders();
    });
  }

  /** Where the next `size` bytes go. Throws when a new file is needed and cannot be made. */
  segmentFor(size: number): Segment {
    const { segmentBytes = 16 * 1024 * 1024 } = this.options;
    const { active } = this;
    if (active !== undefined && (active.size + size <= segmentBytes || active.pending === 0)) return active;
    this.roll();
    return (this.active = this.open());
  }

  /** What comes next goes to a new segment; with `segment`: when that is the one that is appended to. */
  roll(segment = this.active): void {
    if (segment === this.active) this.active = undefined;
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
        this.roll(segment);
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
      this.syncFolders();
    });
  }

  /** Deletes what is settled and not `busy`. What cannot be deleted now is tried again next time, and told once. */
  clear(busy: (segment: Segment) => boolean = () => false): void {
    if (this.held) return;
    for (const segment of this.segments) {
      if (segment.pending > 0 || (segment === this.active && segment.size < idleBytes)) continue;
      if (busy(segment)) continue;
      const problem = attempt(() => segment.remove());
      if (problem === undefined) {
        this.segments.delete(segment);
        this.roll(segment);
      } else if (!this.notRemoved) {
        this.notRemoved = true;
        this.options.emit({ type: "BufferNotRemoved", file: segment.file, message: problem.message });
      }
    }
  }

  /** Deletes what is settled, and the folder with the last of it. */
  close(): void {
    this.roll();
    this.clear();
    for (const segment of this.segments) segment.close();
    if (this.segments.size === 0) attempt(() => fs.rmdirSync(this.path));
  }

  private syncFolders(): void {
    for (const folder of [this.path, dirname(this.path)]) {
      withFile(folder, "r", (handle) => this.options.disk.fsyncSync(handle));
    }
  }

  /** wx: what is there already by a number is not ours to write, and the next one is as good. */
  private create(): Segment {
    const { disk } = this.options;
    for (;;) {
      const segment = new Segment(join(this.path, String(this.nextSegment++).padStart(8, "0")), disk);
      try {
        segment.handle = disk.openSync(segment.file, "wx", 0o600);
        return segment;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
    }
  }

  private open(): Segment {
    const { disk, destination } = this.options;
    // Each time: somebody may have deleted it.
    fs.mkdirSync(this.path, { recursive: true, mode: 0o700 });
    this.made = true;
    const segment = this.create();
    try {
      const line = encodeSegmentLine(destination);
      writeAllSync(disk, segment.handle as number, [line], 0);
      segment.size = line.length;
    } catch (error) {
      attempt(() => segment.remove());
      throw error;
    }
    this.segments.add(segment);
    return segment;
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
