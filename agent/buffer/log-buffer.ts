import * as fs from "node:fs";
import { dirname, join } from "node:path";
import type { Emit } from "../status/events";
import type { World } from "../world";
import type { BatchLimits, Block } from "./block";
import { Committer } from "./committer";
import { destinationKey, destinationsIn, type Destination } from "./destination";
import { attempt, realDisk, withFile, type Disk } from "./disk";
import { keepQueue } from "./keep-queue";
import { LogQueue, type QueueOwner } from "./log-queue";
import { Losses, type DropReason } from "./losses";
import { BlockMemory } from "./memory";
import { recoverOldFiles } from "./old/old-files";
import { Room, type Overflow, type RoomOptions } from "./room";
import { SegmentFolder } from "./segment-folder";
import type { Reading, RecoveredFolder } from "./segment-recovery";
import type { RecoveredLines, WrittenLines } from "./written-lines";

export interface LogBufferOptions {
  /** Holds a folder a logstore. */
  readonly folder: string;
  /** `memory`: lines go to disk at a stop only. */
  readonly mode: "disk" | "memory";
  /** Unsent bytes of one logstore. */
  readonly maxBytes: number;
  /** Memory for lines, of all logstores together. */
  readonly memoryBytes: number;
  readonly overflow: Overflow;
  readonly commitMs: number;
  readonly fsync: boolean;
  readonly limits: BatchLimits;
  readonly world: World;
  readonly emit: Emit;
  readonly onQueue: (queue: LogQueue) => void;
  readonly onPressure: RoomOptions["onPressure"];
  /** See Committer. @default nobody wants to know */
  readonly onWriting?: (lines: readonly WrittenLines[] | undefined) => void;
  /** @default the real one */
  readonly disk?: Disk;
  /** @default 16 MiB */
  readonly segmentBytes?: number;
}

export interface RecoverOptions {
  /** @default never aborts */
  readonly signal?: AbortSignal;
  /** This one of the logstore's segments is read next, 1 first. @default nobody wants to know */
  readonly onSegment?: (destination: Destination, segment: number, segments: number) => void;
  /**
   * All of it is read. Until this returns no segment is deleted, though all of it be sent: an end before would leave the next run without
   * what it asks of them. @default nobody wants to know
   */
  readonly onRead?: (lines: RecoveredLines) => void;
}

const never = new AbortController().signal;
/** Room in a block for topic and source behind the logs. */
const trailerRoom = 1024;

/**
 * One queue a logstore, in memory and on disk. New lines are in memory and within `commitMs` on disk too; a block that is
 * sent before that never goes there. When memory gets short, blocks that are on disk leave it, the newest first.
 */
export class LogBuffer implements QueueOwner {
  private readonly queues = new Map<string, LogQueue>();
  private readonly memory: BlockMemory;
  private readonly committer: Committer;
  private readonly disk: Disk;
  private readonly losses: Losses;
  private readonly room: Room;
  private diskError: Error | undefined;

  constructor(private readonly options: LogBufferOptions) {
    const { commitMs, fsync, world, mode, onWriting } = options;
    this.disk = options.disk ?? realDisk;
    this.memory = new BlockMemory(options.limits.bytes + trailerRoom, options.memoryBytes);
    this.losses = new Losses(world.now, options.emit);
    this.room = new Room({
      overflow: options.overflow,
      memory: this.memory,
      queues: () => this.all(),
      // Who waits for a disk that fails waits for these very blocks.
      mayJoin: () => this.diskError === undefined,
      onPressure: options.onPressure,
    });
    fs.mkdirSync(options.folder, { recursive: true, mode: 0o700 });
    // A folder that was made just now is safe from a power cut once the one that it is in is.
    for (const folder of [options.folder, dirname(options.folder)]) {
      attempt(() => withFile(folder, "r", (handle) => this.disk.fsyncSync(handle)));
    }
    this.committer = new Committer(() => this.all(), {
      everyMs: commitMs,
      fsync,
      world,
      onWriting: (lines) => mode === "disk" && onWriting?.(lines),
      onWritten: () => this.room.relieve(),
      onDisk: (error) => this.diskChanged(error),
    });
  }

  /** Lines given up since the start. */
  get dropped(): Readonly<Record<DropReason, number>> {
    return this.losses.total;
  }

  /** Bytes of memory that hold lines. */
  get memoryUsed(): number {
    return this.memory.used;
  }

  /** Why nothing can be written to disk just now. */
  get diskProblem(): string | undefined {
    return this.diskError?.message;
  }

