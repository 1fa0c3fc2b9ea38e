import type { LogQueue } from "./log-queue";
import type { BlockMemory } from "./memory";
import { Pressure } from "./pressure";

/** What is done with lines for which there is no room: see docs/agent.md, `buffer.overflow`. */
export type Overflow = "block" | "drop-oldest" | "drop-newest";

export interface RoomOptions {
  readonly overflow: Overflow;
  readonly memory: BlockMemory;
  readonly queues: () => readonly LogQueue[];
  /** Whether blocks that leave the memory may become one. */
  readonly mayJoin: () => boolean;
  /** With `block`: called when there is no room any more, and when there is again. */
  readonly onPressure: (full: boolean) => void;
}

/** Sealed blocks leave the memory when it holds more than this share of its limit. */
const leaveShare = 0.5;

/** The room for lines: bytes on disk, each queue its own, and memory, of all queues together. */
export class Room {
  private readonly pressure: Pressure;

  constructor(private readonly options: RoomOptions) {
    this.pressure = new Pressure((share) => this.isBelow(share), options.onPressure);
  }

  /** Makes room for a queue that has none. Returns whether a new line of it is to be dropped. */
  make(queue: LogQueue): boolean {
    const { memory, overflow } = this.options;
    if (memory.short) this.relieve();
    const full = (): boolean => queue.bytes >= queue.maxBytes;
    switch (overflow) {
      case "block":
        if (full() || memory.short) this.pressure.press();
        return false;
      case "drop-oldest":
        while (full() && queue.dropOldest());
        while (memory.short && this.greedy().some((each) => each.dropOldest((block) => block.freesMemory)));
        return false;
      case "drop-newest":
        return full() || (memory.short && this.isGreedy(queue));
    }
  }

  /** Lets blocks that are on disk leave the memory: the newest first, for the oldest are sent next. To be called when some were written. */
  relieve(): void {
    const { memory, queues, mayJoin } = this.options;
    const limit = memory.limit * leaveShare;
    for (const queue of memory.used > limit ? queues() : []) {
      for (const block of queue.loaded()) {
        if (memory.used <= limit) break;
        if (block.mayLeave) queue.letLeave(block, mayJoin());
      }
    }
    this.ease();
  }

  /** To be called when something has left the buffer. */
  ease(): void {
    this.pressure.ease();
  }

  /** Whether no limit is reached by more than this share of it. */
  private isBelow(share: number): boolean {
    const { memory, queues } = this.options;
    if (memory.used > memory.limit * share) return false;
    return queues().every((queue) => queue.bytes <= queue.maxBytes * share);
  }

  /** Has its share of the memory, or more: when that is short, such a queue gives up lines, one that needs little does not. */
  private isGreedy({ memory }: LogQueue): boolean {
    const users = this.options.queues().filter((each) => each.memory.used > 0).length;
    return memory.used * Math.max(1, users) >= this.options.memory.limit;
  }

  /** Those that have most first. */
  private greedy(): readonly LogQueue[] {
    const queues = this.options.queues().filter((queue) => this.isGreedy(queue));
    return queues.sort((a, b) => b.memory.used - a.memory.used);
  }
}
