import { describe, expect, it } from "vitest";
import { StreamFramer, framingOf } from "../../../../agent/inputs/framing/stream-framer";
import fc from "../../../support/property";

const versions = ["0.1", "2.1"];

function framed(chunks: readonly Buffer[], maxBytes = 100_000): string[] {
  const lines: string[] = [];
  const onLine = (line: Buffer, continuation: boolean): void =>
    void lines.push((continuation ? "…" : "") + line.toString("latin1"));
  const framer = new StreamFramer({ maxBytes, onLine, versions });
  for (const chunk of chunks) framer.push(chunk);
  framer.end();
  return lines;
}
const texts = (...chunks: string[]): string[] => framed(chunks.map((chunk) => Buffer.from(chunk, "latin1")));

describe("the framing of a connection", () => {
  it.each([
    ["<13>a\n<13>b\n", "lf"],
    ["0.1 tag 1 ", undefined],
    ["0.1 tag 1 1.1.1.1 m\n", "lf"],
    ["2.1 tag 1 1.1.1.1 m\n", "lf"],
    ["2", undefined],
    ["2.", undefined],
    ["5 <13>a", "octets"],
    ["5 ", undefined],
    ["25 0.1 tag", "octets"],
    ["25 0.", undefined],
    ["25 words of a text\n", "lf"],
    ["2026 was a year\n", "lf"],
    ["1234567890 <13>a", "lf"],
    ["05 <13>a\n", "lf"],
    ["<13>a\0", "nul"],
    ["<13>a\0<13>b", "nul"],
    ["<13>a\nb\0", "lf"],
    ["<13>a\0b\n", "lf"],
    ["<13>a\n\0", "nul"],
    ["<13>a\n\0<13>b", "nul"],
    ["words\0", "lf"],
    ["\0", "lf"],
    ["\n", "lf"],
    ["", undefined],
  ])("that begins with %j is %s", (head, framing) => {
    expect(framingOf(Buffer.from(head, "latin1"), versions)).toBe(framing);
  });

  it("stays what it was at the beginning", () => {
    expect(texts("5 <13>a6 <13>bb")).toEqual(["<13>a", "<13>bb"]);
    expect(texts("<13>a\n5 <13>b\n")).toEqual(["<13>a", "5 <13>b"]);
  });

  it("that a NUL at the end of what has come so far told is told anew by what comes next", () => {
    expect(texts("<13>a\0", "b\n<13>c\n<13>d\n")).toEqual(["<13>a", "b", "<13>c", "<13>d"]);
    expect(texts("0.1 a\0", "0", ".1 x\n")).toEqual(["0.1 a", "0.1 x"]);
    expect(texts("0.1 a\0", "0", ".2 x\n0.1 y\n")).toEqual(["0.1 a", "0.2 x", "0.1 y"]);
    expect(texts("<13>a\0", "<13>b\nb", "\0<13>c\0")).toEqual(["<13>a", "<13>b\nb", "<13>c"]);
    expect(texts("<13>a\0", "0.")).toEqual(["<13>a", "0."]);
    expect(texts("<13>a\0")).toEqual(["<13>a"]);
  });

  it("by octets whose connection ends before the line has begun makes no line of that", () => {
    expect(texts("5 <13>a7 ")).toEqual(["<13>a"]);
  });

  it("by octets takes lines with line feeds in them, empty ones, and a line feed between two", () => {
    expect(texts("9 <13>a\nb\nc0 \n5 <13>d\n6 <13>e\n")).toEqual(["<13>a\nb\nc", "", "<13>d", "<13>e"]);
  });

  it("by octets that gets lost goes on with LF and loses nothing", () => {
    expect(texts("5 <13>a<13>lost\nand on\n")).toEqual(["<13>a", "<13>lost", "and on"]);
    expect(texts("5 <13>a12345678901 x\n")).toEqual(["<13>a", "12345678901 x"]);
  });

  it("keeps what came of a last line whose end did not", () => {
    expect(texts("9 <13>a")).toEqual(["<13>a"]);
    expect(texts("5 <13>a12")).toEqual(["<13>a", "12"]);
    expect(texts("<13>a\0<13>b")).toEqual(["<13>a", "<13>b"]);
    expect(texts("12")).toEqual(["12"]);
    expect(texts("0.1 half")).toEqual(["0.1 half"]);
  });

  it("cuts a line that is too long, whatever the framing", () => {
    const long = `<13>${"x".repeat(20)}`;
    const cut = ["<13>xxxxxx", "…xxxxxxxxxx", "…xxxx", "<13>n"];
    expect(framed([Buffer.from(`${long}\n<13>n\n`)], 10)).toEqual(cut);
    expect(framed([Buffer.from(`${long}\0<13>n\0`)], 10)).toEqual(cut);
    expect(framed([Buffer.from(`24 ${long}5 <13>n`)], 10)).toEqual(cut);
  });

  it("gives the same lines however the bytes are cut", () => {
    const message = fc
      .tuple(fc.constantFrom("<13>", "0.1 ", "2.1 "), fc.uint8Array({ maxLength: 30 }))
      .map(([head, rest]) => Buffer.concat([Buffer.from(head), Buffer.from(rest.filter((b) => b !== 0 && b !== 10))]));
    const framing = fc.constantFrom("lf", "nul", "octets");
    const cuts = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 8 }), framing, cuts, (messages, how, sizes) => {
        const end = how === "octets" ? "" : how === "nul" ? "\0" : "\n";
        const bytes = Buffer.concat(
          messages.flatMap((m) => [Buffer.from(how === "octets" ? `${m.length} ` : ""), m, Buffer.from(end)]),
        );
        const chunks: Buffer[] = [];
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const size = sizes[i % sizes.length] as number;
          chunks.push(bytes.subarray(at, at + size));
          at += size;
        }
        expect(framed(chunks)).toEqual(messages.map((m) => m.toString("latin1")));
      }),
      { numRuns: 500 },
    );
  });

  it("loses no byte of anything, and never throws", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 20 })), (chunks) => {
        const all = framed(chunks.map((chunk) => Buffer.from(chunk)))
          .join("")
          .replaceAll("…", "");
        const bytes = Buffer.concat(chunks).toString("latin1");
        // Framing bytes go, all else comes out in its order.
        const kept = (text: string): string => text.replace(/[\0\n\d ]/g, "");
        expect(kept(all)).toBe(kept(bytes));
      }),
      { numRuns: 1000 },
    );
  });
});