  all(): readonly LogQueue[] {
    return [...this.queues.values()];
  }

  queue(destination: Destination): LogQueue {
    return this.queues.get(destinationKey(destination)) ?? this.begin(this.newQueue(destination));
  }

  /** Every line accepted so far is safe: see Committer. In memory mode that is all there is. */
  committed(): Promise<void> {
    return this.options.mode === "disk" ? this.committer.committed() : Promise.resolve();
  }

  /**
   * Takes over what the last run has left, a logstore after the other: those that are done are sent already. Call before anything new is
   * added. Rejects when the signal aborts, and what was not taken over by then is as it was.
   */
  async recover({ signal = never, onSegment = () => undefined, onRead }: RecoverOptions = {}): Promise<void> {
    const folders = new Map<string, RecoveredFolder>();
    for (const destination of destinationsIn(this.options.folder)) {
      const queue = this.newQueue(destination);
      const reading: Reading = { signal, onSegment: (n, of) => onSegment(destination, n, of) };
      folders.set(queue.key, await queue.recover(reading));
      this.begin(queue);
      if (queue.lines > 0) this.options.emit({ type: "BufferRecovered", ...destination, lines: queue.lines });
    }
    const { folder, emit } = this.options;
    recoverOldFiles({
      folder,
      disk: this.disk,
      emit,
      add: (destination, face, log, time) => this.queue(destination).lane(face).append(log, time),
      safe: () => {
        for (const queue of this.all()) for (const block of queue.unsettled()) queue.toDiskOnce(block);
        return this.committer.committed();
      },
    });
    signal.throwIfAborted();
    onRead?.({
      holds: (lines) => folders.get(lines.queue)?.holds(lines) ?? false,
      sync: () => {
        for (const { folder: each } of this.all()) {
          const problem = each.syncRecovered();
          if (problem !== undefined) return problem;
        }
        return undefined;
      },
    });
    for (const { folder: each } of this.all()) each.release();
  }

  /**
   * Writes what is not settled and not on disk, and asks the disk to promise it. For the end of a process: nothing is
   * awaited. Returns the lines that could not be kept.
   */
  keep(): number {
    this.committer.takeDirty();
    return this.all().reduce((lost, queue) => lost + keepQueue(queue, this.options.emit), 0);
  }

  /** Ends writing in the background; resolves when none is under way. */
  async stopWriting(): Promise<void> {
    await this.committer.close();
  }

  /** Deletes what is settled, lets the files go, once no write is under way: its file must not be another one by then. */
  async close(): Promise<void> {
    await this.stopWriting();
    for (const queue of this.all()) queue.folder.close();
    this.tellAll();
  }

  /** Tells of every line that was lost. */
  tellAll(): void {
    this.losses.tellAll();
  }

  dirty(queue: LogQueue, block: Block): void {
    this.committer.add(queue, block);
  }

  overflow(queue: LogQueue): boolean {
    const dropped = this.room.make(queue);
    if (dropped) this.lost(queue, 1, "bufferFull");
    return dropped;
  }

  settled(): void {
    this.committer.settled();
    this.room.ease();
  }

  /** Tells of lines that were lost within the minute before, too, and lets go what memory is not used. To be called now and then. */
  tellDue(): void {
    this.losses.tellDue();
    this.memory.letGoIdle();
  }

  lost(queue: LogQueue, lines: number, reason: DropReason): void {
    this.losses.add(queue.destination, lines, reason);
  }

  private newQueue(destination: Destination): LogQueue {
    const { folder, mode, limits, maxBytes, world, emit, segmentBytes } = this.options;
    const files = { folder: join(folder, destinationKey(destination)), destination, disk: this.disk, emit };
    return new LogQueue({
      destination,
      limits,
      memory: this.memory,
      maxBytes: mode === "disk" ? maxBytes : Infinity,
      owner: this,
      folder: new SegmentFolder(segmentBytes === undefined ? files : { ...files, segmentBytes }),
      toDisk: mode === "disk",
      monotonic: world.monotonic,
      now: world.now,
    });
  }

  /** The queue is one of this buffer's from now on: it is sent, counted and kept. */
  private begin(queue: LogQueue): LogQueue {
    this.queues.set(queue.key, queue);
    this.options.onQueue(queue);
    return queue;
  }

  private diskChanged(error: Error | undefined): void {
    this.diskError = error;
    const { folder, emit } = this.options;
    if (error) emit({ type: "BufferDiskFails", folder, message: error.message });
    else emit({ type: "BufferDiskWorks", folder });
  }
}
