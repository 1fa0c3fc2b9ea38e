/**
 * The hot path: a line of the built-in format 0.1 goes from the socket's bytes into a block as protobuf, without a string
 * or an object. It takes what parseStreamLog takes and stores the same (test/agent/fast-line.test.ts holds them against
 * each other); everything else is left to that.
 */
import type { Lane } from "../buffer/lane";

const space = 0x20;
const zero = 0x30;
const one = 0x31;

/** What of a line decides where it goes. */
export interface LineHead {
  tag: Buffer;
  ip: Buffer;
  lane: Lane;
}

/** The bytes of a Content before its value's length: `0a` + length + key, `12`. */
const keyOf = (key: string): Buffer => Buffer.from([0x0a, key.length, ...Buffer.from(key), 0x12]);
const keys = ["hostname", "pri-text", "protocol-version", "app-name", "procid", "msgid", "msg"].map(keyOf);
const protocolField = 2;
const messageField = keys.length - 1;

const varintSize = (value: number): number =>
  value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : value < 0x10000000 ? 4 : 5;

/** Where the values of the line last looked at are. */
const from = new Int32Array(keys.length);
const to = new Int32Array(keys.length);
const contentSize = new Int32Array(keys.length);

/** What `addFast` did. */
export const enum Fast {
  /** The line is not for this path. */
  No,
  /** It would be, but its tag or address differ from the head's. */
  OtherHead,
  Added,
}

/** Adds the line that lies there to the head's lane. */
export function addFast(line: Buffer, begin: number, end: number, head: LineHead | undefined): Fast {
  const tagFrom = begin + 4;
  if (line[begin] !== zero || line[begin + 1] !== 0x2e || line[begin + 2] !== one || line[begin + 3] !== space) {
    return Fast.No;
  }
  const tagEnd = next(line, tagFrom, end);
  if (tagEnd <= tagFrom) return Fast.No;
  let at = tagEnd + 1;
  let time = 0;
  for (; at < end && line[at] !== space; at++) {
    const digit = (line[at] as number) - zero;
    if (digit < 0 || digit > 9 || at - tagEnd > 10) return Fast.No;
    time = time * 10 + digit;
  }
  if (time === 0 || time > 0xffff_ffff) return Fast.No;
  const ipFrom = at + 1;
  const ipEnd = next(line, ipFrom, end);
  at = ipEnd + 1;
  for (let field = 0; field < messageField; field++) {
    from[field] = at;
    at = next(line, at, end);
    to[field] = at++;
  }
  if (at > end) return Fast.No;
  if (head === undefined || !same(line, tagFrom, tagEnd, head.tag) || !same(line, ipFrom, ipEnd, head.ip))
    return Fast.OtherHead;
  from[messageField] = messageFrom(line, at, end);
  to[messageField] = end;
  write(line, time, head.lane);
  return Fast.Added;
}

/** Where the head's parts are in a line for which `addFast` said OtherHead. */
export function headOf(line: Buffer, begin: number): { readonly tag: Buffer; readonly ip: Buffer } {
  const tagEnd = line.indexOf(space, begin + 4);
  const ipFrom = line.indexOf(space, tagEnd + 1) + 1;
  return { tag: line.subarray(begin + 4, tagEnd), ip: line.subarray(ipFrom, line.indexOf(space, ipFrom)) };
}

/** The next space, or the end. */
function next(line: Buffer, begin: number, end: number): number {
  let at = begin;
  while (at < end && line[at] !== space) at++;
  return at;
}

function same(line: Buffer, begin: number, end: number, other: Buffer): boolean {
  if (end - begin !== other.length) return false;
  for (let i = 0; i < other.length; i++) if (line[begin + i] !== other[i]) return false;
  return true;
}

/** Without what the protocol put before the text: see messageText in parsers/stream-log.ts. */
function messageFrom(line: Buffer, at: number, end: number): number {
  const protocolAt = from[protocolField] as number;
  if ((to[protocolField] as number) - protocolAt !== 1) return at;
  if (line[protocolAt] === zero) return at < end && line[at] === space ? at + 1 : at;
  const marked =
    at + 3 <= end && line[protocolAt] === one && line[at] === 0xef && line[at + 1] === 0xbb && line[at + 2] === 0xbf;
  return marked ? at + 3 : at;
}

/** The Log of the ranges found, as a field of a LogGroup. */
function write(line: Buffer, time: number, lane: Lane): void {
  let size = 1 + varintSize(time);
  for (let field = 0; field < keys.length; field++) {
    const length = (to[field] as number) - (from[field] as number);
    const content = (keys[field] as Buffer).length + varintSize(length) + length;
    contentSize[field] = content;
    size += 1 + varintSize(content) + content;
  }
  const total = 1 + varintSize(size) + size;
  const block = lane.room(total);
  if (block === undefined) return;
  const out = block.bytes as Buffer;
  let at = block.to;
  out[at++] = 0x0a;
  at = varint(out, at, size);
  out[at++] = 0x08;
  at = varint(out, at, time);
  for (let field = 0; field < keys.length; field++) {
    const key = keys[field] as Buffer;
    out[at++] = 0x12;
    at = varint(out, at, contentSize[field] as number);
    for (let i = 0; i < key.length; i++) out[at++] = key[i] as number;
    const begin = from[field] as number;
    const end = to[field] as number;
    at = varint(out, at, end - begin);
    at = copy(line, begin, end, out, at);
  }
  lane.added(block, total, time);
}

/** The buffers last looked at as words: making a view for each line would cost more than it saves. */
let inWords: DataView = new DataView(new ArrayBuffer(0));
let inBytes: Buffer | undefined;
let outWords: DataView = inWords;
let outBytes: Buffer | undefined;

/** Four bytes at a time: Buffer.copy makes an object for each call, and a loop over bytes takes as long for a message. */
function copy(line: Buffer, begin: number, end: number, out: Buffer, at: number): number {
  if (line !== inBytes) {
    inBytes = line;
    inWords = new DataView(line.buffer, line.byteOffset, line.length);
  }
  if (out !== outBytes) {
    outBytes = out;
    outWords = new DataView(out.buffer, out.byteOffset, out.length);
  }
  let i = begin;
  let o = at;
  for (; i + 4 <= end; i += 4, o += 4) outWords.setInt32(o, inWords.getInt32(i, true), true);
  for (; i < end; i++, o++) out[o] = line[i] as number;
  return o;
}

function varint(out: Buffer, begin: number, value: number): number {
  let at = begin;
  let rest = value;
  for (; rest > 0x7f; rest = rest >>> 7) out[at++] = (rest & 0x7f) | 0x80;
  out[at++] = rest;
  return at;
}
