import type { World } from "../world";
import { Alarm } from "./alarm";
import { Bell } from "./bell";
import type { Block } from "./block";
import { DiskPace, smallBytes } from "./disk-pace";
import type { LogQueue } from "./log-queue";
import { unwrittenBytes } from "./segment-write";
import type { WrittenLines } from "./written-lines";

export interface CommitterOptions {
  /** Between two writes when nobody waits for one; 0: at once, as far as the disk is quick. */
  readonly everyMs: number;
  /** Ask the disk to promise it each time, not only when somebody waits. */
  readonly fsync: boolean;
  readonly world: World;
  /**
   * Everything that was accepted is stored, but for these lines, which are being written from now on. Undefined: some of them
   * could not be written.
   */
  readonly onWriting: (lines: readonly WrittenLines[] | undefined) => void;
  /** Blocks were written. */
  readonly onWritten: () => void;
  /** Called when the disk begins to fail, and when it works again (without an error). */
  readonly onDisk: (error: Error | undefined) => void;
}

interface Waiter {
  readonly resolve: () => void;
  /** After a failure: what was accepted before it waited, up to which line. */
  left?: Map<Block, number>;
}

/** After the disk has failed. */
const retryMs = 1_000;
/** With `everyMs` 0, between two writes at most. */
const longestPauseMs = 5;

/**
 * Group commit: what all blocks have got since the last time goes to disk in one write a logstore.
 *
 * idle -> gathering (everyMs since the last write; not when somebody waits) -> writing (-> syncing) -> idle; failing:
 * writing is tried again every second, lines go on in memory. close(): what is under way is awaited, nothing follows.
 *
 * With everyMs 0 a little is written at once, in the turn of the event loop in which it was read from its socket: a kill finds
 * nothing that was read and is not on disk. Much, and all on a disk that is slow, is written in the background.
 */
export class Committer {
  /** What waits to be written, queue by queue, in the order in which it came. */
  private dirty = new Map<LogQueue, Block[]>();
  private waiters: Waiter[] = [];
  private failing = false;
  private readonly changed = new Bell();
  private readonly stop = new AbortController();
  private readonly alarm: Alarm;
  private readonly running: Promise<void>;
  /** No write before then, but for who waits. */
  private nextAt = -Infinity;
  private readonly pace = new DiskPace();

  constructor(
    private readonly queues: () => readonly LogQueue[],
    private readonly options: CommitterOptions,
  ) {
    this.alarm = new Alarm(this.changed, options.world, this.stop.signal);
    this.running = this.run();
  }

  add(queue: LogQueue, block: Block): void {
    const blocks = this.dirty.get(queue);
    if (blocks !== undefined) blocks.push(block);
    else {
      this.dirty.set(queue, [block]);
      if (this.dirty.size === 1) this.changed.ring();
    }
  }

  /**
   * Resolves when every line accepted so far is safe: on disk, and the disk has promised it. While the disk fails: when
   * the service has it.
   */
  committed(): Promise<void> {
    return new Promise((resolve) => {
      this.waiters.push({ resolve });
      this.changed.ring();
    });
  }

  /** Blocks were settled. */
  settled(): void {
    if (!this.failing) return;
    this.waiters = this.waiters.filter(({ left, resolve }) => {
      for (const [block, line] of left ?? []) if (block.settled || block.firstLine >= line) left?.delete(block);
      if (left?.size !== 0) return true;
      resolve();
      return false;
    });
  }

  /** What waits, for a process that writes it by itself now. */
  takeDirty(): ReadonlyMap<LogQueue, readonly Block[]> {
    const { dirty } = this;
    this.dirty = new Map();
    return dirty;
  }

  async close(): Promise<void> {
    this.stop.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { world } = this.options;
    const { signal } = this.stop;
    while (!signal.aborted) {
      if (this.dirty.size === 0 && this.waiters.length === 0) {
        await this.changed.wait(signal);
        continue;
      }
      const pause = this.nextAt - world.monotonic();
      if (pause > 0 && (this.failing || this.waiters.length === 0)) {
        this.alarm.ringIn(pause);
        await this.changed.wait(signal);
        continue;
      }
      if (this.mayWriteAtOnce()) this.commitAtOnce();
      else await this.commit();
    }
  }

