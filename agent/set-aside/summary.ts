import type { Destination } from "../buffer/destination";
import { linesOf, type FileLine } from "./file-lines";
import { sizeOf, type SetAsideFolder, type SetAsidePart } from "./folder";
import { decodeRecord, type SetAsideRecord } from "./record";

/** Lines that were refused with the same code. */
export interface RefusedLines {
  readonly code: string;
  lines: number;
  /** The service's words for the last of them. */
  message: string;
}

/** What lies set aside for one logstore. */
export interface SetAsideSummary extends Destination {
  readonly lines: number;
  readonly bytes: number;
  /** Lines among these that cannot be read. */
  readonly damaged: number;
  /** When the first and the last one were set aside, ISO 8601. */
  readonly first?: string;
  readonly last?: string;
  /** The most frequent first. */
  readonly reasons: readonly RefusedLines[];
  readonly files: readonly string[];
}

/** A line as it lies in a file; without a record where it cannot be read. */
export interface FoundLine {
  readonly file: string;
  readonly text: string;
  readonly record?: SetAsideRecord;
  /** Why it cannot be read. */
  readonly problem?: string;
}

/** Every line of a logstore, the oldest first, read as they are asked for. */
export async function* foundLines(folder: SetAsideFolder, destination: Destination): AsyncGenerator<FoundLine> {
  for (const part of folder.parts(destination)) {
    for await (const { file, lines } of linesOfPart(folder, destination, part)) {
      for (const { bytes } of lines) if (bytes?.length !== 0) yield foundLine(file, bytes);
    }
  }
}

/** A part that is sent again just now gets another name each time that some of it is sent. */
async function* linesOfPart(
  folder: SetAsideFolder,
  destination: Destination,
  part: SetAsidePart,
): AsyncGenerator<{ readonly file: string; readonly lines: readonly FileLine[] }> {
  for (let now: SetAsidePart | undefined = part; now !== undefined;) {
    const { file, from }: SetAsidePart = now;
    try {
      for await (const lines of linesOf(file, from)) yield { file, lines };
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      now = folder.parts(destination).find(({ number }) => number === part.number);
      // What was added to until now is sent again from now on, or removed.
      if (now?.file === file) throw error;
    }
  }
}

function foundLine(file: string, bytes: Buffer | undefined): FoundLine {
  const text = bytes?.toString("utf8") ?? "";
  try {
    if (bytes === undefined) throw new Error("it is longer than any line that the agent writes");
    return { file, text, record: decodeRecord(bytes) };
  } catch (error) {
    return { file, text, problem: (error as Error).message };
  }
}

export async function summaryOf(folder: SetAsideFolder, destination: Destination): Promise<SetAsideSummary> {
  // Before they are read: who removes what was seen must not remove more.
  const bytes = folder.bytes(destination);
  const files = folder.parts(destination).filter(({ file }) => sizeOf(file) > 0);
  const reasons = new Map<string, RefusedLines>();
  let [lines, damaged] = [0, 0];
  let first: string | undefined;
  let last: string | undefined;
  for await (const { record } of foundLines(folder, destination)) {
    lines++;
    if (record === undefined) {
      damaged++;
      continue;
    }
    const { code, reason, setAsideAt } = record;
    const of = reasons.get(code);
    if (of === undefined) reasons.set(code, { code, lines: 1, message: reason });
    else [of.lines, of.message] = [of.lines + 1, reason];
    if (first === undefined || setAsideAt < first) first = setAsideAt;
    if (last === undefined || setAsideAt > last) last = setAsideAt;
  }
  return {
    ...destination,
    lines,
    bytes,
    damaged,
    ...(first === undefined ? {} : { first }),
    ...(last === undefined ? {} : { last }),
    reasons: [...reasons.values()].sort((a, b) => b.lines - a.lines),
    files: files.map(({ file }) => file),
  };
}
