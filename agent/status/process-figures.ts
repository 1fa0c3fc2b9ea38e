import * as fs from "node:fs";
import type { Scrape } from "./metrics";

/** What the system tells of this process. */
export function processFigures(): Scrape["process"] {
  const { user, system } = process.cpuUsage();
  return {
    residentBytes: process.memoryUsage.rss(),
    cpuSeconds: (user + system) / 1e6,
    openFiles: openFiles(),
    startedAtSeconds: Math.round((Date.now() - process.uptime() * 1000) / 10) / 100,
  };
}

/** Linux alone tells; undefined elsewhere. */
export function openFiles(): number | undefined {
  try {
    return fs.readdirSync("/proc/self/fd").length;
  } catch {
    return undefined;
  }
}
