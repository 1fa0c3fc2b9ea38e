/**
 * Blocks as files. A segment begins with a line of text: `SLSBUF2`, a space, the destination as JSON, a space, the CRC-32
 * of what stands before it in 8 hex digits, LF (version 1 was the file of the first agent, old/spill-format.ts).
 * Then records, each some lines of one lane: the mark F5 's' 'e' 'g', u32 CRC-32 of all that follows, u32 length of the
 * rest: u32 lane, f64 number of the first line in its lane, u32 lines, f64 when they were accepted (Unix ms), u8 flags
 * (1: hash key), u8 0, u16 + trailer (topic and source as fields of a LogGroup), the logs. Numbers are little-endian.
 * Each record says all about itself, so damage costs the records that it touches.
 * Beside it a file of what is settled: u32 CRC-32 of the rest, u32 lane, f64 first line, u32 lines.
 */
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { endOfLog } from "./log-bytes";
import { decodeTrailer, type Destination, type GroupFace } from "./destination";

const segmentVersion = 2;
/** F5 is in no UTF-8 text. */
const mark = Buffer.from([0xf5, 0x73, 0x65, 0x67]);
const markWord = mark.readUInt32LE(0);
const crcAt = 4;
const sizeAt = 8;
const payloadAt = 12;
const recordHeadSize = 40;
const minPayload = recordHeadSize - payloadAt;
/** More than a block can have: a larger length is damage. */
const maxPayload = 32 * 1024 * 1024;
/** Bytes whose checksum may be worked out in vain, a second or so: damage made on purpose must not hold up the start. */
const vainBytes = 1024 * 1024 * 1024;

/** Tag, length, and a time of one byte. */
const smallestLog = 4;

export interface RecordFace {
  readonly lane: number;
  /** Number of the first line in its lane. */
  readonly first: number;
  readonly lines: number;
  /** Unix ms. */
  readonly acceptedAt: number;
  readonly hashKey: boolean;
  readonly trailer: Buffer;
}

/** A record in the bytes of its file. Of a million of them little more than the lane is looked at: each part is read when it is asked for. */
export class SegmentRecord implements RecordFace {
  constructor(
    private readonly bytes: Buffer,
    /** Where it is in the file. */
    readonly from: number,
    readonly to: number,
  ) {}

  get lane(): number {
    return this.bytes.readUInt32LE(this.from + 12);
  }

  get first(): number {
    return this.bytes.readDoubleLE(this.from + 16);
  }

  get lines(): number {
    return this.bytes.readUInt32LE(this.from + 24);
  }

  get acceptedAt(): number {
    return this.bytes.readDoubleLE(this.from + 28);
  }

  get hashKey(): boolean {
    return this.bytes[this.from + 36] === 1;
  }

  get trailer(): Buffer {
    return this.bytes.subarray(this.from + recordHeadSize, this.logsAt);
  }

  get logs(): Buffer {
    return this.bytes.subarray(this.logsAt, this.to);
  }

  /** Of the logs. */
  get size(): number {
    return this.to - this.logsAt;
  }

  private get logsAt(): number {
    return this.from + recordHeadSize + this.bytes.readUInt16LE(this.from + 38);
  }
}

/** The bytes before `logs` in its record. */
export function encodeRecordHead(face: RecordFace, logs: Buffer): Buffer {
  const { trailer } = face;
  const head = Buffer.allocUnsafe(recordHeadSize + trailer.length);
  mark.copy(head);
  let at = head.writeUInt32LE(head.length - payloadAt + logs.length, sizeAt);
  at = head.writeUInt32LE(face.lane, at);
  at = head.writeDoubleLE(face.first, at);
  at = head.writeUInt32LE(face.lines, at);
  at = head.writeDoubleLE(face.acceptedAt, at);
  at = head.writeUInt8(face.hashKey ? 1 : 0, at);
  at = head.writeUInt8(0, at);
  at = head.writeUInt16LE(trailer.length, at);
  trailer.copy(head, at);
  head.writeUInt32LE(crc32(logs, crc32(head.subarray(sizeAt))), crcAt);
  return head;
}

/** What lines of a record share; the hash key is worked out of the source. */
export function faceOf({ trailer, hashKey }: RecordFace): GroupFace {
  const face = decodeTrailer(trailer);
  return { ...face, hashKey: hashKey ? hashKeyOf(face.source) : undefined };
}

/** `key` of a PutLogs by hash: the MD5 of the source. */
export const hashKeyOf = (source: string): string => createHash("md5").update(source).digest("hex");

export interface Damage {
  readonly bytes: number;
  /** Lines that the damaged records had, as far as they still tell. */
  readonly lines: number;
  /** Stretches of damage between records. */
  readonly places: number;
  /** The file ends within a record, as a write that was cut off leaves it. */
  readonly cutOff: boolean;
}

