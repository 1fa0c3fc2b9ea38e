/** The fast path of syslog lines against the parsers: what it stores is what these and the encoder give, byte for byte. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { addFastSyslog } from "../../../../agent/inputs/syslog/fast-syslog";
import { isRfc5424, parseRfc3164, parseRfc5424, readPriority, syslogContents } from "../../../../parsers";
import { encodeLogGroup } from "../../../../sls/wire";
import fc from "../../../support/property";
import { laneTo } from "../../support/lane";

const now = new Date(2026, 10, 21, 9, 0, 0);
let stored: Buffer | undefined;
const lane = laneTo((_, bytes) => (stored = bytes));

/** What the fast path stores; undefined where it leaves the line to the parsers. `own`: the host name of lines that have none. */
function fast(alone: Buffer, own: string | undefined, after = " ]: \n<30>1 \ufeff"): Buffer | undefined {
  // As in a chunk: what stands before and after must not matter.
  const line = Buffer.concat([Buffer.from("<3>1 - "), alone, Buffer.from(after)]);
  stored = undefined;
  const taken = addFastSyslog(line, 7, 7 + alone.length, lane, {
    now: () => now,
    hostname: own === undefined ? undefined : () => own,
  });
  expect(stored === undefined).toBe(!taken);
  return stored;
}

function careful(line: Buffer, own: string | undefined): Buffer | undefined {
  const end = readPriority(line)?.end;
  if (end === undefined) return undefined;
  const message = isRfc5424(line, end) ? parseRfc5424(line) : parseRfc3164(line, now);
  if (message === undefined) return undefined;
  const hostname = message.hostname ?? (own === undefined ? undefined : Buffer.from(own));
  const { seconds: time, nanoseconds } = message.time ?? { seconds: now.getTime() / 1000 };
  const timeNs = nanoseconds === undefined ? {} : { timeNs: nanoseconds };
  return encodeLogGroup({ logs: [{ time, ...timeNs, contents: syslogContents({ ...message, hostname }) }] });
}

/** Both give the same, or the fast path nothing; from this machine and from another. Returns whether it took the line. */
function agree(line: Buffer): boolean {
  const taken = ["", undefined, "this-machine"].map((own) => {
    const got = fast(line, own);
    const wanted = got === undefined ? undefined : careful(line, own);
    if (got !== undefined && wanted?.equals(got) !== true)
      expect({ line, stored: got }).toEqual({ line, stored: wanted });
    return got !== undefined;
  });
  expect(new Set(taken).size).toBe(1);
  return taken[0] as boolean;
}

const usual = [
  "<30>Nov 21 09:00:00 web-1 app-2[1002]: GET /api/v1/tasks/7919 status=200",
  "<13>Nov  1 23:59:60 vm kernel: [12.5] usb 1-1: new device",
  "<191>Feb 28 00:00:00 10.0.0.7 postfix/smtp[77]:  two spaces",
  "<0>Jan  1 00:00:00 h app",
  "<86>Dec 31 23:59:59 fe80::1 sshd[1]: Accepted",
  "<13>2026-11-21T06:55:43.054068+01:00 web-1 app[9]: text",
  "<165>1 2026-11-21T06:55:43.003Z web-1 app 9 ID47 - text",
  "<165>1 2026-11-21T06:55:43-23:59 web-1 app - - - \ufefftext",
  "<14>1 1970-01-01T00:00:01Z h a p m -",
  "<14>1 2024-02-29T12:00:00.123456789+00:00 h a p m - ",
  "<30>Nov 21 09:00:00 app: no host",
  "<30>Nov 21 09:00:00 app[1]: no host",
  "<30>Nov 21 09:00:00 app",
  "<30>Nov 21 09:00:00 ",
  '<30>Nov 21 09:00:00 h {"no": "tag"}',
  "<30>Nov 21 09:00:00 h [main] no tag",
  "<30>Nov 21 09:00:00 [fe80::1] app: host in brackets",
  "<30>Nov 21 09:00:00.5 h app: parts",
  "<30>Nov 21 09:00:00: h app: colon",
  "<189>Nov 21 09:00:00.123456789: %SYS-5-CONFIG_I: both, and no host",
  "<30>2026-11-21T06:55:43Z app[1]: no host",
  "<30>systemd[1]: no time",
  "<30>app: no time",
  "<30>Nov: no time",
  "<30>Nov[21]:09:00:00 no time",
  "<30>1 - h a p m - no time",
  "<30>1 2026-11-21T06:55:43Z - a p m - no host",
  "<13>1 - - - - - -",
  '<30>1 2026-11-21T06:55:43Z h a p m [x@1 k="v"] data',
  '<30>1 2026-11-21T06:55:43Z h a p m [x@1 k="v"]',
  '<30>1 2026-11-21T06:55:43Z h a p m [a@1 k="v" l=""][origin ip="1" ip="2" ip="3"][a@1 k="w"] \ufeffdata',
  '<30>1 - h a p m [x@1][x@1 v="a \\"b\\" \\\\ [c\\] \\n"][x@1] escapes',
  '<30>1 - h a p m [o ip="1" ip.2="2" ip="3" ip.2="4" ip="5"] numbers that are there',
  `<30>1 - h a p m [o${' ip="x"'.repeat(32)}] a name many times`,
];
const odd = [
  "<30>Nov 21 2026 09:00:00 h app: year",
  "<30>Nov 32 09:00:00 h app: day",
  "<30>1 2026-02-30T06:55:43Z h a p m - day",
  "<192>1 2026-11-21T06:55:43Z h a p m - priority",
  "<30>1 2026-11-21T06:55:43.1234567890Z h a p m - digits",
  '<30>1 - h a p m [x@1 k="v"]data',
  '<30>1 - h a p m [x@1 k="v\\"] data',
  '<30>1 - h a p m [x@1 k="v" ] data',
  "<30>1 - h a p m [msg] a field's name",
  `<30>1 - h a p m [o${' ip="x"'.repeat(33)}] too many`,
  `<30>1 - h a p m [${"o".repeat(125)} ip="x"] long`,
  `<30>1 - h a p m [${"o".repeat(124)} i="x" i="y"] long with its number`,
  "<30>7: no time",
  "<30>no tag",
  "<30>",
  "<>Nov 21 09:00:00 h app: no priority",
  "<0001>Nov 21 09:00:00 h app: long priority",
];

