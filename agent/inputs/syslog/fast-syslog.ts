/**
 * The hot path of RFC 3164 and RFC 5424: lines go from the socket's bytes into a block without a string or an object. It takes
 * no line that parseRfc3164 and parseRfc5424 refuse, and stores what comes of what these give
 * (test/agent/inputs/syslog/fast-syslog.test.ts holds them against each other); what is unusual is left to them.
 */
import type { Lane } from "../../buffer/lane";
import { paramCount, readParams } from "./fast-params";
import { nanoseconds, readNone, readStamp, readTimestamp, timeEnd } from "./fast-time";
import { addLog, constantOf, Field, from, setOwnHostname, to } from "./log-from-ranges";

const space = 0x20;
const colon = 0x3a;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const hyphen = 0x2d;
const less = 0x3c;
const greater = 0x3e;
const zero = 0x30;
const one = 0x31;
const highestPriority = 191;

/** Fields that are constants in the line last looked at, by their numbers; 0 where the value lies in the line. */
const constant = new Int32Array(7);
/** Parameters of structured data in it. */
let params = 0;

/** What a line does not tell. */
export interface SyslogSurroundings {
  /** The time of a line that has none, and the year of others. */
  readonly now: () => Date;
  /** The host name of lines that have none; they keep `-` where this is not set. */
  readonly hostname: (() => string) | undefined;
}

/** Adds the line that lies there; returns false, and has done nothing, where it is not for this path. */
export function addFastSyslog(
  line: Buffer,
  begin: number,
  end: number,
  lane: Lane,
  around: SyslogSurroundings,
): boolean {
  if (line[begin] !== less) return false;
  let priority = 0;
  let at = begin + 1;
  for (; at < end && line[at] !== greater; at++) {
    const digit = (line[at] as number) - zero;
    if (digit < 0 || digit > 9 || at > begin + 3) return false;
    priority = priority * 10 + digit;
  }
  if (at >= end || at === begin + 1 || priority > highestPriority) return false;
  at++;
  constant[Field.Priority] = constantOf.priority(priority);
  const versioned = at + 1 < end && line[at] === one && line[at + 1] === space;
  const time = versioned ? readRfc5424(line, at + 2, end, around) : readRfc3164(line, at, end, around);
  if (time === 0) return false;
  addLog(line, time, nanoseconds(), constant, params, lane);
  return true;
}

/** In the order of the line, after the time. */
const rfc5424Fields: readonly Field[] = [Field.Hostname, Field.AppName, Field.ProcId, Field.MsgId];

/** Finds the fields of what follows version 1; returns the time, 0 when the line is not for this path. */
function readRfc5424(line: Buffer, begin: number, end: number, { now, hostname }: SyslogSurroundings): number {
  const timeless = line[begin] === hyphen && line[begin + 1] === space;
  const time = timeless ? readNone(begin + 2, now) : readTimestamp(line, begin, end);
  if (time === 0) return 0;
  let at = timeEnd() + 1;
  constant[Field.Protocol] = constantOf.protocol(1);
  for (const field of rfc5424Fields) {
    const fieldEnd = next(line, at, end);
    if (fieldEnd === at || fieldEnd === end) return 0;
    from[field] = at;
    to[field] = fieldEnd;
    constant[field] = 0;
    at = fieldEnd + 1;
  }
  if (isNil(line, Field.Hostname) && !takeNoHostname(hostname)) return 0;
  at = readParams(line, at, end);
  if (at < 0 || (at < end && line[at] !== space)) return 0;
  params = paramCount();
  at = Math.min(at + 1, end);
  const marked = at + 3 <= end && line[at] === 0xef && line[at + 1] === 0xbb && line[at + 2] === 0xbf;
  from[Field.Msg] = marked ? at + 3 : at;
  to[Field.Msg] = end;
  return time;
}

const isNil = (line: Buffer, field: Field): boolean =>
  (to[field] as number) - (from[field] as number) === 1 && line[from[field] as number] === hyphen;

/** The line tells no host name. Returns false where this machine's is not for this path. */
function takeNoHostname(hostname: (() => string) | undefined): boolean {
  constant[Field.Hostname] = hostname === undefined ? constantOf.noHostname : constantOf.ownHostname;
  return hostname === undefined || setOwnHostname(hostname());
}

