export interface Checkpoint {
  readonly shard: number;
  readonly checkpoint: string;
  /** Microseconds. */
  readonly updateTime: number;
  readonly consumer: string;
}

/** What is saved of it: not who is alive, which the next heartbeats tell. */
export interface ConsumerGroupState {
  readonly name: string;
  /** Seconds. */
  readonly timeout: number;
  /** Whether a shard's parent must be done before it is handed out; kept, not acted on. */
  readonly order: boolean;
  readonly checkpoints?: ReadonlyMap<number, Checkpoint>;
}

/** Consumers that share the shards of a logstore. One that is silent for longer than the time-out is out. */
export class ConsumerGroup implements ConsumerGroupState {
  readonly name: string;
  timeout: number;
  order: boolean;
  readonly checkpoints: Map<number, Checkpoint>;
  /** Last heartbeat by consumer, unix milliseconds. */
  private readonly consumers = new Map<string, number>();
  /** Who reads a shard, or was told to. */
  private readonly owners = new Map<number, string>();

  constructor({ name, timeout, order, checkpoints = new Map() }: ConsumerGroupState) {
    this.name = name;
    this.timeout = timeout;
    this.order = order;
    this.checkpoints = new Map(checkpoints);
  }

  state(): ConsumerGroupState {
    const { name, timeout, order, checkpoints } = this;
    return { name, timeout, order, checkpoints };
  }

  /**
   * The consumer is alive, and still reads the shards `held`. Returns those that it shall read from now on: shards are dealt round in
   * the order of names, and one that has another owner is given only when that owner no longer reports it, so that what it has read is
   * in its checkpoint by then. An owner that falls silent for longer than the time-out loses all.
   */
  heartbeat(consumer: string, held: readonly number[], shards: readonly number[], now: number): number[] {
    this.consumers.set(consumer, now);
    for (const name of this.consumers.keys()) if (!this.has(name, now)) this.consumers.delete(name);
    const names = [...this.consumers.keys()].sort();
    for (const [shard, owner] of this.owners) if (!names.includes(owner)) this.owners.delete(shard);
    return shards.filter((shard, i) => {
      const mine = names[i % names.length] === consumer;
      const owner = this.owners.get(shard);
      const reads = held.includes(shard);
      if (owner === undefined && (mine || reads)) this.owners.set(shard, consumer);
      else if (owner === consumer && !mine && !reads) this.owners.delete(shard);
      return mine && this.owners.get(shard) === consumer;
    });
  }

  /** Whether it is one of the group's at `now`, unix milliseconds. */
  has(consumer: string, now: number): boolean {
    const last = this.consumers.get(consumer);
    return last !== undefined && now - last <= this.timeout * 1000;
  }
}
