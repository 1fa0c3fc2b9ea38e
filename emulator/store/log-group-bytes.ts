/**
 * Walks an encoded LogGroup without making texts of it: what PutLogs checks, and where each log lies.
 * The layout is told in sls/wire/log-group.ts; unknown fields are passed over, as protobuf wants it.
 */

/** Limits on what one PutLogs may hold; the walk tells of the first that is broken. */
export interface LogGroupLimits {
  /** Unix seconds, both allowed. */
  readonly oldest: number;
  readonly newest: number;
  /** Bytes. */
  readonly key: number;
  readonly value: number;
  readonly topic: number;
  readonly source: number;
}

export type LogGroupProblem =
  | { readonly kind: "notAGroup"; readonly why: string }
  | { readonly kind: "time"; readonly time: number }
  | { readonly kind: "noContent" }
  | { readonly kind: "key"; readonly key: string; readonly size: number }
  | { readonly kind: "value"; readonly key: string }
  | { readonly kind: "topic" | "source"; readonly size: number };

class NotAGroup extends Error {}

/** Reads protobuf from `at` on; whoever reads sets `end`. */
export class ProtobufCursor {
  at = 0;
  end: number;
  /** Of the field that was read last. */
  number = 0;
  /** A length-delimited field: where its bytes begin and end; else its value, in `value`. */
  from = 0;
  to = 0;
  value = 0;
  isBytes = false;

  constructor(readonly bytes: Uint8Array) {
    this.end = bytes.length;
  }

