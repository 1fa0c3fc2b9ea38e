import type { LogGroup, Log } from "../../sls/model/log";
import type { IndexBody } from "../../sls/model/log-index";
import type { LogStoreBody } from "../../sls/model/log-store";
import type { ConsumerGroup } from "./consumer-group";

export interface StoredGroup {
  readonly group: LogGroup;
  /** As it came, uncompressed. */
  readonly bytes: Buffer;
  /** Unix seconds of arrival. */
  readonly receiveTime: number;
}

export interface Shard {
  readonly id: number;
  status: "readwrite" | "readonly";
  /** 32 hex digits. */
  readonly begin: string;
  readonly end: string;
  readonly createTime: number;
  readonly groups: StoredGroup[];
}

export interface StoredIndex {
  body: IndexBody;
  lastModifyTime: number;
}

/** One log with its group, as queries see it. */
export interface SeenLog {
  readonly log: Log;
  readonly group: LogGroup;
}

const keySpace = 1n << 128n;
const lastKey = "f".repeat(32);
const hex32 = (value: bigint): string => value.toString(16).padStart(32, "0");

export class Logstore {
  index: StoredIndex | undefined;
  meteringMode = "ChargeByFunction";
  readonly consumerGroups = new Map<string, ConsumerGroup>();
  readonly shards: Shard[];
  /** Of all shards, in the order in which they came. */
  private readonly arrived: StoredGroup[] = [];
  private turn = 0;

  constructor(
    public body: LogStoreBody,
    readonly createTime: number,
    public lastModifyTime: number,
  ) {
    const count = BigInt(body.shardCount);
    this.shards = Array.from({ length: body.shardCount }, (_, id) => ({
      id,
      status: "readwrite" as const,
      begin: hex32((keySpace * BigInt(id)) / count),
      end: id === body.shardCount - 1 ? lastKey : hex32((keySpace * BigInt(id + 1)) / count),
      createTime,
      groups: [],
    }));
  }

  /** To the shards in turn, or to the one that owns the key (32 hex digits). */
  append(stored: StoredGroup, key?: string): void {
    const writable = this.shards.filter(({ status }) => status === "readwrite");
    const owner = key?.toLowerCase();
    const shard =
      owner === undefined
        ? writable[this.turn++ % writable.length]
        : writable.find(({ begin, end }) => owner >= begin && (owner < end || end === lastKey));
    (shard ?? writable[0])?.groups.push(stored);
    this.arrived.push(stored);
  }

  /** The shard becomes readonly; two new ones share its keys. Undefined when the key does not lie within it. */
  split(shard: Shard, key: string, now: number): Shard[] | undefined {
    const middle = key.toLowerCase().padStart(32, "0");
    if (shard.status !== "readwrite" || middle <= shard.begin || middle >= shard.end) return undefined;
    shard.status = "readonly";
    return [shard, this.addShard(shard.begin, middle, now), this.addShard(middle, shard.end, now)];
  }

  /** The shard and its right neighbour become readonly; a new one has the keys of both. Undefined when there is no neighbour. */
  merge(shard: Shard, now: number): Shard[] | undefined {
    const neighbour = this.shards.find(({ status, begin }) => status === "readwrite" && begin === shard.end);
    if (shard.status !== "readwrite" || neighbour === undefined) return undefined;
    shard.status = "readonly";
    neighbour.status = "readonly";
    return [this.addShard(shard.begin, neighbour.end, now), shard, neighbour];
  }

  private addShard(begin: string, end: string, createTime: number): Shard {
    const id = Math.max(...this.shards.map((shard) => shard.id)) + 1;
    const shard: Shard = { id, status: "readwrite", begin, end, createTime, groups: [] };
    this.shards.push(shard);
    return shard;
  }

  /** Every log with `from <= time < to`, by time, those of one second in the order in which they came. */
  logsBetween(from: number, to: number): SeenLog[] {
    const seen: SeenLog[] = [];
    for (const { group } of this.arrived)
      for (const log of group.logs) if (log.time >= from && log.time < to) seen.push({ log, group });
    return seen.sort((a, b) => a.log.time - b.log.time || (a.log.timeNs ?? 0) - (b.log.timeNs ?? 0));
  }
}
