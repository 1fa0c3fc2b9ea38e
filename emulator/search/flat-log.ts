import type { SeenLog } from "../store/logstore";

const text = (value: string | Uint8Array): string =>
  typeof value === "string" ? value : Buffer.from(value).toString("utf8");

/** A log as queries see and return it: every value text. Bytes that are not UTF-8 show as U+FFFD here and stay as they are in PullLogs. */
export function flatLog({ log, group }: SeenLog): Record<string, string> {
  const flat: Record<string, string> = { __topic__: group.topic ?? "", __source__: group.source ?? "" };
  for (const [key, value] of group.tags ?? []) flat[`__tag__:${key}`] = value;
  flat["__time__"] = String(log.time);
  if (log.timeNs !== undefined && log.timeNs !== 0) flat["__time_ns_part__"] = String(log.timeNs);
  for (const [key, value] of log.contents) flat[key] = text(value);
  return flat;
}
