import type { Block } from "./block";
import type { Disk } from "./disk";
import { skipLogs } from "./log-bytes";
import type { Lender } from "./queue-memory";
import { readRecords } from "./segment-format";

export interface LoadedLogs {
  /** Holds logs up to `to`. */
  readonly bytes: Buffer;
  readonly to: number;
  /** Lines that could not be read. */
  readonly missing: number;
}

/** What the disk does not have, or cannot give any more. Anything else (too many open files, say) passes. */
const goneForGood = ["ENOENT", "EIO", "EISDIR"];

function orNothing(error: NodeJS.ErrnoException): number {
  if (goneForGood.includes(error.code ?? "")) return 0;
  throw error;
}

/** Reads the logs of a block that is on disk only into a buffer with room for its lane's trailer. Rejects when they cannot be read now. */
export async function readLogs(block: Block, memory: Lender, disk: Disk): Promise<LoadedLogs> {
  const out = memory.take(memory.sizeFor(block.to + block.lane.trailer.length));
  try {
    return await copyLogs(block, out, memory, disk);
  } catch (error) {
    memory.giveBack(out);
    throw error;
  }
}

async function copyLogs(block: Block, out: Buffer, memory: Lender, disk: Disk): Promise<LoadedLogs> {
  const end = block.firstLine + block.lines;
  let next = block.firstLine;
  let missing = 0;
  let to = 0;
  for (const place of block.places) {
    const size = place.to - place.from;
    const file = memory.take(memory.sizeFor(size));
    try {
      const length = await disk.read(place.segment.file, file.subarray(0, size), place.from).catch(orNothing);
      const bytes = file.subarray(0, length);
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
      if (damage.bytes > 0 || length < size) place.segment.damaged = true;
    } finally {
      memory.giveBack(file);
    }
  }
  return { bytes: out, to, missing: missing + end - next };
}
