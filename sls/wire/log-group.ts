/**
 * LogGroup and LogGroupList as protobuf (proto2). Fields are written in the order of their numbers.
 * Log {1 Time uint32, 2 Contents {1 Key, 2 Value}, 4 Time_ns fixed32}; LogGroup {1 Logs, 3 Topic, 4 Source, 5 MachineUUID, 6 LogTags {1 Key, 2 Value}}.
 * Source: SLS "Data encoding"; golden bytes in test/golden/log-group.test.ts.
 */
import type { Log, LogContent, LogGroup } from "../model/log";

/** Up to here a loop is faster than a call into the runtime. */
const shortText = 48;

function utf8Size(value: string | Uint8Array): number {
  if (typeof value !== "string") return value.byteLength;
  const { length } = value;
  if (length > shortText) return Buffer.byteLength(value);
  for (let i = 0; i < length; i++) if (value.charCodeAt(i) > 0x7f) return Buffer.byteLength(value);
  return length;
}

const varintSize = (value: number): number =>
  value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : value < 0x10000000 ? 4 : 5;
/** Tag byte, length, bytes. */
const fieldSize = (length: number): number => 1 + varintSize(length) + length;

/** Sizes in the order in which they will be written, so that no text is measured twice: the encoder's first pass. */
class Sizes {
  private readonly list: number[] = [];
  private next = 0;

  text(value: string | Uint8Array): number {
    const size = utf8Size(value);
    this.list.push(size);
    return fieldSize(size);
  }
  /** A message field: its size stands before those of its parts. */
  message(measure: () => number): number {
    const at = this.list.push(0) - 1;
    const size = measure();
    this.list[at] = size;
    return fieldSize(size);
  }
  pair(pair: readonly [string, string | Uint8Array]): number {
    return this.message(() => this.text(pair[0]) + this.text(pair[1]));
  }
  log(log: Log): number {
    return this.message(() => {
      let size = 1 + varintSize(log.time) + (log.timeNs === undefined ? 0 : 5);
      for (const content of log.contents) size += this.pair(content);
      return size;
    });
  }
  group(group: LogGroup): number {
    let size = 0;
    for (const log of group.logs) size += this.log(log);
    for (const text of [group.topic, group.source, group.machineUuid]) if (text !== undefined) size += this.text(text);
    for (const tag of group.tags ?? []) size += this.pair(tag);
    return size;
  }
  take(): number {
    return this.list[this.next++] as number;
  }
}

class Writer {
  private at = 0;
  readonly bytes: Buffer;
  constructor(
    size: number,
    private readonly sizes: Sizes,
  ) {
    this.bytes = Buffer.allocUnsafe(size);
  }
  varint(value: number): void {
    let rest = value;
    for (; rest > 0x7f; rest = Math.floor(rest / 128)) this.bytes[this.at++] = (rest & 0x7f) | 0x80;
    this.bytes[this.at++] = rest;
  }
  byte(value: number): void {
    this.bytes[this.at++] = value;
  }
  fixed32(value: number): void {
    this.at = this.bytes.writeUInt32LE(value, this.at);
  }
  /** Tag and length of the next field. */
  begin(tag: number): number {
    const size = this.sizes.take();
    this.byte(tag);
    this.varint(size);
    return size;
  }
  text(tag: number, value: string | Uint8Array): void {
    const size = this.begin(tag);
    if (typeof value !== "string") this.bytes.set(value, this.at);
    else if (size === value.length && size <= shortText) {
      for (let i = 0; i < size; i++) this.bytes[this.at + i] = value.charCodeAt(i);
    } else this.bytes.write(value, this.at, "utf8");
    this.at += size;
  }
  pair(tag: number, pair: readonly [string, string | Uint8Array]): void {
    this.begin(tag);
    this.text(0x0a, pair[0]);
    this.text(0x12, pair[1]);
  }
  log(log: Log): void {
    this.begin(0x0a);
    this.byte(0x08);
    this.varint(log.time);
    for (const content of log.contents) this.pair(0x12, content);
    if (log.timeNs === undefined) return;
    this.byte(0x25);
    this.fixed32(log.timeNs);
  }
}

export function encodeLogGroup(group: LogGroup): Buffer {
  const sizes = new Sizes();
  const out = new Writer(sizes.group(group), sizes);
  for (const log of group.logs) out.log(log);
  if (group.topic !== undefined) out.text(0x1a, group.topic);
  if (group.source !== undefined) out.text(0x22, group.source);
  if (group.machineUuid !== undefined) out.text(0x2a, group.machineUuid);
  for (const tag of group.tags ?? []) out.pair(0x32, tag);
  return out.bytes;
}

