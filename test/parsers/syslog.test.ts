/** Each file of syslog/: a line (bytes outside ASCII as \xNN), `---`, the fields that it becomes. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseRfc3164, parseRfc5424, syslogContents, type SyslogMessage } from "../../parsers";
import { maxNameBytes, maxParams } from "../../parsers/structured-data";
import fc from "../support/property";
import { cpuMs } from "../support/cpu-time";

const golden = join(__dirname, "syslog");
const now = new Date(2026, 10, 21, 9, 0, 0);

const toBytes = (text: string): Buffer =>
  Buffer.from(
    text.replace(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    "latin1",
  );
const toText = (bytes: string | Uint8Array): string =>
  Buffer.from(bytes)
    .toString("latin1")
    .replace(/[^\x20-\x7e]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`);

const parse = (line: Buffer): SyslogMessage | undefined => parseRfc5424(line) ?? parseRfc3164(line, now);

function timeOf({ time }: SyslogMessage): string {
  if (time === undefined) return "none";
  // RFC 3164 tells no zone: shown as the clock on the wall here, so that the case holds in each zone.
  const { seconds, nanoseconds } = time;
  const fraction = nanoseconds === undefined ? "" : ` and ${nanoseconds} ns`;
  return `${seconds}${fraction}`;
}

function told(message: SyslogMessage | undefined): string {
  if (message === undefined) return "misfit";
  const local = (seconds: number): string =>
    new Date(seconds * 1000 - new Date(seconds * 1000).getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
  const time =
    message.protocol === 0 && message.time !== undefined
      ? `wall clock ${local(message.time.seconds)}`
      : `time ${timeOf(message)}`;
  return [time, ...syslogContents(message).map(([key, value]) => `${key} ${toText(value)}`)].join("\n");
}

describe("a syslog line", () => {
  for (const name of readdirSync(golden)) {
    it(`is taken apart: ${name.replace(/\.txt$/, "").replaceAll("-", " ")}`, () => {
      const [line = "", expected = ""] = readFileSync(join(golden, name), "utf8").split("\n---\n");
      expect(told(parse(toBytes(line)))).toBe(expected.replace(/\n$/, ""));
    });
  }

  it("of RFC 3164 may have the time that rsyslog forwards, with its zone", () => {
    const line = Buffer.from("<13>2026-11-21T06:55:43.054068+01:00 web-1 app[9]:  two spaces");
    const message = parseRfc3164(line, now);
    expect(message?.time).toEqual({ seconds: Date.UTC(2026, 10, 21, 5, 55, 43) / 1000, nanoseconds: 54_068_000 });
    expect(Object.fromEntries(syslogContents(message as SyslogMessage))).toMatchObject({
      hostname: Buffer.from("web-1"),
      msg: Buffer.from(" two spaces"),
    });
  });

  const yearOf = (stamp: string, at: Date): number | undefined => {
    const time = parseRfc3164(Buffer.from(`<13>${stamp} h a: m`), at)?.time;
    return time && new Date(time.seconds * 1000).getFullYear();
  };

  it.each([
    ["Nov 21 08:59:59", now, 2026],
    ["Nov 22 08:59:59", now, 2026],
    ["Nov 23 09:00:01", now, 2025],
    ["Jan  1 00:00:00", now, 2026],
    ["Dec 31 23:59:59", new Date(2027, 0, 1), 2026],
    ["Jan  1 00:00:01", new Date(2026, 11, 31, 23, 59, 59), 2027],
    ["Feb 29 12:00:00", new Date(2028, 2, 1), 2028],
    ["Feb 29 12:00:00", new Date(2029, 1, 1), 2028],
    ["Feb 29 12:00:00", new Date(2030, 2, 1), undefined],
  ])("without a year is of the last one that is not ahead by more than a day: %s at %s is of %s", (stamp, at, year) => {
    expect(yearOf(stamp, at)).toBe(year);
  });

  const withParams = (params: string[], id = "x"): SyslogMessage | undefined =>
    parseRfc5424(Buffer.from(`<13>1 - h a p m [${id}${params.join("")}] hi`));

  it("is not the longer in work the more often a name of its structured data comes", () => {
    const message = withParams(Array.from({ length: maxParams }, () => ' b=""')) as SyslogMessage;
    const took = cpuMs(() => {
      for (let i = 0; i < 20; i++) syslogContents(message);
    });
    // Some 20 ms; each name compared with all before it takes seconds.
    expect(took).toBeLessThan(500);
    expect(syslogContents(message).at(-2)?.[0]).toBe(`x.b.${maxParams}`);
  });

  it("with more structured data than anyone means does not fit, for its names would become many times the line", () => {
    expect(withParams(Array.from({ length: maxParams + 1 }, () => ' b=""'))).toBeUndefined();
    expect(withParams([' b=""'], "x".repeat(maxNameBytes))?.structuredData).toHaveLength(1);
    expect(withParams([' b=""'], "x".repeat(maxNameBytes + 1))).toBeUndefined();
    expect(withParams([` ${"b".repeat(maxNameBytes + 1)}=""`])).toBeUndefined();
    expect(parseRfc5424(Buffer.from(`<13>1 - h a p m ${"[x]".repeat(maxParams + 1)} hi`))).toBeUndefined();
  });

  it("of any bytes never throws, and what is stored as msg ends the line", () => {
    const part = fc.constantFrom(
      "<13>",
      "<191>",
      "<0>",
      "1 ",
      "- ",
      "-",
      "Oct 11 22:14:15 ",
      "Oct 11 2023 22:14:15: ",
      "2026-11-21T06:55:43.054068Z ",
      "host ",
      "app",
      "[1]",
      "[",
      "]",
      ":",
      " ",
      '"',
      "\\",
      'a@1 k="v"',
      '[a@1 k="\\]"]',
      "\u{feff}",
      "ä",
    );
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 60 }).map((b) => Buffer.from(b)),
      fc.array(part, { maxLength: 14 }).map((parts) => Buffer.from(parts.join(""))),
      fc.array(part, { maxLength: 14 }).map((parts) => Buffer.from(`<13>1 - h a - - ${parts.join("")}`)),
    );
    fc.assert(
      fc.property(bytes, (line) => {
        const message = parse(line);
        if (message === undefined) return;
        const { msg } = message;
        expect(line.subarray(line.length - msg.length).equals(msg)).toBe(true);
        expect(
          syslogContents(message)
            .map(([key]) => key)
            .filter((key, i, all) => all.indexOf(key) !== i),
        ).toEqual([]);
      }),
      { numRuns: 5000 },
    );
  });

  it("gives back structured data as it was put in", () => {
    const name = fc.stringMatching(/^[!#-<>-\\^-~]{1,12}$/);
    const element = fc.record({
      id: name,
      params: fc.array(fc.tuple(name, fc.string({ unit: "binary" })), { maxLength: 4 }),
    });
    fc.assert(
      fc.property(fc.array(element, { minLength: 1, maxLength: 3 }), fc.string({ unit: "binary" }), (elements, msg) => {
        const data = elements.map(
          ({ id, params }) =>
            `[${id}${params.map(([key, value]) => ` ${key}="${value.replace(/["\\\]]/g, "\\$&")}"`).join("")}]`,
        );
        const message = parseRfc5424(Buffer.from(`<13>1 - - - - - ${data.join("")} x${msg}`));
        const back = message?.structuredData.map(({ id, params }) => ({
          id,
          params: params.map(([key, value]) => [key, value.toString()]),
        }));
        expect(back).toEqual(elements);
        expect(message?.msg.toString()).toBe(`x${msg}`);
      }),
    );
  });
});
