/**
 * Records on disk between two runs. `SLSBUF1`, LF, the destination as JSON, LF; then for each record
 * u32 length, u32 CRC-32, and so many bytes: u32 time, u16 + topic, u16 + source, the log. Numbers are little-endian.
 * A file is written whole under another name, synced, then renamed: it is there completely or not at all.
 */
import * as fs from "node:fs";
import { dirname } from "node:path";
import { crc32 } from "node:zlib";
import type { Destination, LogRecord } from "./record";

const magic = "SLSBUF1\n";
const frameSize = 8;
/** More than a record can have: a larger length is damage. */
const maxPayload = 16 * 1024 * 1024;
const writeSize = 1024 * 1024;

export interface SpilledRecords {
  readonly destination: Destination;
  readonly records: readonly LogRecord[];
  /** What could not be read, when something could not. */
  readonly damage?: { readonly bytes: number; readonly why: string };
}

function encodeRecord(record: LogRecord): Buffer {
  const topic = Buffer.from(record.topic);
  const source = Buffer.from(record.source);
  const payloadSize = 4 + 2 + topic.length + 2 + source.length + record.log.length;
  const out = Buffer.allocUnsafe(frameSize + payloadSize);
  let at = out.writeUInt32LE(payloadSize, 0) + 4;
  at = out.writeUInt32LE(record.time, at);
  for (const text of [topic, source]) {
    at = out.writeUInt16LE(text.length, at);
    at += text.copy(out, at);
  }
  record.log.copy(out, at);
  out.writeUInt32LE(crc32(out.subarray(frameSize)), 4);
  return out;
}

function decodeRecord(payload: Buffer): LogRecord {
  let at = 4;
  const text = (): string => {
    const length = payload.readUInt16LE(at);
    at += 2 + length;
    return payload.toString("utf8", at - length, at);
  };
  const topic = text();
  const source = text();
  return { time: payload.readUInt32LE(0), topic, source, log: payload.subarray(at) };
}

/** Returns the size of the file. Synchronous: it is the last thing that a stopping process does. */
export function writeSpillFile(file: string, destination: Destination, records: Iterable<LogRecord>): number {
  const temporary = `${file}.tmp`;
  const handle = fs.openSync(temporary, "w", 0o600);
  let size = 0;
  try {
    let pending: Buffer[] = [Buffer.from(`${magic}${JSON.stringify(destination)}\n`)];
    let pendingSize = 0;
    const flush = (): void => {
      const bytes = Buffer.concat(pending);
      for (let at = 0; at < bytes.length;) at += fs.writeSync(handle, bytes, at);
      size += bytes.length;
      pending = [];
      pendingSize = 0;
    };
    for (const record of records) {
      const bytes = encodeRecord(record);
      pending.push(bytes);
      pendingSize += bytes.length;
      if (pendingSize >= writeSize) flush();
    }
    flush();
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
  fs.renameSync(temporary, file);
  syncFolder(dirname(file));
  return size;
}

/** A rename is only safe once its folder is. */
function syncFolder(folder: string): void {
  const handle = fs.openSync(folder, "r");
  try {
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
}

/** Throws when it is no such file at all; damage inside costs the damaged records only. */
export function readSpillFile(file: string): SpilledRecords {
  const bytes = fs.readFileSync(file);
  const headerEnd = bytes.indexOf("\n", magic.length);
  if (bytes.toString("latin1", 0, magic.length) !== magic || headerEnd < 0) {
    throw new Error(`${file}: not a buffer file of this agent (it does not begin with SLSBUF1); move it away`);
  }
  const destination = JSON.parse(bytes.toString("utf8", magic.length, headerEnd)) as Destination;
  const records: LogRecord[] = [];
  let lost = 0;
  let why = "";
  for (let at = headerEnd + 1; at < bytes.length;) {
    const size = at + frameSize <= bytes.length ? bytes.readUInt32LE(at) : maxPayload + 1;
    const end = at + frameSize + size;
    if (size > maxPayload || end > bytes.length) {
      lost += bytes.length - at;
      why = "it ends within a record, or a record's length is damaged";
      break;
    }
    const payload = bytes.subarray(at + frameSize, end);
    if (crc32(payload) === bytes.readUInt32LE(at + 4)) records.push(decodeRecord(payload));
    else {
      lost += end - at;
      why = "a record does not match its checksum";
    }
    at = end;
  }
  return lost === 0 ? { destination, records } : { destination, records, damage: { bytes: lost, why } };
}
