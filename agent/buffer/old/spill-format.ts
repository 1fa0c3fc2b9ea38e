/**
 * Records as a file of the first version of the agent; read only. First a line of text: `SLSBUF`, the version of the format, a space, the destination as JSON, a
 * space, the CRC-32 of what stands before it in 8 hex digits, LF. This line is the same in all versions.
 * Then for each record: the mark F5 'r' 'e' 'c', u32 CRC-32 of all that follows, u32 length of the rest: u32 time,
 * u32 + topic, u32 + source, the log. Numbers are little-endian. A record that does not check is stepped over up to the
 * next mark that does, so damage costs the records that it touches.
 */
import { crc32 } from "node:zlib";
import type { Destination } from "../destination";

/** One line, as the first version of the agent kept it. */
export interface LogRecord {
  /** Unix seconds; also within `log`. */
  readonly time: number;
  readonly topic: string;
  readonly source: string;
  /** The log as a field of a LogGroup. */
  readonly log: Buffer;
}

const version = 1;
/** F5 is in no UTF-8 text. */
const mark = Buffer.from([0xf5, 0x72, 0x65, 0x63]);
const lengthAt = 8;
const payloadAt = 12;
/** Time and the lengths of two empty texts. */
const minPayload = 12;
/** More than a record can have: a larger length is damage. */
const maxPayload = 16 * 1024 * 1024;
/** Bytes whose checksum may be worked out in vain, a second or so: damage made on purpose must not hold up the start. */
const vainBytes = 1024 * 1024 * 1024;

export const spillSuffix = ".buf";

export interface SpilledRecords {
  readonly destination: Destination;
  readonly records: readonly LogRecord[];
  /** What could not be read, when something could not. */
  readonly damage?: { readonly bytes: number; readonly why: string };
}

const hexCrc = (text: string): string => crc32(Buffer.from(text)).toString(16).padStart(8, "0");

/**
 * The name is that of the file, `PROJECT.LOGSTORE.buf`: it says the destination when the first line is damaged.
 * Throws when it is no such file at all, or one of another version.
 */
export function decodeSpill(bytes: Buffer, name: string): SpilledRecords {
  const header = decodeHeader(bytes);
  const { records, lost, places, torn } = decodeRecords(bytes, header?.size ?? 0);
  if (header === undefined && records.length === 0) {
    throw new Error(
      `not a buffer file of this agent (it does not begin with SLSBUF${version}), or all of it is damaged`,
    );
  }
  const destination = header?.destination ?? destinationOf(name);
  if (lost === 0) return { destination, records };
  const why = [
    ...(header ? [] : ["its first line is damaged, the name told the logstore"]),
    ...(places > 0 ? [`records do not match their checksum in ${places} place(s)`] : []),
    ...(torn ? ["its end is damaged or cut off"] : []),
  ].join("; ");
  return { destination, records, damage: { bytes: lost, why } };
}

/** Undefined when it is damaged. */
function decodeHeader(bytes: Buffer): { readonly destination: Destination; readonly size: number } | undefined {
  const end = bytes.subarray(0, 4096).indexOf("\n");
  const [, text, found, json, crc] = /^(SLSBUF(\d+) (.*)) ([0-9a-f]{8})$/s.exec(bytes.toString("utf8", 0, end)) ?? [];
  if (text === undefined || json === undefined || hexCrc(text) !== crc) return undefined;
  if (Number(found) !== version) {
    throw new Error(
      `version ${found} of the format, this agent reads ${version} in files of this name; to have its lines sent, ` +
        `give the file its name back and start the sls-agent that wrote it`,
    );
  }
  return { destination: JSON.parse(json) as Destination, size: end + 1 };
}

function destinationOf(name: string): Destination {
  const [, project, logstore] = /^([^.]+)\.([^.]+)\.buf$/.exec(name) ?? [];
  if (project === undefined || logstore === undefined) {
    throw new Error("its first line is damaged and its name is not PROJECT.LOGSTORE.buf; name it so");
  }
  return { project, logstore };
}

interface Found {
  readonly records: readonly LogRecord[];
  /** Bytes that are in no record. */
  readonly lost: number;
  /** Stretches of such bytes between records. */
  readonly places: number;
  /** Whether such bytes are at the end. */
  readonly torn: boolean;
}

function decodeRecords(bytes: Buffer, from: number): Found {
  const records: LogRecord[] = [];
  let lost = 0;
  let places = 0;
  let tornAt: number | undefined;
  let vain = 0;
  for (let at = from; at < bytes.length;) {
    const end = plausibleEnd(bytes, at);
    if (end !== undefined && crc32(bytes.subarray(at + lengthAt, end)) === bytes.readUInt32LE(at + mark.length)) {
      records.push(decodeRecord(bytes.subarray(at + payloadAt, end)));
      // At 0 it is the first line.
      if (tornAt) places++;
      tornAt = undefined;
      at = end;
      continue;
    }
    vain += (end ?? at) - at;
    const next = vain > vainBytes ? -1 : bytes.indexOf(mark, at + 1);
    const to = next < 0 ? bytes.length : next;
    lost += to - at;
    tornAt ??= at;
    at = to;
  }
  return { records, lost, places, torn: tornAt !== undefined };
}

/** Where a record would end that begins here; undefined when none does. */
function plausibleEnd(bytes: Buffer, at: number): number | undefined {
  if (at + payloadAt + minPayload > bytes.length || bytes.compare(mark, 0, mark.length, at, at + mark.length) !== 0) {
    return undefined;
  }
  const length = bytes.readUInt32LE(at + lengthAt);
  const start = at + payloadAt;
  if (length < minPayload || length > maxPayload || start + length > bytes.length) return undefined;
  const topicSize = bytes.readUInt32LE(start + 4);
  if (minPayload + topicSize > length) return undefined;
  const sourceSize = bytes.readUInt32LE(start + 8 + topicSize);
  return minPayload + topicSize + sourceSize > length ? undefined : start + length;
}

function decodeRecord(payload: Buffer): LogRecord {
  let at = 4;
  const text = (): string => {
    const length = payload.readUInt32LE(at);
    at += 4 + length;
    return payload.toString("utf8", at - length, at);
  };
  const topic = text();
  const source = text();
  return { time: payload.readUInt32LE(0), topic, source, log: payload.subarray(at) };
}