/** LogGroupList {1 logGroupList}, from groups that are encoded already. */
export function encodeLogGroupList(groups: readonly Uint8Array[]): Buffer {
  const sizes = new Sizes();
  const out = new Writer(
    groups.reduce((sum, group) => sum + sizes.text(group), 0),
    sizes,
  );
  for (const group of groups) out.text(0x0a, group);
  return out.bytes;
}

/** Reads the fields of one message; unknown ones are passed over, as protobuf wants it. */
class Reader {
  private at = 0;
  constructor(private readonly bytes: Buffer) {}
  get done(): boolean {
    return this.at >= this.bytes.length;
  }
  varint(): number {
    let value = 0;
    for (let scale = 1, n = 0; n < 10; n++, scale *= 128) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) throw new Error("protobuf: it ends within a varint");
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw new Error("protobuf: a varint is longer than 10 bytes");
  }
  take(length: number): Buffer {
    if (this.at + length > this.bytes.length) throw new Error("protobuf: it ends within a field");
    return this.bytes.subarray(this.at, (this.at += length));
  }
  /** Next field: its number, and its value by wire type. */
  field(): { number: number; value: number | Buffer } {
    const key = this.varint();
    const number = Math.floor(key / 8);
    if (number === 0) throw new Error("protobuf: field number 0");
    switch (key & 7) {
      case 0:
        return { number, value: this.varint() };
      case 1:
        return { number, value: this.take(8) };
      case 2:
        return { number, value: this.take(this.varint()) };
      case 5:
        return { number, value: this.take(4).readUInt32LE(0) };
      default:
        throw new Error(`protobuf: unknown wire type ${key & 7}`);
    }
  }
}

function bytesOf(value: number | Buffer, what: string): Buffer {
  if (typeof value === "number") throw new Error(`protobuf: ${what} must be bytes`);
  return value;
}
function numberOf(value: number | Buffer, what: string): number {
  if (typeof value !== "number") throw new Error(`protobuf: ${what} must be a number`);
  return value;
}

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
/** Text where the bytes are UTF-8, else the bytes themselves. */
function textOrBytes(bytes: Uint8Array): string | Uint8Array {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return bytes;
  }
}

function decodePair(bytes: Buffer, what: string): LogContent {
  const reader = new Reader(bytes);
  let key: string | undefined;
  let value: string | Uint8Array | undefined;
  while (!reader.done) {
    const field = reader.field();
    if (field.number === 1) key = bytesOf(field.value, `${what}.Key`).toString("utf8");
    else if (field.number === 2) value = textOrBytes(bytesOf(field.value, `${what}.Value`));
  }
  if (key === undefined || value === undefined) throw new Error(`protobuf: ${what} lacks Key or Value`);
  return [key, value];
}

export function decodeLog(bytes: Buffer): Log {
  const reader = new Reader(bytes);
  let time: number | undefined;
  let timeNs: number | undefined;
  const contents: LogContent[] = [];
  while (!reader.done) {
    const field = reader.field();
    if (field.number === 1) time = numberOf(field.value, "Log.Time");
    else if (field.number === 2) contents.push(decodePair(bytesOf(field.value, "Log.Contents"), "Log.Content"));
    else if (field.number === 4) timeNs = numberOf(field.value, "Log.Time_ns");
  }
  if (time === undefined) throw new Error("protobuf: Log lacks Time");
  return timeNs === undefined ? { time, contents } : { time, timeNs, contents };
}

/** Throws an Error whose message tells what is wrong with the bytes. */
export function decodeLogGroup(bytes: Uint8Array): LogGroup {
  const reader = new Reader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const logs: Log[] = [];
  const tags: [string, string][] = [];
  const texts: { topic?: string; source?: string; machineUuid?: string } = {};
  while (!reader.done) {
    const { number, value } = reader.field();
    if (number === 1) logs.push(decodeLog(bytesOf(value, "LogGroup.Logs")));
    else if (number === 3) texts.topic = bytesOf(value, "LogGroup.Topic").toString("utf8");
    else if (number === 4) texts.source = bytesOf(value, "LogGroup.Source").toString("utf8");
    else if (number === 5) texts.machineUuid = bytesOf(value, "LogGroup.MachineUUID").toString("utf8");
    else if (number === 6) {
      const [key, text] = decodePair(bytesOf(value, "LogGroup.LogTags"), "LogTag");
      tags.push([key, typeof text === "string" ? text : Buffer.from(text).toString("utf8")]);
    }
  }
  return tags.length > 0 ? { logs, ...texts, tags } : { logs, ...texts };
}
