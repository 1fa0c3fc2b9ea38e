/**
 * Time by strptime, as Logtail's `timeFormat` and `logTimezone` say. What follows the time in the text is left alone, so a format needs
 * not cover a time zone; a time zone in the text is never read. Source: SLS, "Time formats"; names of days and months are English.
 */
import { misfit, type LogMisfit } from "./parsed-log";

export interface TimeOptions {
  /** Minutes east of Greenwich of the times in the logs. */
  readonly offsetMinutes: number;
  /** For formats without a year. */
  readonly year?: number;
}

export interface ParsedTime {
  readonly ok: true;
  /** Unix seconds. */
  readonly seconds: number;
  readonly nanoseconds: number;
}

const months = "January February March April May June July August September October November December".split(" ");
const days = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(" ");

/** What a time is made of; absent where the format does not tell. */
interface Parts {
  year?: number;
  century?: number;
  month?: number;
  day?: number;
  dayOfYear?: number;
  hour?: number;
  hour12?: number;
  afternoon?: number;
  minute?: number;
  second?: number;
  nanoseconds?: number;
  unix?: number;
}

type Take = (text: string, parts: Parts) => boolean;
interface Directive {
  readonly pattern: RegExp;
  readonly take: Take;
}

const number = (pattern: RegExp, min: number, max: number, set: (parts: Parts, value: number) => void): Directive => ({
  pattern,
  take: (text, parts) => {
    const value = Number(text);
    if (value < min || value > max) return false;
    set(parts, value);
    return true;
  },
});
const word = (words: readonly string[], set: (parts: Parts, index: number) => void): Directive => ({
  pattern: new RegExp([...words, ...words.map((name) => name.slice(0, 3))].join("|"), "iy"),
  take: (text, parts) => {
    set(
      parts,
      words.findIndex((name) => name.toLowerCase().startsWith(text.slice(0, 3).toLowerCase())),
    );
    return true;
  },
});
const nothing = (): void => undefined;
const two = /\d{1,2}/y;
const month = word(months, (parts, i) => (parts.month = i + 1));
const weekday = word(days, nothing);
const day = number(/ ?\d{1,2}/y, 1, 31, (parts, value) => (parts.day = value));

const elements: Readonly<Record<string, Directive>> = {
  a: weekday,
  A: weekday,
  b: month,
  B: month,
  h: month,
  C: number(two, 0, 99, (parts, value) => (parts.century = value)),
  d: number(two, 1, 31, (parts, value) => (parts.day = value)),
  e: day,
  f: {
    pattern: /\d{1,9}/y,
    take: (text, parts) => {
      parts.nanoseconds = Number(text.padEnd(9, "0"));
      return true;
    },
  },
  H: number(two, 0, 23, (parts, value) => (parts.hour = value)),
  I: number(two, 1, 12, (parts, value) => (parts.hour12 = value % 12)),
  j: number(/\d{1,3}/y, 1, 366, (parts, value) => (parts.dayOfYear = value)),
  m: number(two, 1, 12, (parts, value) => (parts.month = value)),
  M: number(two, 0, 59, (parts, value) => (parts.minute = value)),
  p: { pattern: /[ap]m/iy, take: (text, parts) => ((parts.afternoon = /^p/i.test(text) ? 1 : 0), true) },
  S: number(two, 0, 60, (parts, value) => (parts.second = value)),
  s: number(/\d{1,11}/y, 1, 0xffff_ffff, (parts, value) => (parts.unix = value)),
  u: number(/\d/y, 1, 7, nothing),
  U: number(two, 0, 53, nothing),
  V: number(two, 1, 53, nothing),
  w: number(/\d/y, 0, 6, nothing),
  W: number(two, 0, 53, nothing),
  y: number(two, 0, 99, (parts, value) => (parts.year = value <= 68 ? 2000 + value : 1900 + value)),
  Y: number(/\d{1,4}/y, 0, 9999, (parts, value) => (parts.year = value)),
};

/** Directives that stand for others. */
const composed: Readonly<Record<string, string>> = {
  c: "%a %b %e %H:%M:%S %Y",
  D: "%m/%d/%y",
  F: "%Y-%m-%d",
  r: "%I:%M:%S %p",
  R: "%H:%M",
  T: "%H:%M:%S",
  x: "%m/%d/%y",
  X: "%H:%M:%S",
  n: "\n",
  t: "\t",
};

const expand = (format: string): string =>
  format.replace(/%(.)/gs, (directive, letter: string) => composed[letter] ?? directive);
const directivesOf = (format: string): string[] =>
  [...expand(format).matchAll(/%(.?)/gs)].map(([, letter = ""]) => letter);

