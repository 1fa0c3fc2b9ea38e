/**
 * The hot path: a line of the built-in formats 0.1 and 0.1+sd goes from the socket's bytes into a block as protobuf, without a
 * string or an object. It takes what parseStreamLog takes and stores the same (test/agent/inputs/syslog/fast-line.test.ts holds them against
 * each other); everything else is left to that.
 */
import type { Lane } from "../../buffer/lane";
import { paramCount, readParams } from "./fast-params";
import { nanoseconds, readFraction } from "./fast-time";
import { addLog, Field, from, noConstants, to } from "./log-from-ranges";

const space = 0x20;
const zero = 0x30;
const one = 0x31;
const plus = 0x2b;
const point = 0x2e;

/** Bytes of `0.1 ` and of `0.1+sd `. */
const plainHead = 4;
const extendedHead = 7;

/** What of a line decides where it goes. */
export interface LineHead {
  tag: Buffer;
  ip: Buffer;
  lane: Lane;
}

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
  const extended = line[begin + 3] === plus;
  if (line[begin] !== zero || line[begin + 1] !== point || line[begin + 2] !== one) return Fast.No;
  if (extended ? !isExtended(line, begin) : line[begin + 3] !== space) return Fast.No;
  const tagFrom = begin + (extended ? extendedHead : plainHead);
  const tagEnd = next(line, tagFrom, end);
  if (tagEnd <= tagFrom) return Fast.No;
  let at = tagEnd + 1;
  let time = 0;
  for (; at < end && line[at] !== space; at++) {
    const digit = (line[at] as number) - zero;
    if (digit < 0 || digit > 9 || at - tagEnd > 10) {
      if (extended && line[at] === point) break;
      return Fast.No;
    }
    time = time * 10 + digit;
  }
  if (time === 0 || time > 0xffff_ffff) return Fast.No;
  let parts = -1;
  if (extended && line[at] === point) {
    at = readFraction(line, at, end);
    if (at >= end || line[at] !== space) return Fast.No;
    parts = nanoseconds();
  }
  const ipFrom = at + 1;
  const ipEnd = next(line, ipFrom, end);
  at = ipEnd + 1;
  for (let field = 0; field < Field.Msg; field++) {
    from[field] = at;
    at = next(line, at, end);
    to[field] = at++;
  }
  if (at > end) return Fast.No;
  let params = 0;
  if (extended) {
    at = readParams(line, at, end);
    if (at < 0 || at >= end || line[at] !== space) return Fast.No;
    params = paramCount();
    at++;
  }
  if (head === undefined || !same(line, tagFrom, tagEnd, head.tag) || !same(line, ipFrom, ipEnd, head.ip))
    return Fast.OtherHead;
  from[Field.Msg] = messageFrom(line, at, end);
  to[Field.Msg] = end;
  addLog(line, time, parts, noConstants, params, head.lane);
  return Fast.Added;
}

/** Where the head's parts are in a line for which `addFast` said OtherHead. */
export function headOf(line: Buffer, begin: number): { readonly tag: Buffer; readonly ip: Buffer } {
  const tagFrom = begin + (line[begin + 3] === plus ? extendedHead : plainHead);
  const tagEnd = line.indexOf(space, tagFrom);
  const ipFrom = line.indexOf(space, tagEnd + 1) + 1;
  return { tag: line.subarray(tagFrom, tagEnd), ip: line.subarray(ipFrom, line.indexOf(space, ipFrom)) };
}

const isExtended = (line: Buffer, begin: number): boolean =>
  line[begin + 4] === 0x73 && line[begin + 5] === 0x64 && line[begin + 6] === space;

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
  const protocolAt = from[Field.Protocol] as number;
  if ((to[Field.Protocol] as number) - protocolAt !== 1) return at;
  if (line[protocolAt] === zero) return at < end && line[at] === space ? at + 1 : at;
  const marked =
    at + 3 <= end && line[protocolAt] === one && line[at] === 0xef && line[at + 1] === 0xbb && line[at + 2] === 0xbf;
  return marked ? at + 3 : at;
}
