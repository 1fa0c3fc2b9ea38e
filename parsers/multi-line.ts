/** Lines that belong to one log, such as a stack trace: a log begins with each line that the pattern matches. */

export interface SplitLogs {
  readonly logs: readonly string[];
  /** Lines before the first beginning; they belong to no log. */
  readonly unmatched: readonly string[];
}

/**
 * `begin` must match the first line of a log as a whole (Logtail's `logBeginRegex`); without it each line is a log.
 * Line ends are LF; a last one ends the last line.
 */
export function splitLogs(text: string, begin: RegExp | undefined): SplitLogs {
  const lines = text.replace(/\n$/, "").split("\n");
  if (begin === undefined) return { logs: lines, unmatched: [] };
  const logs: string[][] = [];
  const unmatched: string[] = [];
  for (const line of lines) {
    const log = logs.at(-1);
    if (begin.test(line)) logs.push([line]);
    else if (log === undefined) unmatched.push(line);
    else log.push(line);
  }
  return { logs: logs.map((log) => log.join("\n")), unmatched };
}
