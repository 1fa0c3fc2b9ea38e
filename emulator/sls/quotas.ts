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

interface Wanted {
  readonly name: string;
  readonly what: "bytes" | "requests";
  /** A period's worth. */
  readonly size: number;
  readonly periodMs: number;
  readonly amount: number;
  readonly refuse: () => ServiceError;
}

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
    if (writes.has(operation)) {
      this.take(now, [
        {
          name: `${project} writes`,
          what: "requests",
          size: limits.projectWritesPerMinute,
          periodMs: minute,
          amount: 1,
          refuse: () => exceeded("WriteQuotaExceed", "Write QPS Exceed. Project write quota exceed: qps"),
        },
        {
          name: `${project} inflow`,
          what: "bytes",
          size: limits.projectWriteBytesPerMinute,
          periodMs: minute,
          amount: bytes,
          refuse: () => exceeded("WriteQuotaExceed", "Inflow Quota Exceed. Project write quota exceed: inflow"),
        },
      ]);
    } else if (reads.has(operation)) {
      const refuse = (): ServiceError => exceeded("ReadQuotaExceed", "Read QPS Exceed. Project read quota exceed: qps");
      const size = limits.projectReadsPerMinute;
      this.take(now, [{ name: `${project} reads`, what: "requests", size, periodMs: minute, amount: 1, refuse }]);
    }
  }

  /** Of a shard, before its logs are stored. Throws ShardWriteQuotaExceed; then nothing may be stored. */
  takeWrite(project: string, logstore: string, shard: number, bytes: number, now: Date): void {
    const { limits } = this;
    if (limits === undefined) return;
    const { shardWritesPerSecond: requests, shardWriteBytesPerSecond: volume } = limits;
    this.takeShard("write", `${project}/${logstore}/${shard}`, shard, { requests, volume }, bytes, now);
  }

  /** Of a shard, with the bytes that the reply will hold. Throws ShardReadQuotaExceed; then nothing may be read. */
  takeRead(project: string, logstore: string, shard: number, bytes: number, now: Date): void {
    const { limits } = this;
    if (limits === undefined) return;
    const { shardReadsPerSecond: requests, shardReadBytesPerSecond: volume } = limits;
    this.takeShard("read", `${project}/${logstore}/${shard}`, shard, { requests, volume }, bytes, now);
  }

  private takeShard(
    verb: "write" | "read",
    name: string,
    shard: number,
    size: { readonly requests: number; readonly volume: number },
    bytes: number,
    now: Date,
  ): void {
    const [code, text] =
      verb === "write"
        ? ["ShardWriteQuotaExceed", "Write quota is exceeded."]
        : ["ShardReadQuotaExceed", "Read quota is exceeded."];
    const refuse = (what: string) => () => exceeded(code, `${text} shard ${verb} ${what}, shard ${shard}`);
    const common = { periodMs: second };
    this.take(now, [
      {
        ...common,
        name: `${name} ${verb}s`,
        what: "requests",
        size: size.requests,
        amount: 1,
        refuse: refuse("quota"),
      },
      {
        ...common,
        name: `${name} ${verb} bytes`,
        what: "bytes",
        size: size.volume,
        amount: bytes,
        refuse: refuse("bytes"),
      },
    ]);
  }

  /** Of every bucket, or of none. */
  private take(now: Date, wanted: readonly Wanted[]): void {
    const ms = now.getTime();
    const taken = wanted.map((one) => ({ ...one, bucket: this.bucket(one, ms) }));
    for (const { bucket, refuse } of taken) if (!bucket.has(ms)) throw refuse();
    for (const { bucket, amount } of taken) bucket.take(amount, ms);
  }

  private bucket({ name, what, size, periodMs }: Wanted, now: number): TokenBucket {
    let bucket = this.buckets.get(name);
    if (bucket === undefined) {
      if (this.buckets.size >= manyBuckets) this.forgetFull(now);
      bucket = new TokenBucket(what, size, periodMs, now);
      this.buckets.set(name, bucket);
    }
    return bucket;
  }

  private forgetFull(now: number): void {
    for (const [name, bucket] of this.buckets) if (bucket.isFull(now)) this.buckets.delete(name);
  }
}
