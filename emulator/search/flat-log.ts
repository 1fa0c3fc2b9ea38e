import type { Log } from "../../sls/model/log";
import type { GroupMeta } from "../store/log-group-bytes";

const text = (value: string | Uint8Array): string =>
  typeof value === "string" ? value : Buffer.from(value).toString("utf8");

/** A log as queries see and return it: every value text. Bytes that are not UTF-8 show as U+FFFD here and stay as they are in PullLogs. */
export function flatLog({ log, meta }: { log: Log; meta: GroupMeta }): Record<string, string> {
  // A log may have the key `__proto__`.
  const flat = Object.create(null) as Record<string, string>;
  flat["__topic__"] = meta.topic;
  flat["__source__"] = meta.source;
  for (const [key, value] of meta.tags) flat[`__tag__:${key}`] = value;
  flat["__time__"] = String(log.time);
  if (log.timeNs !== undefined && log.timeNs !== 0) flat["__time_ns_part__"] = String(log.timeNs);
  for (const [key, value] of log.contents) flat[key] = text(value);
  return flat;
}
