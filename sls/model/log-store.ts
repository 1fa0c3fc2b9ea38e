/** Limits of a logstore. Source: SLS API reference, CreateLogStore. */
export const retentionForever = 3650;

/** `ttl` in days on the wire: 1 to 3649, or 3650 for ever. */
export function retentionProblem(days: number): string | undefined {
  return days === retentionForever ? undefined : retentionDaysProblem(days);
}

/** A number of days that a person wrote: 3650 would be kept for ever, so it must be said as that. */
export function retentionDaysProblem(days: number): string | undefined {
  if (Number.isInteger(days) && days >= 1 && days < retentionForever) return undefined;
  return `retention must be 1 to 3649 whole days, got ${days}; to keep logs for ever use Retention.forever()`;
}

/** `shardCount` at creation: 1 to 100 (the console allows 10). */
export function shardCountProblem(count: number): string | undefined {
  if (Number.isInteger(count) && count >= 1 && count <= 100) return undefined;
  return `shard count must be 1 to 100, got ${count}; a shard takes 5 MB/s of writes, and autoSplit adds more as they are needed`;
}

/** `maxSplitShard`: 1 to 256. */
export function maxSplitShardProblem(count: number): string | undefined {
  if (Number.isInteger(count) && count >= 1 && count <= 256) return undefined;
  return `maxSplitShard must be 1 to 256, got ${count}`;
}

/** `hot_ttl`: days in hot storage before logs go to the cheaper one, 7 at least and within the retention. */
export function hotTtlProblem(days: number, retention: number): string | undefined {
  if (Number.isInteger(days) && days >= 7 && days <= retention) return undefined;
  return `hotTtl must be 7 days to the retention (${retention}), got ${days}; leave it out to keep all logs in hot storage`;
}

/** `infrequentAccessTTL`: days in infrequent-access storage before logs go to the archive, 30 at least. */
export function infrequentAccessTtlProblem(
  days: number,
  hotTtl: number | undefined,
  retention: number,
): string | undefined {
  if (hotTtl === undefined) return `infrequentAccessTtl is ${days}, but logs never leave hot storage; give hotTtl too`;
  if (Number.isInteger(days) && days >= 30 && hotTtl + days <= retention) return undefined;
  return `infrequentAccessTtl must be 30 days or more and with hotTtl (${hotTtl}) within the retention (${retention}), got ${days}`;
}

/** Body of CreateLogStore and reply of GetLogStore, in the service's spelling. */
export interface LogStoreBody {
  logstoreName: string;
  /** days */
  ttl: number;
  shardCount: number;
  enable_tracking?: boolean;
  appendMeta?: boolean;
  autoSplit?: boolean;
  maxSplitShard?: number;
  /** `lite` is an older spelling of `query`. */
  mode?: "standard" | "query" | "lite";
  telemetryType?: string;
  hot_ttl?: number;
  infrequentAccessTTL?: number;
  encrypt_conf?: Readonly<Record<string, unknown>>;
  /** Whether logs may be changed and deleted. */
  enableModify?: boolean;
  /** The ingest processor of what is written. */
  processorId?: string;
}
