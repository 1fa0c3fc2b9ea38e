import { describe, expect, it } from "vitest";
import { bytesOfText, textOfBytes } from "../../../../agent/inputs/rules/text";
import fc from "../../../support/property";

describe("bytes as text", () => {
  it("come out as they went in, whatever they are", () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 6 }),
      fc.string({ unit: "grapheme" }).map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const bytes = Buffer.concat(pieces);
        expect(bytesOfText(textOfBytes(bytes)).equals(bytes)).toBe(true);
      }),
    );
  });

  it("keep their characters beside those that are none", () => {
    expect(textOfBytes(Buffer.from("é😀", "utf8"))).toBe("é😀");
    expect(textOfBytes(Buffer.concat([Buffer.from([0xff]), Buffer.from("é😀"), Buffer.from([0xc3])]))).toBe(
      "\udcffé😀\udcc3",
    );
    // A surrogate in three bytes is no UTF-8.
    expect(textOfBytes(Buffer.from([0xed, 0xb2, 0x80]))).toBe("\udced\udcb2\udc80");
  });
});
