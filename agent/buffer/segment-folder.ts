import type { Block } from "./block";
import { attempt, writeAll, writeAllSync } from "./disk";
import { loadBlock, type Missing } from "./load";
import type { Lender } from "./queue-memory";
import type { Segment } from "./segment";
import type { SettledLines } from "./segment-format";
import type { Reading, RecoveredBlock, RecoveredFolder } from "./segment-recovery";
import { SegmentSet, type SegmentSetOptions } from "./segment-set";
import { addRecord, forget, nextRecord, unwritten, type Write } from "./segment-write";

/** The unsettled lines of one logstore on disk: appended to segments, read back, deleted when they are settled. */
export class SegmentFolder {
  private readonly segments: SegmentSet;
  private writing: readonly Write[] = [];
  private planned = true;

  constructor(private readonly options: SegmentSetOptions) {
    this.segments = new SegmentSet(options);
  }

  get path(): string {
    return this.segments.path;
  }

  /** Size of all segments. */
  get bytes(): number {
    return this.segments.bytes;
  }

  /** What is being written just now; undefined when not all that should be could be given a place. */
  get underWay(): readonly SettledLines[] | undefined {
    if (!this.planned) return undefined;
    return this.writing.flatMap(({ chunks }) =>
      chunks.map(({ block, place: { first, lines } }) => ({ lane: block.lane.id, first, lines })),
    );
  }

  /** See SegmentSet. */
  recover(each: (block: RecoveredBlock) => void, reading: Reading): Promise<RecoveredFolder> {
    return this.segments.recover(each, reading);
  }

  /** What is settled need not be there any more. */
  release(): void {
    this.segments.release();
  }

  /** The disk promises to have what was recovered. Returns why it does not. */
  syncRecovered(): Error | undefined {
    return this.segments.syncRecovered();
  }

  /** Writes what of these blocks is not on disk. One call at a time. Resolves with why it could not. */
  async write(blocks: readonly Block[]): Promise<Error | undefined> {
    const { writes, problem } = this.begin(blocks);
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
    this.finish(writes);
    return failed;
  }

  /** The same at once, while nothing else is being written; returns why it could not. */
  writeSync(blocks: readonly Block[]): Error | undefined {
    const { writes, problem } = this.begin(blocks);
    let failed = problem;
    for (const write of writes) {
      const { segment, buffers, position } = write;
      failed ??= attempt(() => writeAllSync(this.options.disk, segment.handle as number, buffers, position));
      if (failed !== undefined) this.undo(write);
    }
    this.finish(writes);
    return failed;
  }

  /**
   * The same for a process that must end now, as far as the disk has room: returns the lines that could not be written.
   * What is being written just now is written once more, elsewhere: whether it arrives is not known.
   */
  writeNow(blocks: readonly Block[]): { readonly lost: number; readonly error?: Error } {
    if (this.writing.length > 0) this.segments.roll();
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

  /** The first `lines` of the block need not be sent again. */
  settle(block: Block, lines: number): void {
    const end = block.firstLine + lines;
    // One note for what follows each other in a segment: of a thousand sources each line may have a record of its own.
    let note: { segment: Segment; first: number; lines: number } | undefined;
    const write = (): void => note?.segment.settle({ lane: block.lane.id, first: note.first, lines: note.lines });
    for (const { segment, first, lines: placed } of block.places) {
      const from = Math.max(first, block.firstLine);
      const to = Math.min(first + placed, end);
      if (to <= from) continue;
      if (note?.segment === segment && note.first + note.lines === from) note.lines += to - from;
      else {
        write();
        note = { segment, first: from, lines: to - from };
      }
    }
    write();
    this.clear();
  }

  /** Reads a block that is on disk only back into memory. Rejects when it cannot be read now. */
  load(block: Block, memory: Lender): Promise<Missing> {
    return loadBlock(block, memory, this.options.disk);
  }

  /** Resolves when the disk has promised to have what is written, or with why it does not. */
  sync(): Promise<Error | undefined> {
    return this.segments.sync();
  }

  syncNow(): Error | undefined {
    return this.segments.syncNow();
  }

  /** Deletes what is settled, and the folder with the last of it. */
  close(): void {
    this.segments.close();
  }

  private clear(): void {
    this.segments.clear((segment) => this.writing.some((write) => write.segment === segment));
  }

  /** `problem`: why not all of them have a place. */
  private begin(blocks: readonly Block[]): { readonly writes: readonly Write[]; readonly problem: Error | undefined } {
    const writes: Write[] = [];
    const problem = attempt(() => this.plan(blocks, writes));
    this.writing = writes;
    this.planned = problem === undefined;
    return { writes, problem };
  }

  private finish(writes: readonly Write[]): void {
    for (const { chunks } of writes) {
      for (const { block } of chunks) {
        block.writing = false;
        block.places.joinLast();
      }
    }
    this.writing = [];
    this.clear();
  }

  /** Gives each block's unwritten lines a place; adds to `writes` as it goes, so that it can be undone. */
  private plan(blocks: readonly Block[], writes: Write[], most = Infinity): void {
    for (const block of blocks) {
      const record = nextRecord(block, most);
      if (record !== undefined)
        addRecord(writes, this.segments.segmentFor(record.head.length + record.logs.length), record);
    }
  }

  /** As if it had not been tried. */
  private undo(write: Write): void {
    const { segment, position } = write;
    forget(write);
    const { disk } = this.options;
    if (attempt(() => disk.ftruncateSync(segment.handle as number, position)) === undefined) segment.size = position;
    // Whoever reads it steps over what is there.
    else this.segments.roll(segment);
  }
}
