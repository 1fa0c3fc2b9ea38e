/**
 * Quotas of shards and projects, off unless asked for: the service's limits of a shard are soft (it goes on at its best effort), and those of a project are
 * out of reach of one machine. Who tests what a client does when they are met turns them on, or scales them down.
 * Source: SLS manual, "Basic resource limits" (May 2026). Bytes are those before compression.
 */
import { ServiceError } from "./service-error";
import { TokenBucket } from "./token-bucket";

export interface QuotaLimits {
  /** @default 5,242,880 */
  readonly shardWriteBytesPerSecond: number;
  /** @default 500 */
  readonly shardWritesPerSecond: number;
  /** @default 10,485,760 */
  readonly shardReadBytesPerSecond: number;
  /** @default 100 */
  readonly shardReadsPerSecond: number;
  /** @default 600,000 */
  readonly projectWritesPerMinute: number;
  /** @default 107,374,182,400 */
  readonly projectWriteBytesPerMinute: number;
  /** @default 600,000 */
  readonly projectReadsPerMinute: number;
}

export const realQuotas: QuotaLimits = {
  shardWriteBytesPerSecond: 5 << 20,
  shardWritesPerSecond: 500,
  shardReadBytesPerSecond: 10 << 20,
  shardReadsPerSecond: 100,
  projectWritesPerMinute: 600_000,
  projectWriteBytesPerMinute: 100 * 1024 ** 3,
  projectReadsPerMinute: 600_000,
};

/** `real`: the service's; an object: those given, and the service's times `scale` (above 0, default 1) for the others. */
export type QuotaOptions = "off" | "real" | (Partial<QuotaLimits> & { readonly scale?: number });

/** Undefined: off. Throws on a number that is none. */
export function quotaLimits(options: QuotaOptions): QuotaLimits | undefined {
  if (options === "off") return undefined;
  if (options === "real") return realQuotas;
  const { scale = 1, ...given } = options;
  for (const [name, value] of Object.entries({ scale, ...given })) {
    if (name !== "scale" && !Object.hasOwn(realQuotas, name)) {
      throw new Error(`quotas: ${name} is not known; they are scale, ${Object.keys(realQuotas).join(", ")}`);
    }
    if (!(value > 0)) throw new Error(`quotas: ${name} must be a number above 0, got ${value}`);
  }
  const scaled = Object.entries(realQuotas).map(([name, value]) => [name, (value as number) * scale]);
  return { ...(Object.fromEntries(scaled) as QuotaLimits), ...given };
}

const writes = new Set(["PostLogStoreLogs", "WebTracking"]);
const reads = new Set(["GetCursorOrData", "GetLogStoreLogs", "GetLogStoreHistogram", "GetLogStoreContextLogs"]);
const second = 1000;
const minute = 60_000;
/** Past this, the buckets that are full are forgotten: a full one and a new one are the same. */
const manyBuckets = 10_000;

const exceeded = (code: string, message: string): ServiceError => new ServiceError(403, code, message);

export class Quotas {
  private readonly limits: QuotaLimits | undefined;
  private readonly buckets = new Map<string, TokenBucket>();

  constructor(options: QuotaOptions = "off") {
    this.limits = quotaLimits(options);
  }

  /** Of the project, before the operation is handled; `bytes`: the body's. Throws WriteQuotaExceed, ReadQuotaExceed. */
  takeOperation(operation: string, project: string, bytes: number, now: Date): void {
    const { limits } = this;
    if (limits === undefined) return;
    const ms = now.getTime();
    if (writes.has(operation)) {
      const count = this.bucket(`${project} writes`, limits.projectWritesPerMinute, minute, ms);
      const inflow = this.bucket(`${project} inflow`, limits.projectWriteBytesPerMinute, minute, ms);
      if (!count.has(ms)) throw exceeded("WriteQuotaExceed", "Write QPS Exceed. Project write quota exceed: qps");
      if (!inflow.has(ms))
        throw exceeded("WriteQuotaExceed", "Inflow Quota Exceed. Project write quota exceed: inflow");
      count.take(1, ms);
      inflow.take(bytes, ms);
    } else if (reads.has(operation)) {
      const count = this.bucket(`${project} reads`, limits.projectReadsPerMinute, minute, ms);
      if (!count.take(1, ms)) throw exceeded("ReadQuotaExceed", "Read QPS Exceed. Project read quota exceed: qps");
    }
  }

  /** Of a shard, before its logs are stored. Throws ShardWriteQuotaExceed; then nothing may be stored. */
  takeWrite(project: string, logstore: string, shard: number, bytes: number, now: Date): void {
    const { limits } = this;
    if (limits === undefined) return;
    const ms = now.getTime();
    const name = `${project}/${logstore}/${shard} write`;
    const count = this.bucket(`${name}s`, limits.shardWritesPerSecond, second, ms);
    const volume = this.bucket(`${name} bytes`, limits.shardWriteBytesPerSecond, second, ms);
    if (!count.has(ms)) throw shardWrite(`shard write quota of requests, shard ${shard}`);
    if (!volume.has(ms)) throw shardWrite(`shard write bytes, shard ${shard}`);
    count.take(1, ms);
    volume.take(bytes, ms);
  }

  /** Of a shard, with the bytes that the reply will hold. Throws ShardReadQuotaExceed; then nothing may be read. */
  takeRead(project: string, logstore: string, shard: number, bytes: number, now: Date): void {
    const { limits } = this;
    if (limits === undefined) return;
    const ms = now.getTime();
    const name = `${project}/${logstore}/${shard} read`;
    const count = this.bucket(`${name}s`, limits.shardReadsPerSecond, second, ms);
    const volume = this.bucket(`${name} bytes`, limits.shardReadBytesPerSecond, second, ms);
    if (!count.has(ms)) throw shardRead(`shard read quota of requests, shard ${shard}`);
    if (!volume.has(ms)) throw shardRead(`shard read bytes, shard ${shard}`);
    count.take(1, ms);
    volume.take(bytes, ms);
  }

  private bucket(name: string, size: number, periodMs: number, now: number): TokenBucket {
    let bucket = this.buckets.get(name);
    if (bucket === undefined) {
      if (this.buckets.size >= manyBuckets) this.forgetFull(now);
      bucket = new TokenBucket(size, periodMs, now);
      this.buckets.set(name, bucket);
    }
    return bucket;
  }

  private forgetFull(now: number): void {
    for (const [name, bucket] of this.buckets) if (bucket.isFull(now)) this.buckets.delete(name);
  }
}

const shardWrite = (what: string): ServiceError =>
  exceeded("ShardWriteQuotaExceed", `Write quota is exceeded. ${what}`);
const shardRead = (what: string): ServiceError => exceeded("ShardReadQuotaExceed", `Read quota is exceeded. ${what}`);
