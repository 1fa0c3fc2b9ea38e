import { describe, expect, it } from "vitest";
import { LineFramer } from "../../../../agent/inputs/framing/line-framer";
import { chance } from "../../support/chance";

function framed(chunks: readonly Buffer[], maxBytes = 1000): { line: string; continuation: boolean }[] {
  const lines: { line: string; continuation: boolean }[] = [];
  const framer = new LineFramer(maxBytes, (line, continuation) =>
    lines.push({ line: line.toString("latin1"), continuation }),
  );
  for (const chunk of chunks) framer.push(chunk);
  framer.end();
  return lines;
}
const texts = (chunks: readonly string[], maxBytes?: number): string[] =>
  framed(
    chunks.map((chunk) => Buffer.from(chunk)),
    maxBytes,
  ).map(({ line }) => line);

describe("the framer", () => {
  it("cuts at line ends, wherever the chunks end", () => {
    expect(texts(["one\ntwo\nth", "ree", "\nfour\n"])).toEqual(["one", "two", "three", "four"]);
  });

  it("keeps a last line that has no line end", () => {
    expect(texts(["one\ntw", "o"])).toEqual(["one", "two"]);
  });

  it("hands empty lines over as lines", () => {
    expect(texts(["\n\na\n"])).toEqual(["", "", "a"]);
  });

  it("cuts a line at the limit and marks the rest as its continuation", () => {
    expect(framed([Buffer.from("abcdefghij\nk\n")], 4)).toEqual([
      { line: "abcd", continuation: false },
      { line: "efgh", continuation: true },
      { line: "ij", continuation: true },
      { line: "k", continuation: false },
    ]);
  });

  it("makes no empty continuation of a line that is as long as the limit", () => {
    expect(framed([Buffer.from("abcd\nefghabcd\n")], 4)).toEqual([
      { line: "abcd", continuation: false },
      { line: "efgh", continuation: false },
      { line: "abcd", continuation: true },
    ]);
  });

  it("gives the same lines however the bytes are chunked, and loses none of them", () => {
    const random = chance(11);
    for (let round = 0; round < 300; round++) {
      const bytes = Buffer.from(
        Array.from({ length: 1 + Math.floor(random() * 400) }, () =>
          random() < 0.1 ? 10 : Math.floor(random() * 256),
        ),
      );
      const maxBytes = 1 + Math.floor(random() * 40);
      const chunks: Buffer[] = [];
      for (let at = 0; at < bytes.length;) {
        const size = 1 + Math.floor(random() * 30);
        chunks.push(bytes.subarray(at, at + size));
        at += size;
      }
      const lines = framed(chunks, maxBytes);
      expect(lines).toEqual(framed([bytes], maxBytes));
      const joined = lines.map(({ line, continuation }, i) => (continuation || i === 0 ? line : `\n${line}`)).join("");
      const text = bytes.toString("latin1");
      expect(joined).toBe(text.endsWith("\n") ? text.slice(0, -1) : text);
    }
  });
});
