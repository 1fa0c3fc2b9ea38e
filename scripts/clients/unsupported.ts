import type { RequestLogEntry } from "../../emulator";

/** A suite that tests a refusal calls itself so. */
export const onPurpose = "asks-for-what-is-not-served/1";

/** Whether the local cloud had nothing that serves the request, which no test meant to be refused. */
export const isUnsupported = ({ unsupported, client }: RequestLogEntry): boolean =>
  unsupported === true && client !== onPurpose;

/** `GET /alerts (client) x3`, most frequent first. Queries are left out: they differ, and may hold what is nobody's business. */
export function tellUnsupported(entries: readonly RequestLogEntry[]): string[] {
  const counts = new Map<string, number>();
  for (const { method, host, url, client, operation } of entries) {
    const what = operation === "-" ? `${method} ${url.split("?")[0]}` : `${host} ${operation}`;
    const line = `${what} (${client ?? "no User-Agent"})`;
    counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1]).map(([line, count]) => `${line} x${count}`);
}
