import { describe, expect, it } from "vitest";
import { RelpFrameError, RelpFrameReader, relpFrame } from "../../../../agent/inputs/relp/frame";
import fc from "../../../support/property";

interface Frame {
  txnr: number;
  command: string;
  data: string;
}

/** The frames that a reader makes of these chunks, or the error at the end of them. */
function read(...chunks: Buffer[]): (Frame | string)[] {
  const frames: (Frame | string)[] = [];
  let open: { txnr: number; command: string; parts: Buffer[] } | undefined;
  const reader = new RelpFrameReader({
    begin: ({ txnr, command }) => (open = { txnr, command, parts: [] }),
    data: (bytes) => open?.parts.push(Buffer.from(bytes)),
    end: () =>
      frames.push({
        txnr: open?.txnr ?? -1,
        command: open?.command ?? "",
        data: Buffer.concat(open?.parts ?? []).toString("latin1"),
      }),
  });
  try {
    for (const chunk of chunks) reader.push(chunk);
  } catch (error) {
    if (!(error instanceof RelpFrameError)) throw error;
    frames.push(error.message);
  }
  return frames;
}

const text = (s: string): (Frame | string)[] => read(Buffer.from(s, "latin1"));

describe("RELP frames", () => {
  it("are read with data, without, and with a space before the end", () => {
    expect(text("1 open 5 a\nb c\n2 close 0\n3 close 0 \n")).toEqual([
      { txnr: 1, command: "open", data: "a\nb c" },
      { txnr: 2, command: "close", data: "" },
      { txnr: 3, command: "close", data: "" },
    ]);
  });

  it.each([
    ["hello\n", 'no RELP header: "hello"'],
    ["1 syslog\n", 'no RELP header: "1 syslog"'],
    ["1 sys-log 2 ab\n", 'no RELP header: "1 sys-log 2"'],
    ["1234567890 syslog 2 ab\n", 'no RELP header: "1234567890 syslog 2"'],
    ["1 syslog 2\nab\n", 'a RELP header tells of 2 bytes of data and ends without: "1 syslog 2\\nab\\n"'],
    ["1 syslog 2 abc\n", 'no LF after a RELP frame\'s data, but "c\\n"'],
    ["\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03".padEnd(80, "x"), /^no RELP header: /],
  ])("are refused when they are none: %j", (bytes, problem) => {
    expect(text(bytes)).toEqual([typeof problem === "string" ? problem : expect.stringMatching(problem)]);
  });

  it("are the same however the bytes are cut", () => {
    const frame = fc.record({
      txnr: fc.nat(999_999_999),
      command: fc.stringMatching(/^[A-Za-z]{1,32}$/),
      data: fc.string({ unit: "binary-ascii", maxLength: 200 }),
    });
    fc.assert(
      fc.property(fc.array(frame), fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }), (frames, cuts) => {
        const bytes = Buffer.from(frames.map((f) => relpFrame(f.txnr, f.command, f.data)).join(""), "latin1");
        const chunks: Buffer[] = [];
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const size = cuts[i % cuts.length] as number;
          chunks.push(bytes.subarray(at, at + size));
          at += size;
        }
        expect(read(...chunks)).toEqual(frames);
      }),
    );
  });

  it("of any bytes throw nothing but a RelpFrameError, and keep no more than a header in memory", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 80 })),
        (chunks) => void read(...chunks.map((c) => Buffer.from(c))),
      ),
    );
  });
});
