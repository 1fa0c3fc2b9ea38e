import type { Block } from "./block";
import { skipLogs } from "./log-bytes";
import type { Place } from "./place";
import type { Segment } from "./segment";
import { encodeRecordHead } from "./segment-format";

/** Some lines of a block on their way to disk. */
interface Chunk {
  readonly block: Block;
  readonly place: Place;
  readonly before: { readonly written: number; readonly writtenLine: number };
}

/** Records that go to one segment in one call. */
export interface Write {
  readonly segment: Segment;
  readonly position: number;
  readonly buffers: Buffer[];
  readonly chunks: Chunk[];
  /** Its lines are written elsewhere. */
  forgotten: boolean;
}

/** Lines of a block that become one record. */
interface NextRecord {
  readonly block: Block;
  readonly head: Buffer;
  readonly logs: Buffer;
  readonly first: number;
  readonly lines: number;
  /** Where in the block they end. */
  readonly to: number;
}

/** Lines that are not on disk. */
export const unwritten = (block: Block): number =>
  Math.max(0, block.firstLine + block.lines - Math.max(block.writtenLine, block.firstLine));

export const unwrittenBytes = ({ from, to, written }: Block): number => Math.max(0, to - Math.max(written, from));

/** The block's unwritten lines, `most` of them; undefined when there is nothing to write. */
export function nextRecord(block: Block, most: number): NextRecord | undefined {
  const lines = Math.min(unwritten(block), most);
  const { bytes, lane } = block;
  if (lines === 0 || bytes === undefined) return undefined;
  const from = Math.max(block.written, block.from);
  const first = Math.max(block.writtenLine, block.firstLine);
  const to = first + lines === block.firstLine + block.lines ? block.to : skipLogs(bytes, from, lines);
  const logs = bytes.subarray(from, to);
  const head = encodeRecordHead(
    {
      lane: lane.id,
      first,
      lines,
      acceptedAt: block.acceptedAt.getTime(),
      hashKey: lane.face.hashKey !== undefined,
      trailer: lane.trailer,
    },
    logs,
  );
  return { block, head, logs, first, lines, to };
}

/** Gives the record a place at the segment's end. */
export function addRecord(writes: Write[], segment: Segment, record: NextRecord): void {
  const { block, head, logs, first, lines, to } = record;
  let write = writes.at(-1);
  if (write?.segment !== segment) {
    write = { segment, position: segment.size, buffers: [], chunks: [], forgotten: false };
    writes.push(write);
  }
  const place = { segment, from: segment.size, to: segment.size + head.length + logs.length, first, lines };
  write.buffers.push(head, logs);
  write.chunks.push({ block, place, before: { written: block.written, writtenLine: block.writtenLine } });
  segment.size = place.to;
  segment.pending += lines;
  block.places.push(place);
  block.written = to;
  block.writtenLine = first + lines;
  block.writing = true;
}

/** The blocks are as if it had not been tried. */
export function forget(write: Write): void {
  if (write.forgotten) return;
  write.forgotten = true;
  for (const { block, place, before } of write.chunks) {
    block.places.remove(place);
    const settled = Math.min(Math.max(block.firstLine - place.first, 0), place.lines);
    write.segment.pending -= place.lines - settled;
    block.written = before.written;
    block.writtenLine = before.writtenLine;
  }
}