  private mayWriteAtOnce(): boolean {
    const { everyMs, fsync, world } = this.options;
    if (everyMs > 0 || fsync || this.waiters.length > 0) return false;
    if (!this.pace.isQuick(world.monotonic())) return false;
    let size = 0;
    for (const blocks of this.dirty.values()) for (const block of blocks) size += unwrittenBytes(block);
    return size <= smallBytes;
  }

  private commitAtOnce(): void {
    const { world, onWriting, onWritten } = this.options;
    const begun = world.monotonic();
    let error: Error | undefined;
    for (const [queue, blocks] of this.takeDirty()) {
      for (const block of blocks) block.dirty = false;
      const problem = queue.folder.writeSync(blocks);
      this.wrote(queue, blocks, problem);
      error ??= problem;
    }
    const end = world.monotonic();
    this.nextAt = end + Math.min(this.pace.wroteAtOnce(end - begun, end), longestPauseMs);
    onWriting(error === undefined ? [] : undefined);
    onWritten();
    this.setFailing(error);
  }

  private async commit(): Promise<void> {
    const { everyMs, fsync, world, onWriting, onWritten } = this.options;
    const begun = world.monotonic();
    this.nextAt = begun + (everyMs || longestPauseMs);
    const waiters = this.waiters.splice(0);
    const sync = fsync || waiters.length > 0;
    const work = [...this.takeDirty()];
    const writes = work.map(([queue, blocks]) => this.write(queue, blocks));
    onWriting(this.failing ? undefined : underWay(work.map(([queue]) => queue)));
    const failed = await Promise.all(writes);
    if (writes.length > 0) this.pace.wroteInBackground(world.monotonic() - begun);
    let error = failed.find((each) => each !== undefined);
    if (sync && error === undefined) {
      const synced = await Promise.all(this.queues().map(({ folder }) => folder.sync()));
      error = synced.find((each) => each !== undefined);
    }
    if (error !== undefined) onWriting(undefined);
    onWritten();
    this.setFailing(error);
    if (error === undefined) waiters.forEach(({ resolve }) => resolve());
    else {
      for (const waiter of waiters) waiter.left ??= this.everything();
      this.waiters.unshift(...waiters);
      this.settled();
    }
  }

  private async write(queue: LogQueue, blocks: readonly Block[]): Promise<Error | undefined> {
    for (const block of blocks) block.dirty = false;
    const error = await queue.folder.write(blocks);
    this.wrote(queue, blocks, error);
    return error;
  }

  private wrote(queue: LogQueue, blocks: readonly Block[], error: Error | undefined): void {
    for (const block of blocks) {
      if (block.settled) block.leave();
      else if (error !== undefined && !block.dirty) {
        block.dirty = true;
        this.add(queue, block);
      }
    }
  }

  /** Every block that is not settled, and the line up to which it has been filled. */
  private everything(): Map<Block, number> {
    const left = new Map<Block, number>();
    for (const queue of this.queues()) {
      for (const block of queue.unsettled()) left.set(block, block.firstLine + block.lines);
    }
    return left;
  }

  private setFailing(error: Error | undefined): void {
    if (error !== undefined) this.nextAt = this.options.world.monotonic() + retryMs;
    if (this.failing === (error !== undefined)) return;
    this.failing = error !== undefined;
    this.options.onDisk(error);
  }
}

/** What is being written; undefined when not all of it could be given a place. */
function underWay(queues: readonly LogQueue[]): readonly WrittenLines[] | undefined {
  const lines: WrittenLines[] = [];
  for (const { key, folder } of queues) {
    const { underWay } = folder;
    if (underWay === undefined) return undefined;
    for (const each of underWay) lines.push({ queue: key, ...each });
  }
  return lines;
}
