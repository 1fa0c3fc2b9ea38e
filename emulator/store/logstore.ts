import type { LogGroup, Log } from "../../sls/model/log";
import type { IndexBody } from "../../sls/model/log-index";
import type { LogStoreBody } from "../../sls/model/log-store";

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

  /** Every log with `from <= time < to`, by time, those of one second in the order in which they came. */
  logsBetween(from: number, to: number): SeenLog[] {
    const seen: SeenLog[] = [];
    for (const { group } of this.arrived)
      for (const log of group.logs) if (log.time >= from && log.time < to) seen.push({ log, group });
    return seen.sort((a, b) => a.log.time - b.log.time || (a.log.timeNs ?? 0) - (b.log.timeNs ?? 0));
  }
}
