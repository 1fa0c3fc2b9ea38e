export interface Checkpoint {
  readonly shard: number;
  readonly checkpoint: string;
  /** Microseconds. */
  readonly updateTime: number;
  readonly consumer: string;
}

/** Consumers that share the shards of a logstore. One that is silent for longer than the time-out is out. */
export class ConsumerGroup {
  readonly checkpoints = new Map<number, Checkpoint>();
  /** Last heartbeat by consumer, unix milliseconds. */
  private readonly consumers = new Map<string, number>();

  constructor(
    readonly name: string,
    /** Seconds. */
    public timeout: number,
    /** Whether a shard's parent must be done before it is handed out; kept, not acted on. */
    public order: boolean,
  ) {}

  /** The consumer is alive. Returns the shards that are its own now: they are dealt round, in the order of names. */
  heartbeat(consumer: string, shards: readonly number[], now: number): number[] {
    this.consumers.set(consumer, now);
    for (const [name, last] of this.consumers) if (now - last > this.timeout * 1000) this.consumers.delete(name);
    const names = [...this.consumers.keys()].sort();
    return shards.filter((_, i) => names[i % names.length] === consumer);
  }

  /** Whether it is one of the group's at `now`, unix milliseconds. */
  has(consumer: string, now: number): boolean {
    const last = this.consumers.get(consumer);
    return last !== undefined && now - last <= this.timeout * 1000;
  }
}