/** What is wrong with a format, or undefined. `yearGiven`: the year is told beside the format. */
export function timeFormatProblem(format: string, yearGiven = false): string | undefined {
  const shown = JSON.stringify(format);
  const used = directivesOf(format);
  if (used.length === 0)
    return `time format must hold directives of strptime such as "%Y-%m-%d %H:%M:%S", got ${shown}`;
  const unknown = used.find((letter) => letter !== "%" && elements[letter] === undefined);
  if (unknown === "z" || unknown === "Z") {
    return `time format ${shown}: %${unknown} is not read by Logtail; end the format before the time zone, and give timeZone`;
  }
  if (unknown === "") return `time format ${shown} ends with a lone %; write %% for a percent sign`;
  if (unknown !== undefined) {
    const known = [...Object.keys(elements), ...Object.keys(composed)].sort((a, b) => a.localeCompare(b, "en"));
    return `time format ${shown}: %${unknown} is no directive of strptime; there are: ${known.map((one) => `%${one}`).join(" ")} %%`;
  }
  const has = (...letters: string[]): boolean => letters.some((letter) => used.includes(letter));
  if (has("s")) return undefined;
  if (!has("j") && !(has("m", "b", "B", "h") && has("d", "e"))) {
    return `time format ${shown} tells no day; it needs a day and a month, such as %m and %d, or %s`;
  }
  if (!has("Y", "y") && !yearGiven) {
    return `time format ${shown} tells no year; add %Y, or give the year beside it`;
  }
  return undefined;
}

/** The time at the beginning of a text; a misfit tells which directive did not fit, and where. */
export function parseTime(text: string, format: string, options: TimeOptions): ParsedTime | LogMisfit {
  const parts: Parts = {};
  const expanded = expand(format);
  let at = 0;
  for (let i = 0; i < expanded.length; i++) {
    const char = expanded[i] ?? "";
    if (/\s/.test(char)) {
      while (/\s/.test(text[at] ?? "")) at++;
    } else if (char !== "%" || expanded[i + 1] === "%") {
      if (text[at] !== char) return misfit(`does not match ${JSON.stringify(char)} of the time format here`, at);
      at++;
      if (char === "%") i++;
    } else {
      const letter = expanded[++i] ?? "";
      const taken = takeElement(letter, text, at, parts);
      if (taken === undefined) return misfit(`does not match %${letter} of the time format here`, at);
      at += taken;
    }
  }
  return timeOf(parts, options);
}

function takeElement(letter: string, text: string, at: number, parts: Parts): number | undefined {
  const element = elements[letter];
  if (element === undefined) return undefined;
  element.pattern.lastIndex = at;
  const found = element.pattern.exec(text)?.[0];
  return found !== undefined && element.take(found, parts) ? found.length : undefined;
}

function timeOf(parts: Parts, { offsetMinutes, year }: TimeOptions): ParsedTime | LogMisfit {
  const nanoseconds = parts.nanoseconds ?? 0;
  if (parts.unix !== undefined) return { ok: true, seconds: parts.unix, nanoseconds };
  const inCentury = (parts.year ?? year ?? 1970) % 100;
  const fullYear = parts.century === undefined ? (parts.year ?? year ?? 1970) : parts.century * 100 + inCentury;
  const hour = parts.hour ?? (parts.hour12 ?? 0) + 12 * (parts.afternoon ?? 0);
  const monthIndex = parts.dayOfYear === undefined ? (parts.month ?? 1) - 1 : 0;
  const dayOfMonth = parts.dayOfYear ?? parts.day ?? 1;
  const time = new Date(0);
  time.setUTCFullYear(fullYear, monthIndex, dayOfMonth);
  if (parts.dayOfYear === undefined && time.getUTCDate() !== dayOfMonth) {
    return misfit(`has a day that the month has not`, 0);
  }
  if (time.getUTCFullYear() !== fullYear) return misfit(`has a day that the year has not`, 0);
  time.setUTCHours(hour, parts.minute ?? 0, parts.second ?? 0);
  return { ok: true, seconds: time.getTime() / 1000 - offsetMinutes * 60, nanoseconds };
}

/** `GMT+08:00` -> 480; undefined where it is no such zone. */
export function timeZoneMinutes(zone: string): number | undefined {
  const match = /^GMT([+-])(0\d|1[0-4]):([0-5]\d)$/.exec(zone);
  if (match === null) return undefined;
  return (match[1] === "-" ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3]));
}

export function timeZoneProblem(zone: string): string | undefined {
  if (timeZoneMinutes(zone) !== undefined) return undefined;
  return `timeZone must be written as GMT+HH:MM or GMT-HH:MM, got ${JSON.stringify(zone)}; China is "GMT+08:00"`;
}
