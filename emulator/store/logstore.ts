import { existsSync } from "node:fs";
import type { IndexBody } from "../../sls/model/log-index";
import type { LogStoreBody } from "../../sls/model/log-store";
import type { Part } from "../search/index/indexes";
import type { ConsumerGroup } from "./consumer-group";
import type { LogStorage } from "./log-storage";
import type { ShardLog } from "./shard-log";

/** Plain: it is saved with the logstore. */
export interface ShardRange {
  readonly id: number;
  status: "readwrite" | "readonly";
  /** 32 hex digits. */
  readonly begin: string;
  readonly end: string;
  readonly createTime: number;
}

export interface Shard extends ShardRange {
  readonly log: ShardLog;
}

export interface StoredIndex {
  body: IndexBody;
  lastModifyTime: number;
}

/** What is saved of a logstore: all but its logs. */
export interface LogstoreState {
  /** Where its logs lie. */
  readonly folder: string;
  readonly body: LogStoreBody;
  readonly createTime: number;
  readonly lastModifyTime: number;
  readonly index: StoredIndex | undefined;
  readonly meteringMode: string;
  readonly shards: readonly ShardRange[];
  readonly consumerGroups: ReadonlyMap<string, ConsumerGroup>;
}

const keySpace = 1n << 128n;
const lastKey = "f".repeat(32);
const hex32 = (value: bigint): string => value.toString(16).padStart(32, "0");

export class Logstore implements LogstoreState {
  body: LogStoreBody;
  readonly folder: string;
  readonly createTime: number;
  lastModifyTime: number;
  index: StoredIndex | undefined;
  meteringMode: string;
  readonly consumerGroups: Map<string, ConsumerGroup>;
  readonly shards: Shard[];
  /** The order in which groups came to all shards. */
  private nextOrder: number;
  private turn = 0;

  constructor(
    private readonly storage: LogStorage,
    state: LogstoreState,
  ) {
    this.folder = state.folder;
    this.body = state.body;
    this.createTime = state.createTime;
    this.lastModifyTime = state.lastModifyTime;
    this.index = state.index;
    this.meteringMode = state.meteringMode;
    this.consumerGroups = new Map(state.consumerGroups);
    this.shards = state.shards.map((range) => ({ ...range, log: storage.openShard(this.folder, range.id) }));
    for (const { log } of this.shards) {
      for (const segment of log.segments.slice(0, -1)) {
        if (!existsSync(segment.indexFile)) storage.indexes.found(segment);
      }
    }
    this.nextOrder = Math.max(0, ...this.shards.map(({ log }) => log.lastOrder + 1));
  }

  static create(storage: LogStorage, body: LogStoreBody, now: number): Logstore {
    const count = BigInt(body.shardCount);
    const shards = Array.from({ length: body.shardCount }, (_, id) => ({
      id,
      status: "readwrite" as const,
      begin: hex32((keySpace * BigInt(id)) / count),
      end: id === body.shardCount - 1 ? lastKey : hex32((keySpace * BigInt(id + 1)) / count),
      createTime: now,
    }));
    return new Logstore(storage, {
      folder: storage.newFolder(),
      body,
      createTime: now,
      lastModifyTime: now,
      index: undefined,
      meteringMode: "ChargeByFunction",
      shards,
      consumerGroups: new Map(),
    });
  }

  state(): LogstoreState {
    const { folder, body, createTime, lastModifyTime, index, meteringMode, consumerGroups } = this;
    const shards = this.shards.map(({ log: _, ...range }) => range);
    return { folder, body, createTime, lastModifyTime, index, meteringMode, shards, consumerGroups };
  }

  /** The next shard in turn, or the one that owns the key (32 hex digits). */
  shardFor(key?: string): Shard {
    const writable = this.shards.filter(({ status }) => status === "readwrite");
    const owner = key?.toLowerCase();
    const shard =
      owner === undefined
        ? writable[this.turn++ % writable.length]
        : writable.find(({ begin, end }) => owner >= begin && (owner < end || end === lastKey));
    return shard ?? (writable[0] as Shard);
  }

  /** `receiveTime`: unix seconds. On disk when this returns. */
  append({ log }: Shard, bytes: Buffer, receiveTime: number): void {
    const before = log.segments.at(-1);
    const segment = log.append(bytes, receiveTime, this.nextOrder++, this.index?.body);
    if (before === segment) return this.storage.indexes.appended(segment, undefined);
    this.storage.indexes.appended(segment, before);
    // Where nobody reads, nobody else makes room.
    this.expire(receiveTime);
  }

  /** Removes what is older than the logstore keeps. 3650 days are for ever. */
  expire(now: number): void {
    const before = this.oldestKept(now);
    for (const { log } of this.shards) for (const segment of log.expire(before)) this.storage.indexes.drop(segment);
  }

  /** Groups that came before this (unix seconds) are no longer there for anybody. */
  oldestKept(now: number): number {
    return this.body.ttl >= 3650 ? 0 : Math.max(0, now - this.body.ttl * 24 * 3600);
  }

  /** Every segment that can be searched. */
  parts(): Part[] {
    return this.shards.flatMap(({ log }) =>
      log.segments
        .map((segment, i) => ({ segment, sealed: i < log.segments.length - 1 }))
        .filter(({ segment }) => segment.count > 0 && segment.index !== undefined),
    );
  }

  get indexes(): LogStorage["indexes"] {
    return this.storage.indexes;
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

  removeShard(shard: Shard): void {
    this.shards.splice(this.shards.indexOf(shard), 1);
    this.dropLogs(shard);
  }

  /** Removes all its logs. */
  remove(): void {
    this.shards.forEach((shard) => this.dropLogs(shard));
    this.storage.removeLogstore(this.folder);
  }

  private dropLogs({ log }: Shard): void {
    for (const segment of log.segments) this.storage.indexes.drop(segment);
    log.remove();
  }

  private addShard(begin: string, end: string, createTime: number): Shard {
    const id = Math.max(...this.shards.map((shard) => shard.id)) + 1;
    const log = this.storage.openShard(this.folder, id);
    const shard: Shard = { id, status: "readwrite", begin, end, createTime, log };
    this.shards.push(shard);
    return shard;
  }
}