/** Finds the fields of what follows the priority; returns the time, 0 when the line is not for this path. */
function readRfc3164(line: Buffer, begin: number, end: number, around: SyslogSurroundings): number {
  const first = begin < end ? (line[begin] as number) : 0;
  const isDigit = first >= zero && first <= 0x39;
  const time = isDigit ? readTimestamp(line, begin, end) : readStamp(line, begin, end, around.now);
  // What begins with a digit and is no time of the usual shape may still be one.
  if (time === 0) return isDigit ? 0 : readTimeless(line, begin, end, around);
  let at = timeEnd() + 1;
  const hostEnd = hostnameEnd(line, at, end);
  if (hostEnd >= 0) {
    constant[Field.Hostname] = 0;
    from[Field.Hostname] = at;
    to[Field.Hostname] = hostEnd;
    at = hostEnd + 1;
  } else if (!takeNoHostname(around.hostname)) return 0;
  readTagAndText(line, at, end);
  return time;
}

/** The same where the tag follows the priority at once. */
function readTimeless(line: Buffer, begin: number, end: number, { now, hostname }: SyslogSurroundings): number {
  readTagAndText(line, begin, end);
  // A word with its colon is a tag; without one it may be a time of another shape, or nothing.
  return closed && takeNoHostname(hostname) ? readNone(begin, now) : 0;
}

function readTagAndText(line: Buffer, begin: number, end: number): void {
  const at = readTag(line, begin, end);
  constant[Field.Protocol] = constantOf.protocol(0);
  constant[Field.MsgId] = constantOf.noMsgId;
  params = 0;
  from[Field.Msg] = at < end && line[at] === space ? at + 1 : at;
  to[Field.Msg] = end;
}

/** Where the host name ends; -1 when a tag stands in its place, or nothing. */
function hostnameEnd(line: Buffer, begin: number, end: number): number {
  let colons = 0;
  let at = begin;
  for (; at < end && line[at] !== space; at++) {
    if (line[at] === colon) colons++;
    else if (line[at] === openBracket && at > begin && line[begin] !== openBracket) return -1;
  }
  if (at === begin || at === end) return -1;
  return colons === 1 && line[at - 1] === colon ? -1 : at;
}

/** Whether a colon ended the tag last read. */
let closed = false;

/** `app[pid]:`, `app:` or `app`, or nothing when the message does not begin as a program's name does; returns where it ends. */
function readTag(line: Buffer, begin: number, end: number): number {
  let at = begin;
  for (; at < end; at++) {
    const byte = line[at];
    if (byte === colon || byte === space || byte === openBracket) break;
  }
  constant[Field.ProcId] = constantOf.noProcId;
  if (at === begin || !beginsName(line[begin] as number)) {
    constant[Field.AppName] = constantOf.noAppName;
    closed = false;
    return begin < end && line[begin] === colon ? begin + 1 : begin;
  }
  constant[Field.AppName] = 0;
  from[Field.AppName] = begin;
  to[Field.AppName] = at;
  if (at < end && line[at] === openBracket) {
    let close = at + 1;
    while (close < end && line[close] !== closeBracket && line[close] !== space) close++;
    if (close < end && line[close] === closeBracket) {
      if (close > at + 1) {
        from[Field.ProcId] = at + 1;
        to[Field.ProcId] = close;
        constant[Field.ProcId] = 0;
      }
      at = close + 1;
    }
  }
  closed = at < end && line[at] === colon;
  return closed ? at + 1 : at;
}

/** As in parsers/rfc3164.ts: a letter, a digit, or one of `_ / % . (`. */
const beginsName = (byte: number): boolean =>
  (byte >= 0x30 && byte <= 0x39) ||
  (byte >= 0x41 && byte <= 0x5a) ||
  (byte >= 0x61 && byte <= 0x7a) ||
  byte === 0x5f ||
  byte === 0x2f ||
  byte === 0x25 ||
  byte === 0x2e ||
  byte === 0x28;

/** The next space, or the end. */
function next(line: Buffer, begin: number, end: number): number {
  let at = begin;
  while (at < end && line[at] !== space) at++;
  return at;
}
