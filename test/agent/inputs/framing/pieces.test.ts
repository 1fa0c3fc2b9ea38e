import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { LineFramer } from "../../../../agent/inputs/framing/line-framer";
import { OctetFramer } from "../../../../agent/inputs/framing/octet-framer";
import { StreamFramer } from "../../../../agent/inputs/framing/stream-framer";
import fc from "../../../support/property";
import { cpuMs } from "../../../support/cpu-time";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Bytes that the process holds on to. */
function inUse(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const maxBytes = 512 * 1024;
const onLine = (): void => undefined;
/** As a socket brings them: each with memory of its own. */
const one = (byte: string): Buffer => {
  const piece = Buffer.allocUnsafeSlow(1);
  piece.write(byte, "latin1");
  return piece;
};

describe("a line that comes byte by byte and never ends", () => {
  it.each([
    ["LF", () => new LineFramer(maxBytes, onLine), ""],
    ["octet counting", () => new OctetFramer(maxBytes, onLine), "400000 <13>"],
    ["a framing that is not known yet", () => new StreamFramer({ maxBytes, onLine }), "<13>"],
  ])("takes little more memory and time than its bytes: %s", (_, make, beginning) => {
    const before = inUse();
    const framer = make();
    const took = cpuMs(() => {
      framer.push(Buffer.from(beginning));
      for (let i = 0; i < 300_000; i++) framer.push(one("x"));
    });
    // A second or so; looking through all of it for each byte takes twenty.
    expect(took).toBeLessThan(5_000);
    expect(inUse() - before).toBeLessThan(3 * 1024 * 1024);
    framer.end();
  });
});

describe("pieces of any size", () => {
  it("give the same lines as the whole", () => {
    const bytes = fc
      .array(fc.constantFrom("<13>", "a", "\n", "\0", "12 ", "0.1 ", "x".repeat(40)), { maxLength: 60 })
      .map((parts) => Buffer.from(parts.join("")));
    const lines = (chunks: readonly Buffer[]): string[] => {
      const found: string[] = [];
      const framer = new LineFramer(64, (line, rest) => void found.push(`${rest ? "…" : ""}${line.toString()}`));
      for (const chunk of chunks) framer.push(chunk);
      framer.end();
      return found;
    };
    fc.assert(
      fc.property(bytes, (all) => {
        expect(lines([...all].map((byte) => Buffer.from([byte])))).toEqual(lines([all]));
      }),
    );
  });
});
