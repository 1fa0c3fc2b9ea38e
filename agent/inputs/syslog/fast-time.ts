/** Times of syslog lines from their bytes, as parsers/syslog-time.ts reads them from text. */
import { readRfc3164Time } from "../../../parsers";

const space = 0x20;
const colon = 0x3a;
const zero = 0x30;
const maxUnixTime = 0xffff_ffff;
/** `Nov 21 09:00:00`: the shape that is read here, with parts of a second or not; a year or a day of one digit alone are not. */
const stampBytes = 15;

let end = 0;
let fraction = -1;

/** Where the time last read ends; the line goes on behind the byte that stands there, a space as a rule. */
export const timeEnd = (): number => end;
/** Parts of a second of the time last read; -1 where it told none. */
export const nanoseconds = (): number => fraction;

/** Unix seconds of now, for a line that tells no time and goes on at `begin`; 0 where they cannot be stored. */
export function readNone(begin: number, now: () => Date): number {
  end = begin - 1;
  fraction = -1;
  const seconds = Math.floor(now().getTime() / 1000);
  return seconds > 0 && seconds <= maxUnixTime ? seconds : 0;
}

/** The stamp read last, in which second, and what it was found to be. */
const lastStamp = Buffer.alloc(stampBytes);
let lastNow = -1;
let lastSeconds = 0;

/** Unix seconds of an RFC 3164 time with a space, or a colon and a space, after it; 0 where there is none of the usual shape. */
export function readStamp(line: Buffer, begin: number, lineEnd: number, now: () => Date): number {
  if (begin + stampBytes >= lineEnd || line[begin + 3] !== space) return 0;
  end = begin + stampBytes;
  fraction = -1;
  if (line[end] !== space) {
    end = readFraction(line, end, lineEnd);
    if (line[end] === colon) end++;
    if (end >= lineEnd || line[end] !== space) return 0;
  }
  const time = now();
  const nowSeconds = Math.floor(time.getTime() / 1000);
  let same = nowSeconds === lastNow;
  for (let i = stampBytes - 1; same && i >= 0; i--) same = line[begin + i] === lastStamp[i];
  if (same) return lastSeconds;
  const found = readRfc3164Time(line.toString("latin1", begin, begin + stampBytes), time);
  lastNow = nowSeconds;
  line.copy(lastStamp, 0, begin, begin + stampBytes);
  lastSeconds = found?.length === stampBytes ? found.time.seconds : 0;
  return lastSeconds;
}

/** The date read last, `2026-11-21`, and its midnight in unix seconds. */
const lastDate = Buffer.alloc(10);
let lastMidnight = NaN;

/** Unix seconds of an RFC 3339 time (`2026-11-21T06:55:43.054068+01:00`) with a space after it; 0 where there is none. */
export function readTimestamp(line: Buffer, begin: number, lineEnd: number): number {
  // The shortest is 20 bytes, and the space.
  if (begin + 20 >= lineEnd || line[begin + 10] !== 0x54) return 0;
  const midnight = midnightOf(line, begin);
  const hour = twoDigits(line, begin + 11);
  const minute = twoDigits(line, begin + 14);
  const second = twoDigits(line, begin + 17);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return 0;
  if (line[begin + 13] !== 0x3a || line[begin + 16] !== 0x3a) return 0;
  let at = readFraction(line, begin + 19, lineEnd);
  let offset = 0;
  const sign = at < lineEnd ? line[at] : 0;
  if (sign === 0x5a) at++;
  else {
    if ((sign !== 0x2b && sign !== 0x2d) || at + 6 > lineEnd || line[at + 3] !== 0x3a) return 0;
    const hours = twoDigits(line, at + 1);
    const minutes = twoDigits(line, at + 4);
    if (hours < 0 || minutes < 0) return 0;
    offset = (sign === 0x2d ? -1 : 1) * (hours * 3600 + minutes * 60);
    at += 6;
  }
  end = at;
  const seconds = midnight + hour * 3600 + minute * 60 + second - offset;
  if (at >= lineEnd || line[at] !== space || !(seconds > 0 && seconds <= maxUnixTime)) return 0;
  return seconds;
}

/** One to nine digits after a point at `begin`, if there is one; returns where the time goes on, or `begin` where it is wrong. */
export function readFraction(line: Buffer, begin: number, lineEnd: number): number {
  fraction = -1;
  if (line[begin] !== 0x2e) return begin;
  let value = 0;
  let at = begin + 1;
  for (; at < lineEnd && at <= begin + 9; at++) {
    const digit = (line[at] as number) - zero;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  const digits = at - begin - 1;
  if (digits === 0) return begin;
  for (let i = digits; i < 9; i++) value *= 10;
  fraction = value;
  return at;
}

/** -1 where there are not two. */
function twoDigits(line: Buffer, at: number): number {
  const tens = (line[at] as number) - zero;
  const ones = (line[at + 1] as number) - zero;
  return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? -1 : tens * 10 + ones;
}

/** Unix seconds; NaN where it is no date. Lines of a day follow each other. */
function midnightOf(line: Buffer, begin: number): number {
  let same = true;
  for (let i = 9; same && i >= 0; i--) same = line[begin + i] === lastDate[i];
  if (same) return lastMidnight;
  line.copy(lastDate, 0, begin, begin + 10);
  const [, year, month, day] = (/^(\d{4})-(\d\d)-(\d\d)$/.exec(lastDate.toString("latin1")) ?? []).map(Number);
  const date = new Date(Date.UTC(year ?? NaN, (month ?? NaN) - 1, day ?? NaN));
  const isOne = day !== undefined && day >= 1 && date.getUTCMonth() + 1 === month;
  return (lastMidnight = isOne ? date.getTime() / 1000 : NaN);
}
