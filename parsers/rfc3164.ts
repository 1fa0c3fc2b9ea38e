import type { SyslogMessage } from "./syslog-message";
import { readPriority } from "./syslog-priority";
import { readRfc3164Time, readRfc3339, type SyslogTime } from "./syslog-time";

const space = 0x20;
const colon = 0x3a;
const openBracket = 0x5b;
const closeBracket = 0x5d;
/** As long as a time can be, with a year, parts of a second and a zone. */
const maxTimeBytes = 40;

/**
 * `<PRI>Oct 11 22:14:15 HOSTNAME TAG[PID]: MSG`; undefined for a line that does not fit. The time may also be RFC 3339's,
 * as rsyslog forwards it, or be missing where a tag with its colon follows at once. The host name is missing in what
 * programs write to a local socket. One space after the tag belongs to the format, further ones are the program's
 * (docs/decisions/0005-msg-leading-space.md). `now` tells the year.
 */
export function parseRfc3164(line: Buffer, now: Date): SyslogMessage | undefined {
  const priority = readPriority(line);
  if (priority === undefined) return undefined;
  const stamp = readTime(line, priority.end, now);
  const afterTime = stamp?.end ?? priority.end;
  const hostEnd = stamp === undefined ? undefined : hostnameEnd(line, afterTime);
  const tag = readTag(line, hostEnd === undefined ? afterTime : hostEnd + 1);
  if (stamp === undefined && !tag.closed) return undefined;
  return {
    protocol: 0,
    priority: priority.value,
    time: stamp?.time,
    hostname: hostEnd === undefined ? undefined : line.subarray(afterTime, hostEnd),
    appName: tag.appName,
    procid: tag.procid,
    msgid: undefined,
    structuredData: [],
    msg: line.subarray(line[tag.end] === space ? tag.end + 1 : tag.end),
  };
}

/** The time and the space (or colon and space) after it. */
function readTime(line: Buffer, start: number, now: Date): { time: SyslogTime; end: number } | undefined {
  const text = line.toString("latin1", start, Math.min(line.length, start + maxTimeBytes));
  const first = text.charCodeAt(0);
  let found: { time: SyslogTime; length: number } | undefined;
  if (first >= 0x30 && first <= 0x39) {
    const [word = ""] = text.split(" ", 1);
    const time = readRfc3339(word);
    found = time === undefined ? undefined : { time, length: word.length };
  } else found = readRfc3164Time(text, now);
  if (found === undefined) return undefined;
  let end = start + found.length;
  if (line[end] === colon) end++;
  return line[end] === space ? { time: found.time, end: end + 1 } : undefined;
}

/** Where the host name ends, which needs a word after it; undefined when a tag stands in its place. */
function hostnameEnd(line: Buffer, start: number): number | undefined {
  const end = line.indexOf(space, start);
  if (end <= start) return undefined;
  const word = line.subarray(start, end);
  const isTag = (word.at(-1) === colon && word.indexOf(colon) === word.length - 1) || word.indexOf(openBracket) > 0;
  return isTag ? undefined : end;
}

interface Tag {
  readonly appName: Buffer | undefined;
  readonly procid: Buffer | undefined;
  /** Whether a colon ended it. */
  readonly closed: boolean;
  readonly end: number;
}

/** `app[pid]:`, `app:` or `app`; nothing where the message does not begin as a program's name does. */
function readTag(line: Buffer, start: number): Tag {
  let nameEnd = start;
  while (nameEnd < line.length && !endsName(line[nameEnd] as number)) nameEnd++;
  const appName = line.subarray(start, nameEnd);
  if (appName.length === 0 || !beginsName(appName[0] as number)) {
    const end = line[start] === colon ? start + 1 : start;
    return { appName: undefined, procid: undefined, closed: false, end };
  }
  let end = nameEnd;
  let procid: Buffer | undefined;
  if (line[end] === openBracket) {
    const bracket = line.indexOf(closeBracket, end);
    const inside = line.subarray(end + 1, Math.max(bracket, end + 1));
    // A bracket that closes further on belongs to the message.
    if (bracket > 0 && inside.indexOf(space) < 0) {
      procid = inside.length > 0 ? inside : undefined;
      end = bracket + 1;
    }
  }
  const closed = line[end] === colon;
  return { appName, procid, closed, end: closed ? end + 1 : end };
}

const endsName = (byte: number): boolean => byte === colon || byte === space || byte === openBracket;

/** A letter, a digit, or one of `_ / % . (`: a message such as `{"a": 1}` or `<13>…` has no tag. */
const beginsName = (byte: number): boolean =>
  (byte >= 0x30 && byte <= 0x39) ||
  (byte >= 0x41 && byte <= 0x5a) ||
  (byte >= 0x61 && byte <= 0x7a) ||
  [0x5f, 0x2f, 0x25, 0x2e, 0x28].includes(byte);
