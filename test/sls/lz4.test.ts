/** Our LZ4 blocks against liblz4 (the native module lz4-napi, which puts the size in front). */
import { compressSync, uncompressSync } from "lz4-napi";
import { describe, expect, test } from "vitest";
import { lz4Compress, lz4Decompress, lz4MaxSize } from "../../sls/wire";
import fc from "../support/property";

/** Deterministic noise. */
function noise(length: number, alphabet: number): Buffer {
  const out = Buffer.alloc(length);
  let state = 42;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    out[i] = (state >>> 16) % alphabet;
  }
  return out;
}

const line = "2018-12-17 10:06:44.111 INFO 705 --- [nio-8080-exec-4] c.a.i.t.controllers.TaskController : Delete\n";
const cases: [string, Buffer][] = [
  ["nothing", Buffer.alloc(0)],
  ["one byte", Buffer.from("a")],
  ["twelve bytes", Buffer.from("abcabcabcabc")],
  ["thirteen bytes", Buffer.from("aaaaaaaaaaaaa")],
  ["log lines", Buffer.from(line.repeat(5000))],
  ["zeros", Buffer.alloc(300_000)],
  ["noise that cannot be compressed", noise(200_000, 256)],
  ["noise of few letters", noise(200_000, 4)],
  ["a repetition farther away than an offset can say", Buffer.concat([noise(70_000, 256), noise(70_000, 256)])],
];

describe.each(cases)("%s", (_name, raw) => {
  test("comes back", () => {
    expect(lz4Decompress(lz4Compress(raw), raw.length).equals(raw)).toBe(true);
    expect(lz4Compress(raw).length).toBeLessThanOrEqual(lz4MaxSize(raw.length));
  });

  test("is read by liblz4", () => {
    const size = Buffer.alloc(4);
    size.writeUInt32LE(raw.length);
    expect(uncompressSync(Buffer.concat([size, lz4Compress(raw)])).equals(raw)).toBe(true);
  });

  test("is read from liblz4", () => {
    expect(lz4Decompress(compressSync(raw).subarray(4), raw.length).equals(raw)).toBe(true);
  });
});

test("every short length survives", () => {
  for (let length = 0; length < 400; length++) {
    const raw = noise(length, 3);
    expect(lz4Decompress(lz4Compress(raw), length).equals(raw)).toBe(true);
  }
});

test.each([
  ["cut short", (block: Buffer) => block.subarray(0, block.length - 3)],
  ["with an offset before the beginning", () => Buffer.from([0x10, 0x61, 0x09, 0x00])],
  ["empty", () => Buffer.alloc(0)],
])("a block %s is refused", (_how, damage) => {
  const raw = Buffer.from(line.repeat(20));
  expect(() => lz4Decompress(damage(lz4Compress(raw)), raw.length)).toThrow(
    `not a valid LZ4 block of ${raw.length} raw bytes`,
  );
});

test("a wrong raw size is refused", () => {
  const raw = Buffer.from(line.repeat(20));
  expect(() => lz4Decompress(lz4Compress(raw), raw.length + 1)).toThrow(`it holds ${raw.length} bytes`);
  expect(() => lz4Decompress(lz4Compress(raw), raw.length - 1)).toThrow("it holds more than the stated size");
});

test("random blocks throw or give exactly the size that was asked for", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(1000), (block, size) => {
      try {
        expect(lz4Decompress(block, size).length).toBe(size);
      } catch (error) {
        expect((error as Error).message).toMatch(/^not a valid LZ4 block/);
      }
    }),
    { numRuns: 5000 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), fc.integer({ min: 1, max: 40 }), (bytes, times) => {
      const raw = Buffer.concat(Array.from({ length: times }, () => bytes));
      expect(lz4Decompress(lz4Compress(raw), raw.length).equals(raw)).toBe(true);
    }),
  );
});
