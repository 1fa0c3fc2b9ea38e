/** The fast path against the careful one: what it stores is what the parser and the encoder give, byte for byte. */
import { describe, expect, it } from "vitest";
import { addFast, Fast, headOf } from "../../../../agent/inputs/syslog/fast-line";
import { parseStreamLog } from "../../../../parsers";
import { encodeLogGroup } from "../../../../sls/wire";
import { isIP } from "node:net";
import fc from "../../../support/property";
import { laneTo } from "../../support/lane";

let stored: Buffer | undefined;
const lane = laneTo((_, bytes) => (stored = bytes));

/** What the fast path stores; undefined where it leaves the line to the careful one. */
function fast(alone: Buffer, after = '\n \ufeff 0.1 y " ] '): Buffer | undefined {
  // As in a chunk: what stands before and after must not matter.
  const line = Buffer.concat([Buffer.from("0.1 x "), alone, Buffer.from(after)]);
  const begin = 6;
  const end = begin + alone.length;
  const first = addFast(line, begin, end, undefined);
  if (first === Fast.No) return undefined;
  expect(first).toBe(Fast.OtherHead);
  const head = headOf(line, begin);
  if (isIP(head.ip.toString("latin1")) === 0) return undefined;
  stored = undefined;
  expect(addFast(line, begin, end, { ...head, lane })).toBe(Fast.Added);
  return stored;
}

function careful(line: Buffer): Buffer | undefined {
  const parsed = parseStreamLog(line);
  if (!parsed.ok) return undefined;
  const { time, timeNs, contents } = parsed;
  return encodeLogGroup({ logs: [{ time, ...(timeNs === undefined ? {} : { timeNs }), contents }] });
}

const field = fc.oneof(
  fc.constantFrom(
    "",
    "-",
    "0",
    "1",
    "2",
    "vm",
    "user.info",
    "127.0.0.1",
    "::1",
    "1795244143",
    "4294967295",
    "4294967296",
    "0",
    "0.1",
  ),
  fc.stringMatching(/^[!-~]{0,12}$/),
);
const text = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  fc
    .constantFrom("", " ", "  two", "\ufeffmark", " \ufeff", "x".repeat(200), "y".repeat(20_000))
    .map((s) => Buffer.from(s)),
);

const extended = [
  "0.1+sd sys_tag 1795244143.054068 127.0.0.1 vm user.info 0 app 42 - -  hello",
  "0.1+sd sys_tag 1795244143.0 10.0.0.7 vm user.info 0 app - - - ",
  '0.1+sd sys_tag 1795244143.054068 127.0.0.1 vm local4.notice 1 app 8710 ID47 [x@1 k="a ] \\"b\\""] \ufeffhello',
  '0.1+sd sys_tag 1795244143 ::1 vm user.notice 1 app - - [timeQuality tzKnown="1" isSynced="1"][o ip="1" ip="2"] x',
];

