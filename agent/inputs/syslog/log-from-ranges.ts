/**
 * Logs of the stream format's fields, written into a block from where their values lie in a line: no string and no object
 * is made for a line. Values that a line does not tell, and keys, come from one buffer of constants.
 */
import { priorityText } from "../../../parsers";
import type { Lane } from "../../buffer/lane";
import { escapes, headFrom, heads, isEscapable, valueFrom, valueTo } from "./fast-params";

/** The fields of a log, in their order. */
export const enum Field {
  Hostname,
  Priority,
  Protocol,
  AppName,
  ProcId,
  MsgId,
  Msg,
}

const names = ["hostname", "pri-text", "protocol-version", "app-name", "procid", "msgid", "msg"];
const priorities = 192;

/** Where the values of a line lie in it. */
export const from = new Int32Array(names.length);
export const to = new Int32Array(names.length);

/** The bytes of a Content before its value's length: `0a` + length + key, `12`. */
const keyOf = (name: string): Buffer => Buffer.from([0x0a, name.length, ...Buffer.from(name), 0x12]);
/** A Content as a field of a Log. */
function contentOf(field: Field, text: string): Buffer {
  const value = Buffer.from(text);
  const content = Buffer.concat([keyOf(names[field] as string), Buffer.from([value.length]), value]);
  return Buffer.concat([Buffer.from([0x12, content.length]), content]);
}

/** Numbers of the constants that are whole Contents; 0 is a key's, and so means none. */
export const constantOf = {
  priority: (value: number): number => names.length + value,
  protocol: (value: 0 | 1): number => names.length + priorities + value,
  noProcId: names.length + priorities + 2,
  noMsgId: names.length + priorities + 3,
  noAppName: names.length + priorities + 4,
  noHostname: names.length + priorities + 5,
  /** The one that `setOwnHostname` put there. */
  ownHostname: names.length + priorities + 6,
};
const pieces = [
  ...names.map(keyOf),
  ...Array.from({ length: priorities }, (_, value) => contentOf(Field.Priority, priorityText(value))),
  contentOf(Field.Protocol, "0"),
  contentOf(Field.Protocol, "1"),
  contentOf(Field.ProcId, "-"),
  contentOf(Field.MsgId, "-"),
  contentOf(Field.AppName, "-"),
  contentOf(Field.Hostname, "-"),
];
/** Linux knows none that is longer. */
const maxHostnameBytes = 64;
const longestHostname = contentOf(Field.Hostname, "h".repeat(maxHostnameBytes));
/** What is copied four bytes at a time may be copied with up to three that follow. */
const slack = 4;
const constantSize = Int32Array.from([...pieces, longestHostname], ({ length }) => length);
const constantAt = new Int32Array(constantSize.length);
for (let i = 1; i < constantAt.length; i++)
  constantAt[i] = (constantAt[i - 1] as number) + (constantSize[i - 1] as number);
const constants = Buffer.concat([...pieces, longestHostname, Buffer.alloc(slack)]);
const constantWords = new DataView(constants.buffer, constants.byteOffset, constants.length);
const headWords = new DataView(heads.buffer, heads.byteOffset, heads.length);

let ownHostname: string | undefined;
/** Makes the name the constant `ownHostname`; returns false where it is too long to be one. */
export function setOwnHostname(name: string): boolean {
  if (name === ownHostname) return true;
  const content = contentOf(Field.Hostname, name);
  if (content.length > longestHostname.length) return false;
  ownHostname = name;
  constantSize[constantOf.ownHostname] = content.length;
  content.copy(constants, constantAt[constantOf.ownHostname]);
  return true;
}

/** Every value lies in the line. */
export const noConstants = new Int32Array(names.length);

const contentSize = new Int32Array(names.length);
const paramSize = new Int32Array(valueFrom.length);

const varintSize = (value: number): number =>
  value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : value < 0x10000000 ? 4 : 5;

/**
 * Adds the log whose values lie in `line` as `from` and `to` tell, but for the fields that have a number in `constant`; with
 * the first `params` parameters of what readParams found. `nanoseconds` below 0: the line tells no parts of a second.
 */
