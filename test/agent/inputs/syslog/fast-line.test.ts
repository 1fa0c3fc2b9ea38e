/** The fast path against the careful one: what it stores is what the parser and the encoder give, byte for byte. */
import { describe, expect, it } from "vitest";
import { addFast, Fast, headOf } from "../../../../agent/inputs/syslog/fast-line";
import { parseStreamLog } from "../../../../parsers";
import { encodeLogGroup } from "../../../../sls/wire";
import { bufferIn, here } from "../../support/buffer";
import { temporaryFolder } from "../../support/folder";
import { isIP } from "node:net";
import fc from "../../../support/property";

/** What the fast path stores; undefined where it leaves the line to the careful one. */
function fast(alone: Buffer): Buffer | undefined {
  // As in a chunk: what stands before and after must not matter.
  const line = Buffer.concat([Buffer.from("0.1 x "), alone, Buffer.from("\n \ufeff 0.1 y")]);
  const begin = 6;
  const end = begin + alone.length;
  const { queue } = bufferIn(temporaryFolder(), { mode: "memory", limits: { bytes: 4e6, lines: 10 } });
  const lane = queue(here).lane({ topic: "", source: "s" });
  const first = addFast(line, begin, end, undefined);
  if (first === Fast.No) return undefined;
  expect(first).toBe(Fast.OtherHead);
  const head = headOf(line, begin);
  if (isIP(head.ip.toString("latin1")) === 0) return undefined;
  expect(addFast(line, begin, end, { ...head, lane })).toBe(Fast.Added);
  const block = queue(here).take(0);
  return Buffer.from(block?.bytes?.subarray(block.from, block.to) ?? []);
}

function careful(line: Buffer): Buffer | undefined {
  const parsed = parseStreamLog(line);
  return parsed.ok ? encodeLogGroup({ logs: [{ time: parsed.time, contents: parsed.contents }] }) : undefined;
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
  }, 60_000);

  it("takes every line that rsyslog sends with the seeds' template", () => {
    const line = Buffer.from("0.1 sys_tag 1795244143 127.0.0.1 vm user.info 0 app 42 -  hello");
    expect(fast(line)).toEqual(careful(line));
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
    ]) {
      expect([bad, fast(Buffer.from(bad))]).toEqual([bad, undefined]);
      expect(careful(Buffer.from(bad)), bad).toBeUndefined();
    }
  });
});
