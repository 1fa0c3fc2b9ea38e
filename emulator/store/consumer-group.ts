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
