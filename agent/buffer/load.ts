import type { Block } from "./block";
import type { Disk } from "./disk";
import { skipLogs, timesOf } from "./log-bytes";
import type { Lender } from "./queue-memory";
import { readRecords } from "./segment-format";

/** What of a block could not be read: it is damaged, or not there any more. */
export interface Missing {
  readonly lines: number;
  readonly bytes: number;
}

/** What the disk does not have, or cannot give any more. Anything else (too many open files, say) passes. */
const goneForGood = ["ENOENT", "EIO", "EISDIR"];

function orNothing(error: NodeJS.ErrnoException): number {
  if (goneForGood.includes(error.code ?? "")) return 0;
  throw error;
}

/** Reads a block that is on disk only back into memory, with room for its lane's trailer. Rejects when it cannot be read now. */
export async function loadBlock(block: Block, memory: Lender, disk: Disk): Promise<Missing> {
  const bytes = memory.take(memory.sizeFor(block.to + block.lane.trailer.length));
  try {
    const { to, missing } = await copyLogs(block, bytes, memory, disk);
    const { min, max } = timesOf(bytes.subarray(0, to));
    const gone = { lines: missing, bytes: block.to - to };
    block.bytes = bytes;
    block.to = to;
    block.written = to;
    block.minTime = min;
    block.maxTime = max;
    // The numbers of those that are gone are of no use any more: what is left of the block is one piece.
    block.lines -= missing;
    return gone;
  } catch (error) {
    memory.giveBack(bytes);
    throw error;
  }
}

/** Resolves to where the logs end in `out`, and how many lines are missing. */
async function copyLogs(
  block: Block,
  out: Buffer,
  memory: Lender,
  disk: Disk,
): Promise<{ readonly to: number; readonly missing: number }> {
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
      const damage = readRecords(bytes, 0, (record) => {
        const { lane, first, lines } = record;
        const begin = Math.max(first, next);
        const stop = Math.min(first + lines, end);
        if (lane !== block.lane.id || stop <= begin) return;
        const { logs } = record;
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
  return { to, missing: missing + end - next };
}