const piece = fc.constantFrom(
  ...'<>[]:.-+TZ 019"=\\\n\0'.split(""),
  "\ufeff",
  "\u00e9",
  "Nov",
  "2026-11-21T06:55:43.5Z",
  " - ",
  "1 ",
  "  ",
  "a[7]: ",
  '\\"',
  '" ip="',
  '"][o',
  "[msg]",
  "[x@1]",
);

describe("the fast path of a syslog line", () => {
  it("takes the usual shapes of RFC 3164 and RFC 5424", () => {
    for (const line of usual) expect([line, agree(Buffer.from(line))]).toEqual([line, true]);
  });

  it("leaves the odd ones to the parsers", () => {
    for (const line of odd) expect([line, agree(Buffer.from(line))]).toEqual([line, false]);
  });

  it("stores exactly what the parsers give wherever a line is cut, and looks at nothing behind", () => {
    for (const line of [...usual, ...odd]) {
      for (let at = 0; at < line.length; at++) {
        const cut = Buffer.from(line.slice(0, at));
        agree(cut);
        const alone = fast(cut, undefined);
        for (const after of [line.slice(at), ": x", " x", "- x", '"] x', "] x"]) {
          expect([line, at, fast(cut, undefined, after)]).toEqual([line, at, alone]);
        }
      }
    }
  });

  it("stores what the parsers give for each golden line that it takes", () => {
    const golden = join(__dirname, "..", "..", "..", "parsers", "syslog");
    let taken = 0;
    for (const name of readdirSync(golden)) {
      const [line = ""] = readFileSync(join(golden, name), "utf8").split("\n---\n");
      if (agree(Buffer.from(line))) taken++;
    }
    expect(taken).toBeGreaterThan(3);
  });

  it("stores exactly what the parsers give, whatever becomes of a usual line", () => {
    const edit = fc.record({ at: fc.nat(100), cut: fc.nat(4), put: fc.oneof(fc.constant(""), piece) });
    const line = fc
      .tuple(fc.constantFrom(...usual, ...odd), fc.array(edit, { maxLength: 3 }))
      .map(([text, edits]) =>
        Buffer.from(edits.reduce((now, { at, cut, put }) => now.slice(0, at) + put + now.slice(at + cut), text)),
      );
    let taken = 0;
    let left = 0;
    fc.assert(
      fc.property(line, (bytes) => {
        if (agree(bytes)) taken++;
        else if (careful(bytes, undefined) !== undefined) left++;
      }),
      { numRuns: 6_000 },
    );
    expect(taken).toBeGreaterThan(1_000);
    expect(left).toBeLessThan(taken);
  });

  it("stores exactly what the parsers give for lines of any parts and bytes", () => {
    const word = fc.oneof(
      fc.constantFrom("-", "web-1", "app:", "app[7]:", "[", "a]b"),
      fc.stringMatching(/^[!-~]{0,9}$/),
    );
    const time = fc.oneof(
      fc.constantFrom("Nov 21 09:00:00", "Feb 30 09:00:00", "-", "2026-11-21T06:55:43Z"),
      fc
        .tuple(
          fc.nat(13),
          fc.nat(32),
          fc.nat(25),
          fc.nat(61),
          fc.nat(61),
          fc.nat(999_999),
          fc.constantFrom("Z", "+01:00", "-99:99", ""),
        )
        .map(([month, day, hour, minute, second, part, zone]) => {
          const two = (n: number): string => String(n).padStart(2, "0");
          return `2026-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}.${part}${zone}`;
        }),
    );
    const line = fc
      .tuple(
        fc.nat(200),
        fc.constantFrom("", "1 "),
        time,
        fc.array(word, { minLength: 2, maxLength: 5 }),
        fc.constantFrom("", " - ", " -"),
        fc.uint8Array({ maxLength: 200 }),
      )
      .map(([priority, version, stamp, words, data, rest]) =>
        Buffer.concat([Buffer.from(`<${priority}>${version}${[stamp, ...words].join(" ")}${data}`), Buffer.from(rest)]),
      );
    let taken = 0;
    fc.assert(
      fc.property(line, (bytes) => {
        if (agree(bytes)) taken++;
      }),
      { numRuns: 5_000 },
    );
    expect(taken).toBeGreaterThan(500);
  });

  it("stores exactly what the parsers give for structured data, and takes each line with up to 32 parameters", () => {
    // Few names, so that they come again, with numbers and without.
    const id = fc.constantFrom("o", "o.ip", "x@1", "o@1.ip", "ip@2");
    const name = fc.constantFrom("ip", "ip.2", "ip.3", "2", "ip@2");
    const value = fc.oneof(
      fc.constantFrom("", "1", '\\"', "\\\\", "\\]", "\\n", "a ] b", "[x]", "\u00e9", "v".repeat(130)),
      fc
        .array(fc.constantFrom('\\"', "\\\\", "\\]", "\\x", "y", "]", " ", "="), { maxLength: 9 })
        .map((all) => all.join("")),
    );
    const param = fc.tuple(name, value).map(([key, text]) => ` ${key}="${text}"`);
    const element = fc
      .tuple(id, fc.array(param, { maxLength: 7 }))
      // Without parameters, and without an @, it may be one of a log's own fields.
      .filter(([key, params]) => params.length > 0 || key.includes("@"))
      .map(([key, params]) => ({ text: `[${key}${params.join("")}]`, params: Math.max(1, params.length) }));
    const line = fc.tuple(
      fc.array(element, { minLength: 1, maxLength: 6 }),
      fc.constantFrom("", " ", " text", " \ufefftext"),
    );
    let taken = 0;
    fc.assert(
      fc.property(line, ([elements, rest]) => {
        const params = elements.reduce((sum, one) => sum + one.params, 0);
        const is = agree(Buffer.from(`<30>1 - h a p m ${elements.map(({ text }) => text).join("")}${rest}`));
        expect(is).toBe(params <= 32);
        if (is) taken++;
      }),
      { numRuns: 3_000 },
    );
    expect(taken).toBeGreaterThan(2_000);
  });

  it("leaves a line without a host name to the parsers where this machine's is longer than Linux has any", () => {
    const line = Buffer.from("<13>Nov 21 09:00:00 app: x");
    expect(fast(line, "h".repeat(64))).toEqual(careful(line, "h".repeat(64)));
    expect(fast(line, "h".repeat(65))).toBeUndefined();
    expect(fast(line, "h")).toEqual(careful(line, "h"));
  });

  it("reads a time of RFC 3164 anew when the year may have changed", () => {
    const line = Buffer.from("<13>Jan  1 00:00:00 h app: x");
    for (const [at, year] of [
      [new Date(2026, 10, 21), 2026],
      [new Date(2026, 11, 31, 12), 2027],
    ] as const) {
      stored = undefined;
      expect(addFastSyslog(line, 0, line.length, lane, { now: () => at, hostname: undefined })).toBe(true);
      const time = new Date(year, 0, 1).getTime() / 1000;
      expect(stored).toEqual(
        encodeLogGroup({ logs: [{ time, contents: syslogContents(parseRfc3164(line, at) as never) }] }),
      );
    }
  });
});