/** Calls `each` with every record that checks; it is the caller's as long as `bytes` are. */
export function readRecords(bytes: Buffer, from: number, each: (record: SegmentRecord) => void): Damage {
  let lost = 0;
  let lines = 0;
  let places = 0;
  let badSince: number | undefined;
  let vain = 0;
  let at = from;
  while (at < bytes.length) {
    const end = plausibleEnd(bytes, at);
    if (end !== undefined && crc32(bytes.subarray(at + sizeAt, end)) === bytes.readUInt32LE(at + crcAt)) {
      each(new SegmentRecord(bytes, at, end));
      if (badSince !== undefined) places++;
      badSince = undefined;
      at = end;
      continue;
    }
    vain += (end ?? at) - at;
    const next = vain > vainBytes ? -1 : bytes.indexOf(mark, at + 1);
    const to = next < 0 ? bytes.length : next;
    if (end !== undefined && end === to) lines += linesIn(bytes, at, end);
    lost += to - at;
    badSince ??= at;
    at = to;
  }
  return { bytes: lost, lines, places, cutOff: badSince !== undefined };
}

/** Lines of a damaged record: as many as there are logs, where these are whole; else as many as it says, where that can be. */
function linesIn(bytes: Buffer, from: number, to: number): number {
  const logsAt = from + recordHeadSize + bytes.readUInt16LE(from + 38);
  const told = bytes.readUInt32LE(from + 24);
  try {
    let lines = 0;
    let at = logsAt;
    for (; at < to; lines++) at = endOfLog(bytes, at);
    if (at === to) return lines;
  } catch {
    // The damage is in the logs.
  }
  return told <= (to - logsAt) / smallestLog ? told : 0;
}

/** Where a record would end that begins here; undefined when none does. */
function plausibleEnd(bytes: Buffer, at: number): number | undefined {
  if (at + recordHeadSize > bytes.length || bytes.readUInt32LE(at) !== markWord) return undefined;
  const size = bytes.readUInt32LE(at + sizeAt);
  const end = at + payloadAt + size;
  if (size < minPayload || size > maxPayload || end > bytes.length) return undefined;
  return recordHeadSize + bytes.readUInt16LE(at + 38) + at > end ? undefined : end;
}

const hexCrc = (text: string): string => crc32(Buffer.from(text)).toString(16).padStart(8, "0");

export function encodeSegmentLine(destination: Destination): Buffer {
  const text = `SLSBUF${segmentVersion} ${JSON.stringify({ project: destination.project, logstore: destination.logstore })}`;
  return Buffer.from(`${text} ${hexCrc(text)}\n`);
}

/** Bytes of the first line; 0 when it is damaged. Throws when it is of another version. */
export function sizeOfSegmentLine(bytes: Buffer): number {
  const end = bytes.subarray(0, 4096).indexOf("\n");
  const [, text, version, crc] = /^(SLSBUF(\d+) .*) ([0-9a-f]{8})$/s.exec(bytes.toString("utf8", 0, end)) ?? [];
  if (text === undefined || hexCrc(text) !== crc) return 0;
  if (Number(version) !== segmentVersion) {
    throw new Error(
      `version ${version} of the format, this agent reads ${segmentVersion}; ` +
        `start the sls-agent that wrote it to have its lines sent`,
    );
  }
  return end + 1;
}

/** Whether a cut left nothing but a part of the first line, or zeros where nothing was promised yet: no person need look at it. */
export function holdsNothing(bytes: Buffer): boolean {
  const end = bytes.findLastIndex((byte) => byte !== 0) + 1;
  const text = bytes.toString("latin1", 0, end);
  const begin = `SLSBUF${segmentVersion} `;
  return end < 4096 && !text.includes("\n") && (begin.startsWith(text) || text.startsWith(begin));
}

const settledSize = 20;

export interface SettledLines {
  readonly lane: number;
  readonly first: number;
  readonly lines: number;
}

export function encodeSettled({ lane, first, lines }: SettledLines): Buffer {
  const out = Buffer.allocUnsafe(settledSize);
  out.writeUInt32LE(lane, 4);
  out.writeDoubleLE(first, 8);
  out.writeUInt32LE(lines, 16);
  out.writeUInt32LE(crc32(out.subarray(4)), 0);
  return out;
}

/** Entries that do not check are passed over: their lines are sent a second time. */
export function decodeSettled(bytes: Buffer): readonly SettledLines[] {
  const found: SettledLines[] = [];
  for (let at = 0; at + settledSize <= bytes.length; at += settledSize) {
    if (crc32(bytes.subarray(at + 4, at + settledSize)) !== bytes.readUInt32LE(at)) continue;
    found.push({
      lane: bytes.readUInt32LE(at + 4),
      first: bytes.readDoubleLE(at + 8),
      lines: bytes.readUInt32LE(at + 16),
    });
  }
  return found;
}