  varint(): number {
    const { bytes } = this;
    if (this.at >= this.end) throw new NotAGroup("it ends within a varint");
    let byte = bytes[this.at++] as number;
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    for (let scale = 128, n = 1; n < 10; n++, scale *= 128) {
      if (this.at >= this.end) throw new NotAGroup("it ends within a varint");
      byte = bytes[this.at++] as number;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw new NotAGroup("a varint is longer than 10 bytes");
  }

  /** Reads the next field; false at the end. */
  next(): boolean {
    if (this.at >= this.end) return false;
    const key = this.varint();
    this.number = Math.floor(key / 8);
    if (this.number === 0) throw new NotAGroup("field number 0");
    this.isBytes = false;
    switch (key & 7) {
      case 0:
        this.value = this.varint();
        return true;
      case 2: {
        const length = this.varint();
        this.isBytes = true;
        this.skip(length);
        return true;
      }
      case 1:
        this.skip(8);
        return true;
      case 5:
        this.skip(4);
        this.value =
          ((this.bytes[this.from] as number) |
            ((this.bytes[this.from + 1] as number) << 8) |
            ((this.bytes[this.from + 2] as number) << 16) |
            ((this.bytes[this.from + 3] as number) << 24)) >>>
          0;
        return true;
      default:
        throw new NotAGroup(`unknown wire type ${key & 7}`);
    }
  }

  private skip(length: number): void {
    if (length > this.end - this.at) throw new NotAGroup("it ends within a field");
    this.from = this.at;
    this.to = this.at += length;
  }
}

const text = (bytes: Uint8Array, from: number, to: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString("utf8");

/** Checks every log of the group. Returns how many there are, or what is wrong first. */
export function checkLogGroup(bytes: Uint8Array, limits: LogGroupLimits): number | LogGroupProblem {
  const group = new ProtobufCursor(bytes);
  const inner = new ProtobufCursor(bytes);
  const pair = new ProtobufCursor(bytes);
  let logs = 0;
  try {
    while (group.next()) {
      const { number, isBytes, from, to } = group;
      if (number !== 1 && (number < 3 || number > 6)) continue;
      if (!isBytes) throw new NotAGroup(`field ${number} must be bytes`);
      if (number === 1) {
        logs++;
        const problem = checkLog(inner, pair, from, to, limits);
        if (problem !== undefined) return problem;
      } else if (number === 3 && to - from > limits.topic) return { kind: "topic", size: to - from };
      else if (number === 4 && to - from > limits.source) return { kind: "source", size: to - from };
      else if (number === 6) readPair(pair, from, to, "LogTag");
    }
  } catch (error) {
    if (error instanceof NotAGroup) return { kind: "notAGroup", why: error.message };
    throw error;
  }
  return logs;
}

function checkLog(
  log: ProtobufCursor,
  pair: ProtobufCursor,
  from: number,
  to: number,
  limits: LogGroupLimits,
): LogGroupProblem | undefined {
  log.at = from;
  log.end = to;
  let time = -1;
  let contents = 0;
  while (log.next()) {
    if (log.number === 2) {
      if (!log.isBytes) throw new NotAGroup("Log.Contents must be bytes");
      contents++;
      const found = readPair(pair, log.from, log.to, "Log.Content");
      const keySize = found.keyTo - found.keyFrom;
      if (keySize === 0 || keySize > limits.key) {
        return { kind: "key", key: text(log.bytes, found.keyFrom, found.keyTo).slice(0, 200), size: keySize };
      }
      if (found.valueTo - found.valueFrom > limits.value) {
        return { kind: "value", key: text(log.bytes, found.keyFrom, found.keyTo) };
      }
    } else if (log.number === 1) {
      if (log.isBytes) throw new NotAGroup("Log.Time must be a number");
      time = log.value;
    } else if (log.number === 4 && log.isBytes) throw new NotAGroup("Log.Time_ns must be a number");
  }
  if (time < 0) throw new NotAGroup("Log lacks Time");
  if (time < limits.oldest || time > limits.newest) return { kind: "time", time };
  return contents === 0 ? { kind: "noContent" } : undefined;
}

export interface PairBytes {
  keyFrom: number;
  keyTo: number;
  valueFrom: number;
  valueTo: number;
}

const found: PairBytes = { keyFrom: 0, keyTo: 0, valueFrom: 0, valueTo: 0 };

/** Key and value of a Content or a LogTag. The result is overwritten by the next call. */
export function readPair(pair: ProtobufCursor, from: number, to: number, what: string): Readonly<PairBytes> {
  pair.at = from;
  pair.end = to;
  found.keyFrom = -1;
  found.valueFrom = -1;
  while (pair.next()) {
    if (pair.number !== 1 && pair.number !== 2) continue;
    if (!pair.isBytes) throw new NotAGroup(`Key and Value of ${what} must be bytes`);
    if (pair.number === 1) {
      found.keyFrom = pair.from;
      found.keyTo = pair.to;
    } else {
      found.valueFrom = pair.from;
      found.valueTo = pair.to;
    }
  }
  if (found.keyFrom < 0 || found.valueFrom < 0) throw new NotAGroup(`${what} lacks Key or Value`);
  return found;
}

/** Topic, source and tags: what all logs of a group share. */
export interface GroupMeta {
  readonly topic: string;
  readonly source: string;
  readonly tags: readonly (readonly [key: string, value: string])[];
}

/** Of a group that was checked. Calls `log` with the place of each log. */
export function walkLogGroup(bytes: Uint8Array, log: (from: number, to: number) => void): GroupMeta {
  const group = new ProtobufCursor(bytes);
  const pair = new ProtobufCursor(bytes);
  let topic = "";
  let source = "";
  const tags: [string, string][] = [];
  while (group.next()) {
    const { number, from, to } = group;
    if (number === 1) log(from, to);
    else if (number === 3) topic = text(bytes, from, to);
    else if (number === 4) source = text(bytes, from, to);
    else if (number === 6) {
      const { keyFrom, keyTo, valueFrom, valueTo } = readPair(pair, from, to, "LogTag");
      tags.push([text(bytes, keyFrom, keyTo), text(bytes, valueFrom, valueTo)]);
    }
  }
  return { topic, source, tags };
}
