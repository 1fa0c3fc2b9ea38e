import * as fs from "node:fs";
import { attempt, appendWhole, type Disk } from "./disk";
import { encodeSettled, type SettledLines } from "./segment-format";

export const segmentSuffix = ".seg";
export const settledSuffix = ".settled";
const damagedSuffix = ".damaged";
const settledEntry = 20;

/** One file of blocks, and the file beside it that tells which of its lines are settled. */
export class Segment {
  /** Bytes, with what is being written. */
  size = 0;
  /** Lines in it that are not settled. */
  pending = 0;
  /** Up to here the disk promised to have it. */
  synced = 0;
  /**
   * Why the disk did not promise to have it. The kernel tells a failed write once and then forgets it: a later promise for the
   * same file would be none. Such lines are safe when the service has them.
   */
  unsure: Error | undefined;
  /** Some of it could not be read: it is kept for a person. */
  damaged = false;
  handle: number | undefined;
  private settledHandle: number | undefined;

  constructor(
    /** Without the suffix. */
    readonly path: string,
    private readonly disk: Disk,
  ) {}

  get file(): string {
    return `${this.path}${segmentSuffix}`;
  }

  /** These lines need not be sent again. A disk that does not take the note costs lines sent twice, nothing else. */
  settle(lines: SettledLines): void {
    this.pending -= lines.lines;
    attempt(() => {
      this.settledHandle ??= this.openSettled();
      appendWhole(this.disk, this.settledHandle, encodeSettled(lines));
    });
  }

  close(): void {
    for (const handle of [this.handle, this.settledHandle]) if (handle !== undefined) fs.closeSync(handle);
    this.handle = undefined;
    this.settledHandle = undefined;
  }

  /** Deletes both files; the lines first, so that a kill in between leaves nothing to send. Throws when it cannot. */
  remove(): void {
    this.close();
    if (this.damaged) this.disk.renameSync(this.file, `${this.path}${damagedSuffix}`);
    else this.disk.rmSync(this.file, { force: true });
    this.disk.rmSync(`${this.path}${settledSuffix}`, { force: true });
  }

  /** A kill may have torn the last entry: what is added begins where a whole one ends. */
  private openSettled(): number {
    const handle = this.disk.openSync(`${this.path}${settledSuffix}`, "a", 0o600);
    const { size } = fs.fstatSync(handle);
    if (size % settledEntry !== 0) this.disk.ftruncateSync(handle, size - (size % settledEntry));
    return handle;
  }
}
