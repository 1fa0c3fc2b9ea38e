import * as fs from "node:fs";
import { openFiles } from "../status/process-figures";
import type { Usage } from "./self-limits";

/** This process. */
export const realUsage = (): Usage => ({
  residentBytes: () => process.memoryUsage.rss(),
  cpuMs: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
  openFiles,
  mostOpenFiles: mostOpenFiles(),
});

/** Node has raised its soft limit to the hard one at its start. */
function mostOpenFiles(): number | undefined {
  try {
    const [, most] = /^Max open files\s+(\d+)/m.exec(fs.readFileSync("/proc/self/limits", "utf8")) ?? [];
    return most === undefined ? undefined : Number(most);
  } catch {
    return undefined;
  }
}
