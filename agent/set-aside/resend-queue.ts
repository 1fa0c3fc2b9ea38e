import { encodeLogGroup } from "../../sls/wire/log-group";
import { Bell } from "../buffer/bell";
import type { BatchLimits } from "../buffer/block";
import type { Destination, GroupFace } from "../buffer/destination";
import { realDisk } from "../buffer/disk";
import type { Lane } from "../buffer/lane";
import { LogQueue } from "../buffer/log-queue";
import { BlockMemory } from "../buffer/memory";
import { SegmentFolder } from "../buffer/segment-folder";
import type { World } from "../world";
import type { FileLine } from "./file-lines";
import { decodeRecord } from "./record";

/** A line on its way, and where in its file the next one begins. */
export interface ResentLine {
  readonly to: number;
  /** Undefined where there is nothing to send: the line is empty. */
  readonly log?: { readonly face: GroupFace; readonly bytes: Buffer; readonly time: number };
}

/** Undefined where the line cannot be read. */
export function resentLine({ to, bytes }: FileLine): ResentLine | undefined {
  if (bytes?.length === 0) return { to };
  try {
    if (bytes === undefined) throw new Error("too long");
    const { face, log } = decodeRecord(bytes);
    return { to, log: { face, bytes: encodeLogGroup({ logs: [log] }), time: log.time } };
  } catch {
    return undefined;
  }
}

/** What stands behind the logs of a block. */
const trailerRoom = 1024;

/**
 * Holds one batch of lines that are sent again, for a Sender, in memory alone: they stay in their file until they are
 * settled. Knows up to where in the file everything is.
 */
export class ResendQueue {
  readonly queue: LogQueue;
  /** Rings when lines were settled. */
  private readonly changed = new Bell();
  private line: { readonly to: number; readonly lane?: Lane; readonly number: number }[] = [];
  private settledTo = 0;
  private readonly memory: BlockMemory;

  constructor(destination: Destination, limits: BatchLimits, world: World, onSettled: () => void) {
    this.memory = new BlockMemory(limits.bytes + trailerRoom, Infinity);
    this.queue = new LogQueue({
      destination,
      limits,
      memory: this.memory,
      maxBytes: Infinity,
      owner: {
        dirty: () => undefined,
        overflow: () => false,
        lost: () => undefined,
        settled: () => {
          onSettled();
          this.changed.ring();
        },
      },
      // Nothing is ever written there.
      folder: new SegmentFolder({ folder: "", destination, disk: realDisk, emit: () => undefined }),
      toDisk: false,
      monotonic: world.monotonic,
      now: world.now,
    });
  }

  /** The next batch, when all of the last one is settled. */
  put(lines: readonly ResentLine[]): void {
    this.line = lines.map(({ to, log }) => {
      if (log === undefined) return { to, number: 0 };
      const lane = this.queue.lane(log.face);
      const number = lane.nextLine;
      lane.append(log.bytes, log.time);
      return { to, lane, number };
    });
    this.settledTo = 0;
  }

  /** Lets the memory go. */
  close(): void {
    // Idle is what had no use between two calls.
    this.memory.letGoIdle();
    this.memory.letGoIdle();
  }

  get empty(): boolean {
    return this.queue.lines === 0;
  }

  /** Resolves when it is empty, or the signal aborts. */
  async emptied(signal: AbortSignal): Promise<void> {
    while (!this.empty && !signal.aborted) await this.changed.wait(signal);
  }

  /** Up to this byte of the file everything is settled; undefined when that is nothing of this batch yet. */
  settledUpTo(): number | undefined {
    const unsettled = new Map<Lane, number>();
    for (const { lane, firstLine } of this.queue.unsettled()) {
      unsettled.set(lane, Math.min(firstLine, unsettled.get(lane) ?? Infinity));
    }
    for (; this.settledTo < this.line.length; this.settledTo++) {
      const { lane, number } = this.line[this.settledTo] ?? { number: 0 };
      if (lane !== undefined && number >= (unsettled.get(lane) ?? Infinity)) break;
    }
    return this.line[this.settledTo - 1]?.to;
  }
}
