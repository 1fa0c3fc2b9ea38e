import { describe, expect, it } from "vitest";
import { parseTime, timeFormatProblem, timeZoneProblem } from "../../parsers";
import fc from "../support/property";

const utc = { offsetMinutes: 0 };
const iso = (text: string, format: string, options: { offsetMinutes: number; year?: number } = utc): string => {
  const time = parseTime(text, format, options);
  return time.ok ? new Date(time.seconds * 1000).toISOString() : `${time.problem} at ${time.at}`;
};

describe("a time", () => {
  it.each([
    ["2026-07-08 10:43:30", "%Y-%m-%d %H:%M:%S", "2026-07-08T10:43:30.000Z"],
    ["07/Jul/2026:10:43:30 +0800", "%d/%b/%Y:%H:%M:%S", "2026-07-07T10:43:30.000Z"],
    ["Tue Nov  3 14:12:58 2026", "%c", "2026-11-03T14:12:58.000Z"],
    ["08/02/69 11:59:59 pm", "%D %r", "1969-08-02T23:59:59.000Z"],
    ["12:05:00 AM, March 1st 2026", "%r, %B %dst %Y", "2026-03-01T00:05:00.000Z"],
    ["2026 060", "%Y %j", "2026-03-01T00:00:00.000Z"],
    ["1476187251", "%s", "2016-10-11T12:00:51.000Z"],
    ["100% 2026-01-01", "100%% %F", "2026-01-01T00:00:00.000Z"],
  ])("%s by %s", (text, format, expected) => {
    expect(iso(text, format)).toBe(expected);
  });

  it("is moved by its time zone, and has the year that was given", () => {
    expect(iso("07-08 00:30:00", "%m-%d %H:%M:%S", { offsetMinutes: 480, year: 2026 })).toBe(
      "2026-07-07T16:30:00.000Z",
    );
  });

  it("may have a fraction of a second", () => {
    expect(parseTime("1700000000.25", "%s.%f", utc)).toEqual({
      ok: true,
      seconds: 1700000000,
      nanoseconds: 250_000_000,
    });
  });

  it.each([
    ["2026-13-08", "%Y-%m-%d", "does not match %m of the time format here at 5"],
    ["2026/07/08", "%Y-%m-%d", 'does not match "-" of the time format here at 4'],
    ["2026-02-30", "%Y-%m-%d", "has a day that the month has not at 0"],
    ["2026 366", "%Y %j", "has a day that the year has not at 0"],
    ["", "%Y", "does not match %Y of the time format here at 0"],
  ])("that does not fit is told where: %s by %s", (text, format, expected) => {
    expect(iso(text, format)).toBe(expected);
  });

  it("comes back from every way to write it", () => {
    const date = fc.date({
      min: new Date("1970-01-01T00:00:01Z"),
      max: new Date("9999-12-31T00:00:00Z"),
      noInvalidDate: true,
    });
    const ways: [string, (d: Date) => string][] = [
      ["%FT%T", (d) => d.toISOString()],
      ["%a, %d %b %Y %H:%M:%S", (d) => d.toUTCString()],
      [
        "%d.%m.%Y %I:%M:%S %p",
        (d) =>
          d
            .toLocaleString("en-GB", {
              timeZone: "UTC",
              hour12: true,
              day: "2-digit",
              month: "2-digit",
              year: "numeric",
              hour: "2-digit",
              minute: "2-digit",
              second: "2-digit",
            })
            .replaceAll("/", ".")
            .replace(",", "")
            .replace(/ 00:/, " 12:"),
      ],
    ];
    fc.assert(
      fc.property(date, fc.constantFrom(...ways), (when, [format, write]) => {
        const time = parseTime(write(when), format, utc);
        expect(time.ok && time.seconds).toBe(Math.floor(when.getTime() / 1000));
      }),
    );
  });
});

describe("a time format that cannot be", () => {
  it.each([
    ["yyyy-MM-dd", 'time format must hold directives of strptime such as "%Y-%m-%d %H:%M:%S", got "yyyy-MM-dd"'],
    ["%H:%M", 'time format "%H:%M" tells no day; it needs a day and a month, such as %m and %d, or %s'],
    ["%m-%d", 'time format "%m-%d" tells no year; add %Y, or give the year beside it'],
    [
      "%FT%T%z",
      'time format "%FT%T%z": %z is not read by Logtail; end the format before the time zone, and give timeZone',
    ],
    ["%F %", 'time format "%F %" ends with a lone %; write %% for a percent sign'],
    [
      "%F %Q",
      'time format "%F %Q": %Q is no directive of strptime; there are: %a %A %b %B %c %C %d %D %e %f %F %h %H %I %j %m %M %n %p %r %R %s %S %t %T %u %U %V %w %W %x %X %y %Y %%',
    ],
  ])("%s", (format, problem) => {
    expect(timeFormatProblem(format)).toBe(problem);
  });

  it("unless the year is told otherwise", () => {
    expect(timeFormatProblem("%b %e %T", true)).toBeUndefined();
  });

  it("has a time zone that is none", () => {
    expect(timeZoneProblem("Asia/Shanghai")).toBe(
      'timeZone must be written as GMT+HH:MM or GMT-HH:MM, got "Asia/Shanghai"; China is "GMT+08:00"',
    );
  });
});
