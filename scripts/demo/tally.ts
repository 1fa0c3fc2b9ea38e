/** Counts what went in and what came out. */
import type { FoundLog } from "../../sls";
import { programs, totalLines } from "./lines";

export interface Tally {
  readonly found: number;
  readonly lost: number;
  readonly doubled: number;
  /** Logs of a program that none of its lines reads like. */
  readonly changed: number;
}

/** `logs` by program; each line is known by its text, which names its number. */
export function tally(logs: ReadonlyMap<string, readonly FoundLog[]>): Tally {
  let [found, doubled, changed] = [0, 0, 0];
  for (const program of programs) {
    const wanted = new Map<string, number>();
    for (let n = 0; n < program.lines; n++) wanted.set(program.message(n), 0);
    for (const log of logs.get(program.program) ?? []) {
      const text = log["msg"] ?? "";
      const seen = wanted.get(text);
      const right = log["procid"] === String(program.pid) && log["pri-text"] === "user.info";
      if (seen === undefined || !right) changed++;
      else wanted.set(text, seen + 1);
    }
    for (const seen of wanted.values()) {
      if (seen > 0) found++;
      if (seen > 1) doubled += seen - 1;
    }
  }
  return { found, lost: totalLines - found, doubled, changed };
}
