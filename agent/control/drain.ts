import type { AgentEvent } from "../status/events";

interface Queue {
  readonly project: string;
  readonly logstore: string;
  readonly lines: number;
}

/**
 * What the queues hold at the asking, until as many lines have left each of them, sent or set aside, or it was seen empty:
 * lines that come meanwhile do not put the end off. A reader of events.
 */
export class Drain {
  private readonly left = new Map<string, number>();

  constructor(queues: readonly Queue[]) {
    this.look(queues, (queue) => this.left.set(keyOf(queue), queue.lines));
  }

  readonly on = (event: AgentEvent): void => {
    if (event.type !== "BatchSent" && event.type !== "LinesSetAside" && event.type !== "LinesNotSetAside") return;
    const left = this.left.get(keyOf(event));
    if (left !== undefined) this.set(keyOf(event), left - event.lines);
  };

  /** Lines that are left. */
  linesLeft(queues: readonly Queue[]): number {
    this.look(queues, () => undefined);
    return [...this.left.values()].reduce((sum, lines) => sum + lines, 0);
  }

  private look(queues: readonly Queue[], some: (queue: Queue) => void): void {
    for (const queue of queues) {
      if (queue.lines === 0) this.left.delete(keyOf(queue));
      else some(queue);
    }
  }

  private set(key: string, lines: number): void {
    if (lines <= 0) this.left.delete(key);
    else this.left.set(key, lines);
  }
}

const keyOf = ({ project, logstore }: { project: string; logstore: string }): string => `${project}/${logstore}`;
