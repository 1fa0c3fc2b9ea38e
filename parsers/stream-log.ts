/**
 * Logtail's stream-log line, as rsyslog writes it with the template of docs/agent.md:
 * `$version $tag $unixtime $ip [$field1 … $fieldN] $msg`, one space between fields; only `msg` may hold spaces.
 * Source: SLS "Collect logs by syslog"; what rsyslog 8.2302 really sends is in test/parsers/golden/.
 * Works on bytes: a value that is not UTF-8 comes out as it went in.
 */
import { isIP } from "node:net";
import type { LogContent } from "../sls/model/log";
import { readStructuredData } from "./structured-data";
import { addStructured } from "./syslog-message";

/** The fields between `ip` and `msg`, by the line's version. */
export interface StreamLogFormat {
  readonly version: string;
  readonly fields: readonly string[];
  /** Parts of a second after the time, and structured data of RFC 5424 before `msg`: `-`, or elements with spaces in them. @default false */
  readonly extended?: boolean;
}

const rsyslogFields = ["hostname", "pri-text", "protocol-version", "app-name", "procid", "msgid"];

/**
 * Versions that begin with `0.` or `1.` are Logtail's own; 0.1 is the one of the rsyslog template. 0.1+sd is ours: 0.1 with
 * what rsyslog else knows of a message, as images/rsyslog makes it write.
 */
export const builtInStreamLogFormats: readonly StreamLogFormat[] = [
  { version: "0.1", fields: rsyslogFields },
  { version: "0.1+sd", fields: rsyslogFields, extended: true },
];

/** Why a line does not fit, in the order in which it is looked at. */
export type StreamLogProblem =
  "unknownVersion" | "noTag" | "badTime" | "badAddress" | "tooFewFields" | "badStructuredData";

export interface StreamLogFields {
  readonly ok: true;
  readonly version: string;
  /** Selects the Logtail config; not stored. */
  readonly tag: string;
  /** Unix seconds. */
  readonly time: number;
  /** Where the line tells parts of a second. */
  readonly timeNs?: number;
  readonly ip: string;
  /** The format's fields in order, a field for each parameter of structured data, then `msg`; slices of the line, not copies. */
  readonly contents: readonly LogContent[];
}

export interface StreamLogMisfit {
  readonly ok: false;
  readonly problem: StreamLogProblem;
  /** Where the line came as far as its tag. */
  readonly tag?: string;
}

const space = 0x20;
const maxUnixTime = 0xffff_ffff;

/** Takes a line (without its LF) apart, or says why it does not fit. */
export function parseStreamLog(
  line: Buffer,
  formats: readonly StreamLogFormat[] = builtInStreamLogFormats,
): StreamLogFields | StreamLogMisfit {
  const versionEnd = line.indexOf(space);
  const format = versionEnd > 0 ? findFormat(line, versionEnd, formats) : undefined;
  if (format === undefined) return { ok: false, problem: "unknownVersion" };

  const tagEnd = line.indexOf(space, versionEnd + 1);
  if (tagEnd <= versionEnd + 1) return { ok: false, problem: "noTag" };
  const tag = line.toString("utf8", versionEnd + 1, tagEnd);

  const timeEnd = line.indexOf(space, tagEnd + 1);
  const point = format.extended ? line.subarray(0, Math.max(timeEnd, 0)).indexOf(0x2e, tagEnd + 1) : -1;
  const time = unixTime(line, tagEnd + 1, point < 0 ? timeEnd : point);
  const timeNs = point < 0 ? undefined : fraction(line, point + 1, timeEnd);
  if (time === undefined || (point >= 0 && timeNs === undefined)) return { ok: false, problem: "badTime", tag };

  const ipEnd = line.indexOf(space, timeEnd + 1);
  const ip = ipEnd < 0 ? "" : line.toString("latin1", timeEnd + 1, ipEnd);
  if (isIP(ip) === 0) return { ok: false, problem: "badAddress", tag };

  const contents: LogContent[] = [];
  let protocol: Buffer | undefined;
  let start = ipEnd + 1;
  for (const name of format.fields) {
    const end = line.indexOf(space, start);
    if (end < 0) return { ok: false, problem: "tooFewFields", tag };
    const value = line.subarray(start, end);
    if (name === "protocol-version") protocol = value;
    contents.push([name, value]);
    start = end + 1;
  }
  if (format.extended) {
    const data = readStructuredData(line, start);
    if (data === undefined || line[data.end] !== space) return { ok: false, problem: "badStructuredData", tag };
    addStructured(contents, data.elements);
    start = data.end + 1;
  }
  contents.push(["msg", messageText(line.subarray(start), protocol)]);
  const parts = timeNs === undefined ? {} : { timeNs };
  return { ok: true, version: format.version, tag, time, ...parts, ip, contents };
}

function findFormat(line: Buffer, end: number, formats: readonly StreamLogFormat[]): StreamLogFormat | undefined {
  const version = line.toString("latin1", 0, end);
  return formats.find((format) => format.version === version);
}

/** Digits only, within 32 bits; undefined otherwise. */
function unixTime(line: Buffer, start: number, end: number): number | undefined {
  if (end <= start || end - start > 10) return undefined;
  let seconds = 0;
  for (let i = start; i < end; i++) {
    const digit = (line[i] as number) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    seconds = seconds * 10 + digit;
  }
  return seconds > 0 && seconds <= maxUnixTime ? seconds : undefined;
}

/** One to nine digits as nanoseconds; undefined otherwise. */
function fraction(line: Buffer, start: number, end: number): number | undefined {
  const digits = line.toString("latin1", start, end);
  return /^\d{1,9}$/.test(digits) ? Number(digits.padEnd(9, "0")) : undefined;
}

const isDigit = (field: Buffer | undefined, digit: string): boolean =>
  field !== undefined && field.length === 1 && field[0] === digit.charCodeAt(0);

/**
 * What the program wrote, without what the protocol put before it (docs/decisions/0005-msg-leading-space.md):
 * RFC 3164 (`protocol-version` 0) leaves the space after `app:` in `%msg%`, RFC 5424 (1) may put a byte order mark.
 */
function messageText(rest: Buffer, protocol: Buffer | undefined): Buffer {
  if (isDigit(protocol, "1")) return hasByteOrderMark(rest) ? rest.subarray(3) : rest;
  return isDigit(protocol, "0") && rest[0] === space ? rest.subarray(1) : rest;
}

const hasByteOrderMark = (bytes: Buffer): boolean => bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
