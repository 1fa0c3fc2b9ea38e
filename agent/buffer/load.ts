import type { Block } from "./block";
import type { Disk } from "./disk";
import { skipLogs } from "./log-bytes";
import { readRecords } from "./segment-format";

export interface LoadedLogs {
  /** Holds logs up to `to`. */
  readonly bytes: Buffer;
  readonly to: number;
  /** Lines that could not be read. */
  readonly missing: number;
}

const empty = Buffer.alloc(0);

/** Reads the logs of a block that is on disk only into `out`. */
export async function readLogs(block: Block, out: Buffer, disk: Disk): Promise<LoadedLogs> {
  const end = block.firstLine + block.lines;
  let next = block.firstLine;
  let missing = 0;
  let to = 0;
  for (const place of block.places) {
    const bytes = await disk.readFile(place.segment.file, place.from, place.to).catch(() => empty);
    const damage = readRecords(bytes, 0, ({ lane, first, lines, logs }) => {
      const begin = Math.max(first, next);
      const stop = Math.min(first + lines, end);
      if (lane !== block.lane.id || stop <= begin) return;
      const from = skipLogs(logs, 0, begin - first);
      const until = stop === first + lines ? logs.length : skipLogs(logs, from, stop - begin);
      if (to + until - from > out.length) return;
      logs.copy(out, to, from, until);
      to += until - from;
      missing += begin - next;
      next = stop;
    });
    if (damage.bytes > 0 || bytes.length < place.to - place.from) place.segment.damaged = true;
  }
  return { bytes: out, to, missing: missing + end - next };
}
