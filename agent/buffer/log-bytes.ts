/**
 * Logs as they lie in a block: fields 1 of a LogGroup end to end (tag 0x0a, length, Log; a Log begins with field 1, its
 * time). They are walked without being decoded. The bytes are our own encoder's, or have passed a checksum.
 */
import { decodeLogGroup, encodeLogGroup } from "../../sls/wire/log-group";

const logTag = 0x0a;
const timeTag = 0x08;

export interface TimeRange {
  /** Unix seconds. */
  readonly min: number;
  readonly max: number;
}

/** Where the log that begins at `at` ends. Throws when there is none. */
export function endOfLog(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== logTag) throw new Error(`no log begins at byte ${at}`);
  let size = 0;
  let scale = 1;
  for (let i = at + 1; i < at + 6; i++) {
    const byte = bytes[i] as number;
    size += (byte & 0x7f) * scale;
    scale *= 128;
    if (byte < 0x80) return i + 1 + size;
  }
  throw new Error(`the length of the log at byte ${at} is longer than 5 bytes`);
}

/** Where the next log begins after `lines` logs from `at`. */
export function skipLogs(bytes: Uint8Array, at: number, lines: number): number {
  let end = at;
  for (let n = 0; n < lines; n++) end = endOfLog(bytes, end);
  return end;
}

/** Unix seconds of the log that begins at `at`. */
function timeOf(bytes: Uint8Array, at: number): number {
  let i = at + 1;
  while ((bytes[i] as number) > 0x7f) i++;
  i++;
  if (bytes[i++] !== timeTag) throw new Error(`the log at byte ${at} does not begin with its time`);
  let time = 0;
  for (let scale = 1; ; scale *= 128) {
    const byte = bytes[i++] as number;
    time += (byte & 0x7f) * scale;
    if (byte < 0x80) return time;
  }
}

/** Earliest and latest time of the logs in `bytes`. */
export function timesOf(bytes: Uint8Array): TimeRange {
  let min = Infinity;
  let max = 0;
  for (let at = 0; at < bytes.length; at = endOfLog(bytes, at)) {
    const time = timeOf(bytes, at);
    min = Math.min(min, time);
    max = Math.max(max, time);
  }
  return { min, max };
}

/** The logs in `bytes`, those whose time is out of range with `time` instead. */
export function retimed(
  bytes: Uint8Array,
  range: TimeRange,
  time: number,
): { readonly bytes: Buffer; readonly replaced: number } {
  const parts: Uint8Array[] = [];
  let replaced = 0;
  for (let at = 0; at < bytes.length;) {
    const end = endOfLog(bytes, at);
    const log = bytes.subarray(at, end);
    const own = timeOf(bytes, at);
    if (own >= range.min && own <= range.max) parts.push(log);
    else {
      parts.push(encodeLogGroup({ logs: decodeLogGroup(log).logs.map((each) => ({ ...each, time })) }));
      replaced++;
    }
    at = end;
  }
  return { bytes: Buffer.concat(parts), replaced };
}