describe("the fast path of a line", () => {
  it("stores exactly what the careful one stores, whatever the line is", () => {
    const line = fc
      .tuple(
        fc.constantFrom("0.1", "0.1", "0.1", "0.2", ""),
        fc.oneof(fc.constant("sys_tag"), field),
        fc.oneof(fc.constant("1795244143"), field),
        fc.oneof(fc.constant("10.0.0.1"), field),
        fc.array(field, { minLength: 4, maxLength: 7 }),
        text,
      )
      .map(([version, tag, time, ip, fields, rest]) =>
        Buffer.concat([Buffer.from([version, tag, time, ip, ...fields, ""].join(" ")), rest]),
      );
    let taken = 0;
    fc.assert(
      fc.property(line, (bytes) => {
        const got = fast(bytes);
        if (got === undefined) return;
        taken++;
        expect(got.toString("hex")).toBe(careful(bytes)?.toString("hex"));
      }),
      { numRuns: 1500 },
    );
    expect(taken).toBeGreaterThan(100);
  });

  it("stores exactly what the careful one stores for lines with parts of a second and structured data", () => {
    const time = fc
      .tuple(fc.nat(0x1_2000_0000), fc.constantFrom("", ".", ".0", ".054068", ".123456789", ".1234567890", ".5x", "."))
      .map(([seconds, parts]) => `${seconds}${parts}`);
    const whole = fc.constantFrom(
      ...["-", "[msg]", "[x@1]", '[o ip="1" ip="2" ip.2="3"]', '[a@1 k="\\"" l="\\\\"][b k="\\]"]', "", "- -"],
    );
    const broken = fc.array(fc.constantFrom("[", "]", "x@1", " ", "k", "=", '"', '\\"', "\\"), { maxLength: 12 });
    const data = fc.oneof(
      { weight: 3, arbitrary: whole },
      broken.map((all) => all.join("")),
    );
    const three = fc.array(fc.stringMatching(/^[!-~]{0,9}$/), { minLength: 3, maxLength: 3 });
    const line = fc
      .tuple(
        fc.constantFrom("0.1+sd", "0.1+sd", "0.1+sd", "0.1", "0.1+sc", "0.1+"),
        fc.oneof(fc.constant("1795244143.5"), fc.constant("1795244143.5"), time, field),
        fc.array(field, { minLength: 2, maxLength: 2 }),
        fc.constantFrom("0", "1", "-"),
        fc.oneof({ weight: 4, arbitrary: three }, fc.array(field, { minLength: 2, maxLength: 4 })),
        data,
        fc.oneof({ weight: 4, arbitrary: text }, fc.constant(undefined)),
      )
      .map(([version, stamp, before, protocol, after, elements, rest]) => {
        const head = [version, "sys_tag", stamp, "10.0.0.1", ...before, protocol, ...after, elements].join(" ");
        return Buffer.concat([Buffer.from(head), ...(rest === undefined ? [] : [Buffer.from(" "), rest])]);
      });
    let taken = 0;
    let left = 0;
    fc.assert(
      fc.property(line, (bytes) => {
        const got = fast(bytes);
        const wanted = careful(bytes);
        if (got === undefined) return void (wanted === undefined || left++);
        taken++;
        expect(got.toString("hex")).toBe(wanted?.toString("hex"));
      }),
      { numRuns: 10_000 },
    );
    expect(taken).toBeGreaterThan(1_000);
    // Little else than a field's own name as an element.
    expect(left).toBeLessThan(taken / 3);
  });

  it("takes every line that rsyslog sends with the template of the images", () => {
    for (const text of extended) {
      const line = Buffer.from(text);
      expect([text, fast(line)]).toEqual([text, careful(line)]);
      expect([text, fast(line)]).not.toEqual([text, undefined]);
    }
  });

  it("stores exactly what the careful one stores wherever a line is cut, and looks at nothing behind", () => {
    for (const line of extended) {
      for (let at = 0; at < line.length; at++) {
        const cut = Buffer.from(line.slice(0, at));
        const alone = careful(cut);
        for (const after of [line.slice(at), " x", "- x", '"] x', "] x", "+sd x"]) {
          expect([line, at, fast(cut, after)]).toEqual([line, at, alone]);
        }
      }
    }
  });

  it("takes every line that rsyslog sends with the seeds' template", () => {
    const line = Buffer.from("0.1 sys_tag 1795244143 127.0.0.1 vm user.info 0 app 42 -  hello");
    expect(fast(line)).toEqual(careful(line));
  });

  it("takes no line of another tag or address than the head's", () => {
    for (const text of [...extended, "0.1 sys_tag 1795244143 127.0.0.1 vm user.info 0 app 42 -  hello"]) {
      const line = Buffer.from(text);
      const { tag, ip } = headOf(line, 0);
      for (const head of [
        { tag: Buffer.from("sys_tah"), ip },
        { tag: Buffer.from("sys_ta"), ip },
        { tag, ip: Buffer.from("10.0.0.8") },
        { tag, ip: Buffer.concat([ip, ip]) },
      ]) {
        expect(addFast(line, 0, line.length, { ...head, lane })).toBe(Fast.OtherHead);
      }
    }
  });

  it("takes no line that the careful one refuses", () => {
    for (const bad of [
      "",
      "0.1",
      "0.1 ",
      "0.1 t",
      "0.1 t 1 10.0.0.1 a b c d e",
      "0.1 t x 10.0.0.1 a b c d e f m",
      "0.1  1 10.0.0.1 a b 0 d e f m",
      "0.1 t 00000000001 10.0.0.1 a b c d e f m",
      "0.1+sd t 00000000001.5 10.0.0.1 a b c d e f - m",
      "0.1+sd",
      "0.1+sd2 t 1.5 10.0.0.1 a b c d e f - m",
      "0.1+sd ",
      "0.1+sd t 1. 10.0.0.1 a b c d e f - m",
      "0.1+sd t 1.1234567890 10.0.0.1 a b c d e f - m",
      "0.1+sd t 12345678901.5 10.0.0.1 a b c d e f - m",
      "0.1+sd t 1.5 10.0.0.1 a b c d e f -",
      "0.1+sd t 1.5 10.0.0.1 a b c d e f",
      "0.1+sd t 1.5 10.0.0.1 a b c d e f [x@1 m",
      "0.1+sd t 1.5 10.0.0.1 a b c d e f [x@1]m",
    ]) {
      expect([bad, fast(Buffer.from(bad))]).toEqual([bad, undefined]);
      expect(careful(Buffer.from(bad)), bad).toBeUndefined();
    }
  });
});
