import { retentionForever, type LogStoreBody } from "../../sls/model/log-store";
import { Code } from "./code";

export interface LogStoreCode {
  readonly props: object;
  /** Attributes of the Terraform resource for which the construct has no prop. */
  readonly overrides: Readonly<Record<string, unknown>>;
  readonly retention: boolean;
}

/** What differs from the construct's defaults. */
export function logstoreCode(store: LogStoreBody): LogStoreCode {
  const { ttl, shardCount, autoSplit = false, maxSplitShard = 0, appendMeta = false } = store;
  const retention = ttl !== 30;
  const defaultMax = Math.max(64, shardCount);
  const props = {
    project: new Code("project"),
    logstoreName: store.logstoreName,
    ...(retention
      ? { retention: new Code(ttl === retentionForever ? "Retention.forever()" : `Retention.days(${ttl})`) }
      : {}),
    ...(shardCount === 2 ? {} : { shardCount }),
    ...(autoSplit ? {} : { autoSplit: false }),
    ...(autoSplit && maxSplitShard !== defaultMax ? { maxSplitShardCount: maxSplitShard } : {}),
    ...(appendMeta ? {} : { appendMeta: false }),
  };
  return { props, overrides: overridesOf(store), retention };
}

function overridesOf(store: LogStoreBody): Record<string, unknown> {
  const overrides: Record<string, unknown> = {};
  if (!store.autoSplit && store.maxSplitShard) overrides["max_split_shard_count"] = store.maxSplitShard;
  if (store.enable_tracking) overrides["enable_web_tracking"] = true;
  if (store.mode && store.mode !== "standard") overrides["mode"] = store.mode;
  if (store.telemetryType) overrides["telemetry_type"] = store.telemetryType;
  if (store.hot_ttl) overrides["hot_ttl"] = store.hot_ttl;
  if (store.infrequentAccessTTL) overrides["infrequent_access_ttl"] = store.infrequentAccessTTL;
  return overrides;
}
