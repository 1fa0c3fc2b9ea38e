import { readStructuredData } from "./structured-data";
import type { SyslogMessage } from "./syslog-message";
import { readPriority } from "./syslog-priority";
import { readRfc3339 } from "./syslog-time";

const space = 0x20;

/**
 * `<PRI>1 TIMESTAMP HOSTNAME APP-NAME PROCID MSGID STRUCTURED-DATA [MSG]`; undefined for a line that does not fit. Names
 * may be longer than the RFC allows, and hold bytes that are not ASCII. The byte order mark before the message is not part
 * of it (docs/decisions/0005-msg-leading-space.md).
 */
export function parseRfc5424(line: Buffer): SyslogMessage | undefined {
  const priority = readPriority(line);
  if (priority === undefined || !isRfc5424(line, priority.end)) return undefined;
  const ends: number[] = [];
  let start = priority.end + 2;
  for (let i = 0; i < 5; i++) {
    const end = line.indexOf(space, start);
    if (end <= start) return undefined;
    ends.push(end);
    start = end + 1;
  }
  const [timeEnd, hostEnd, appEnd, procEnd, msgidEnd] = ends as [number, number, number, number, number];
  const timeText = line.toString("latin1", priority.end + 2, timeEnd);
  const time = timeText === "-" ? undefined : readRfc3339(timeText);
  const data = readStructuredData(line, start);
  if ((time === undefined && timeText !== "-") || data === undefined) return undefined;
  if (data.end < line.length && line[data.end] !== space) return undefined;
  return {
    protocol: 1,
    priority: priority.value,
    time,
    hostname: field(line, timeEnd, hostEnd),
    appName: field(line, hostEnd, appEnd),
    procid: field(line, appEnd, procEnd),
    msgid: field(line, procEnd, msgidEnd),
    structuredData: data.elements,
    msg: withoutMark(line.subarray(Math.min(data.end + 1, line.length))),
  };
}

/** Whether a version 1 stands after the priority. */
export const isRfc5424 = (line: Buffer, at: number): boolean => line[at] === 0x31 && line[at + 1] === space;

/** Between the space at `before` and the one at `end`; undefined for `-`. */
function field(line: Buffer, before: number, end: number): Buffer | undefined {
  const value = line.subarray(before + 1, end);
  return value.length === 1 && value[0] === 0x2d ? undefined : value;
}

const withoutMark = (msg: Buffer): Buffer =>
  msg[0] === 0xef && msg[1] === 0xbb && msg[2] === 0xbf ? msg.subarray(3) : msg;
