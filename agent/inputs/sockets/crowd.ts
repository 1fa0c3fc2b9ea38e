import { Bell } from "../../buffer/bell";
import type { World } from "../../world";

/** A connection that may be let go. */
export interface Member {
  /** When it last brought something, or was opened, in monotonic milliseconds. */
  readonly lastAt: number;
  finish(): void;
}

export interface CrowdOptions<M extends Member> {
  readonly members: ReadonlySet<M>;
  /** So many members are not too many. */
  readonly fair: number;
  readonly idleMs: number;
  readonly world: World;
  /** `idleMs` is that of the first one, the longest. */
  readonly onLetGo: (members: readonly [M, ...M[]], idleMs: number) => void;
}

/**
 * Sees to it that connections which bring nothing do not keep others out: while there are more than a fair number, those that
 * were idle for `idleMs` are let go, the longest idle first.
 */
export class Crowd<M extends Member> {
  /** Told the end already. */
  private readonly leaving = new WeakSet<M>();
  private readonly changed = new Bell();
  private readonly stop = new AbortController();
  private readonly running: Promise<void>;
  private held = false;
  /** What was held back brought nothing because nothing was taken. */
  private freeSince = -Infinity;

  constructor(private readonly options: CrowdOptions<M>) {
    this.running = options.idleMs > 0 ? this.run() : Promise.resolve();
  }

  /** A member came. */
  joined(): void {
    if (this.staying().length > this.options.fair) this.changed.ring();
  }

  setHeld(held: boolean): void {
    if (this.held && !held) this.freeSince = this.options.world.monotonic();
    this.held = held;
    this.changed.ring();
  }

  async close(): Promise<void> {
    this.stop.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { fair, world } = this.options;
    const { signal } = this.stop;
    while (!signal.aborted) {
      const staying = this.staying();
      if (this.held || staying.length <= fair) {
        await this.changed.wait(signal);
        continue;
      }
      const waitMs = this.letGo(staying);
      if (waitMs > 0) await world.sleep(waitMs, signal);
    }
  }

  /** Returns how long nothing is to be done. */
  private letGo(staying: readonly M[]): number {
    const { fair, idleMs, world, onLetGo } = this.options;
    const now = world.monotonic();
    const idleOf = ({ lastAt }: M): number => now - Math.max(lastAt, this.freeSince);
    const longest = staying.toSorted((a, b) => a.lastAt - b.lastAt).slice(0, staying.length - fair);
    const [first, ...others] = longest.filter((member) => idleOf(member) >= idleMs);
    if (first === undefined) return idleMs - Math.max(...longest.map(idleOf));
    onLetGo([first, ...others], idleOf(first));
    for (const member of [first, ...others]) {
      this.leaving.add(member);
      member.finish();
    }
    return 0;
  }

  private staying(): M[] {
    return [...this.options.members].filter((member) => !this.leaving.has(member));
  }
}
