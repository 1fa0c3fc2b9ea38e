/** What the demo found, for people, and whether it is what was written. */
import { table } from "../../cli/table";
import type { FoundLog } from "../../sls";
import type { FoundLine } from "./find";
import { programs, totalLines } from "./lines";
import { tally } from "./tally";

/** In a line; throws when a line is lost, doubled or changed. */
export function verdict(logs: ReadonlyMap<string, readonly FoundLog[]>): string {
  const { found, lost, doubled, changed } = tally(logs);
  const text = `found ${found} of ${totalLines} lines, ${lost} lost, ${doubled} doubled`;
  if (lost + doubled + changed > 0)
    throw new Error(`what was found is not what was written: ${text}, ${changed} changed`);
  return text;
}

/** The first few lines of todo-list, and how long each took from being written to being found. */
export function firstLines(lines: readonly FoundLine[], written: ReadonlyMap<string, number>): string {
  const numbers = new Map<string, number>();
  const program = programs[0];
  for (let n = 0; program !== undefined && n < program.lines; n++) numbers.set(program.message(n), n);
  const took = ({ log, at }: FoundLine): number | undefined => {
    const begin = written.get(`todo-list ${numbers.get(log["msg"] ?? "")}`);
    return begin === undefined ? undefined : at - begin;
  };
  const rows = lines.slice(0, 4).map((line) => {
    const { log } = line;
    const time = new Date(Number(log["__time__"]) * 1000).toISOString().slice(11, 19);
    return [
      time,
      log["hostname"] ?? "",
      log["app-name"] ?? "",
      `${took(line) ?? "?"} ms`,
      (log["msg"] ?? "").slice(0, 90),
    ];
  });
  const all = lines.map(took).filter((ms) => ms !== undefined);
  const sorted = all.sort((a, b) => a - b);
  const summary = `  line to search result: min ${sorted[0]} ms, median ${sorted[sorted.length >> 1]} ms, max ${sorted.at(-1)} ms`;
  return `\n${table(["time", "hostname", "app-name", "found in", "msg"], rows).replace(/^/gm, "  ")}\n${summary}`;
}
