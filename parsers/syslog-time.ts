/** Times as syslog lines write them. */

export interface SyslogTime {
  /** Unix seconds. */
  readonly seconds: number;
  /** Where the line tells parts of a second. */
  readonly nanoseconds?: number;
}

const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):(\d\d))$/;
const maxUnixTime = 0xffff_ffff;

/** `2026-11-21T06:55:43.054068+01:00` (RFC 5424, 6.2.3, and up to nine digits of a second); undefined otherwise. */
export function readRfc3339(text: string): SyslogTime | undefined {
  const match = rfc3339.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (month < 1 || month > 12 || hour > 23 || minute > 59 || second > 60) return undefined;
  const midnight = Date.UTC(year, month - 1, day);
  if (day < 1 || new Date(midnight).getUTCMonth() !== month - 1) return undefined;
  const offset = (match[8] === "-" ? -1 : 1) * (Number(match[9] ?? 0) * 3600 + Number(match[10] ?? 0) * 60);
  const seconds = midnight / 1000 + hour * 3600 + minute * 60 + second - offset;
  if (seconds <= 0 || seconds > maxUnixTime) return undefined;
  const fraction = match[7];
  return fraction === undefined ? { seconds } : { seconds, nanoseconds: Number(fraction.padEnd(9, "0")) };
}

const dayMs = 24 * 3600 * 1000;
const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const rfc3164 = /^([A-Z][a-z]{2}) {1,2}(\d{1,2})(?: (\d{4}))? (\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?/;

/**
 * `Oct 11 22:14:15` at the beginning of a text (RFC 3164, 4.1.2), `Oct 11 2026 22:14:15` and parts of a second as some
 * devices write them. The line tells no zone: it is taken for this process's own. Where it tells no year either, it is of
 * the last year in which it is not more than a day ahead of `now`: clocks and zones differ, and a line that is more than
 * that away is old rather than of the future.
 */
export function readRfc3164Time(
  text: string,
  now: Date,
): { readonly time: SyslogTime; readonly length: number } | undefined {
  const match = rfc3164.exec(text);
  if (match === null) return undefined;
  const [stamp] = match;
  const nowSeconds = Math.floor(now.getTime() / 1000);
  // Lines come many a second, and a date of this process's zone costs more than all the rest of a line.
  if (last?.stamp === stamp && last.nowSeconds === nowSeconds) return last.found;
  const time = timeOf(match, now);
  const found = time === undefined ? undefined : { time, length: stamp.length };
  last = { stamp, nowSeconds, found };
  return found;
}

type Found = { readonly time: SyslogTime; readonly length: number } | undefined;
/** What was found last, and in which second. */
let last: { readonly stamp: string; readonly nowSeconds: number; readonly found: Found } | undefined;

function timeOf(match: RegExpExecArray, now: Date): SyslogTime | undefined {
  const month = months.indexOf(match[1] as string);
  const [day, hour, minute, second] = [match[2], match[4], match[5], match[6]].map(Number) as [
    number,
    number,
    number,
    number,
  ];
  if (month < 0 || day < 1 || hour > 23 || minute > 59 || second > 60) return undefined;
  const thisYear = now.getFullYear();
  const years = match[3] === undefined ? [thisYear + 1, thisYear, thisYear - 1] : [Number(match[3])];
  const date = years
    .map((year) => new Date(year, month, day, hour, minute, second))
    // 29 February is no day of most years; a leap second may well end the month.
    .filter((one) => one.getMonth() === month || second === 60)
    .find((one) => match[3] !== undefined || one.getTime() <= now.getTime() + dayMs);
  if (date === undefined) return undefined;
  const seconds = date.getTime() / 1000;
  if (seconds <= 0 || seconds > maxUnixTime) return undefined;
  const fraction = match[7];
  return fraction === undefined ? { seconds } : { seconds, nanoseconds: Number(fraction.padEnd(9, "0")) };
}