export function addLog(
  line: Buffer,
  time: number,
  nanoseconds: number,
  constant: Int32Array,
  params: number,
  lane: Lane,
): void {
  let size = 1 + varintSize(time) + (nanoseconds < 0 ? 0 : 5);
  for (let field = 0; field < constant.length; field++) {
    const known = constant[field] as number;
    if (known > 0) {
      size += constantSize[known] as number;
      continue;
    }
    const length = (to[field] as number) - (from[field] as number);
    const content = (constantSize[field] as number) + varintSize(length) + length;
    contentSize[field] = content;
    size += 1 + varintSize(content) + content;
  }
  if (params > 0) size += measureParams(params);
  const total = 1 + varintSize(size) + size;
  const block = lane.room(total + slack);
  if (block === undefined) return;
  const out = block.bytes as Buffer;
  const words = wordsOf(line, out);
  let at = block.to;
  out[at++] = 0x0a;
  at = varint(out, at, size);
  out[at++] = 0x08;
  at = varint(out, at, time);
  for (let field = 0; field < constant.length; field++) {
    if (field === Field.Msg && params > 0) at = writeParams(params, line, words, out, at);
    const known = constant[field] as number;
    if (known > 0) {
      at = copyConstant(known, at);
      continue;
    }
    out[at++] = 0x12;
    at = varint(out, at, contentSize[field] as number);
    at = copyConstant(field, at);
    const begin = from[field] as number;
    const end = to[field] as number;
    at = varint(out, at, end - begin);
    at = copy(line, words, begin, end, out, at);
  }
  if (nanoseconds >= 0) {
    out[at++] = 0x25;
    outWords.setInt32(at, nanoseconds, true);
  }
  lane.added(block, total, time);
}

const valueSize = (param: number): number =>
  (valueTo[param] as number) - (valueFrom[param] as number) - (escapes[param] as number);

/** The bytes of all parameters' Contents. */
function measureParams(params: number): number {
  let size = 0;
  for (let i = 0; i < params; i++) {
    const length = valueSize(i);
    const content = (headFrom[i + 1] as number) - (headFrom[i] as number) + varintSize(length) + length;
    paramSize[i] = content;
    size += 1 + varintSize(content) + content;
  }
  return size;
}

function writeParams(params: number, line: Buffer, words: number, out: Buffer, begin: number): number {
  let at = begin;
  for (let i = 0; i < params; i++) {
    out[at++] = 0x12;
    at = varint(out, at, paramSize[i] as number);
    const head = headFrom[i] as number;
    at = copyWords(headWords, head, (headFrom[i + 1] as number) - head, at);
    at = varint(out, at, valueSize(i));
    at =
      escapes[i] === 0
        ? copy(line, words, valueFrom[i] as number, valueTo[i] as number, out, at)
        : copyUnescaped(line, valueFrom[i] as number, valueTo[i] as number, out, at);
  }
  return at;
}

/** The buffers last looked at as words: making a view for each line would cost more than it saves. */
let inWords: DataView = constantWords;
let inBytes: Buffer | undefined;
/** None at first: that of the constants may be a pool which lines share, and their view is not of all of it. */
let inBuffer: ArrayBufferLike | undefined;
let outWords: DataView = constantWords;
let outBytes: Buffer | undefined;

/** Makes the views those of the two buffers; returns where `line` begins in its. Lines of one read lie in one buffer. */
function wordsOf(line: Buffer, out: Buffer): number {
  // To ask for its buffer is a call out of compiled code.
  if (line !== inBytes) {
    inBytes = line;
    const { buffer } = line;
    if (buffer !== inBuffer) {
      inBuffer = buffer;
      inWords = new DataView(buffer);
    }
  }
  if (out !== outBytes) {
    outBytes = out;
    outWords = new DataView(out.buffer, out.byteOffset, out.length);
  }
  return line.byteOffset;
}

const copyConstant = (number: number, at: number): number =>
  copyWords(constantWords, constantAt[number] as number, constantSize[number] as number, at);

function copyWords(words: DataView, begin: number, size: number, at: number): number {
  for (let i = 0; i < size; i += 4) outWords.setInt32(at + i, words.getInt32(begin + i, true), true);
  return at + size;
}

/** Four bytes at a time: Buffer.copy makes an object for each call, and a loop over bytes takes as long for a message. */
function copy(line: Buffer, lineAt: number, begin: number, end: number, out: Buffer, at: number): number {
  let i = begin;
  let o = at;
  for (; i + 4 <= end; i += 4, o += 4) outWords.setInt32(o, inWords.getInt32(lineAt + i, true), true);
  for (; i < end; i++, o++) out[o] = line[i] as number;
  return o;
}

/** Without the backslashes that stand before what they escape. */
function copyUnescaped(line: Buffer, begin: number, end: number, out: Buffer, at: number): number {
  let o = at;
  for (let i = begin; i < end; i++) {
    if (line[i] === 0x5c && isEscapable(line[i + 1] as number)) i++;
    out[o++] = line[i] as number;
  }
  return o;
}

function varint(out: Buffer, begin: number, value: number): number {
  let at = begin;
  let rest = value;
  for (; rest > 0x7f; rest = rest >>> 7) out[at++] = (rest & 0x7f) | 0x80;
  out[at++] = rest;
  return at;
}
