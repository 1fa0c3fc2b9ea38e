import { describe, expect, it } from "vitest";
import { BlockMemory } from "../../../agent/buffer/memory";
import { Slab } from "../../../agent/buffer/slab";

const fullSize = 512 * 1024 + 1024;

describe("the memory for blocks", () => {
  it("counts what is lent, and is short at its limit", () => {
    const memory = new BlockMemory(fullSize, 600_000);
    const full = memory.take(fullSize);
    expect(memory.short).toBe(false);
    const small = memory.take(memory.sizeFor(100_000));
    expect(memory.used).toBe(fullSize + 128 * 1024);
    expect(memory.short).toBe(true);
    memory.giveBack(full);
    memory.giveBack(small);
    expect(memory.used).toBe(0);
  });

  it("has few sizes, so that each can be used again", () => {
    const memory = new BlockMemory(fullSize, 1e9);
    const sizes = [1, 8192, 8193, 131_073, fullSize, fullSize + 1].map((size) => memory.sizeFor(size));
    expect(sizes).toEqual([8192, 8192, 32_768, fullSize, fullSize, fullSize + 1]);
    expect(new BlockMemory(2000, 1e9).sizeFor(1)).toBe(2000);
    for (const size of [8192, fullSize]) {
      const first = memory.take(size);
      memory.giveBack(first);
      const second = memory.take(size);
      expect([second.buffer, second.byteOffset]).toEqual([first.buffer, first.byteOffset]);
    }
  });

  it("lends no byte twice, however many blocks are asked for", () => {
    const memory = new BlockMemory(fullSize, 1e9);
    const lent = Array.from({ length: 150 }, (_, n) => memory.take(fullSize).fill(n));
    lent.forEach((block, n) => expect([block[0], block.at(-1)]).toEqual([n, n]));
    const kept = lent.splice(70, 1)[0] as Buffer;
    for (const block of lent) memory.giveBack(block);
    // Its slab is not let go while one of its blocks is lent.
    expect(kept.every((byte) => byte === 70)).toBe(true);
    memory.giveBack(kept);
    expect(memory.used).toBe(0);
    expect(kept.length).toBe(0);
    expect(memory.take(fullSize).length).toBe(fullSize);
  });

  it("keeps what little use needs, and lets go what a flood needed", () => {
    const memory = new BlockMemory(fullSize, 1e9);
    const few = Array.from({ length: 8 }, () => memory.take(fullSize));
    for (const block of few) memory.giveBack(block);
    expect(few[0]?.length).toBe(fullSize);
    const many = Array.from({ length: 9 }, () => memory.take(fullSize));
    for (const block of many) memory.giveBack(block);
    // Detached: the memory is not this process's any more with the next collection.
    expect(many[0]?.length).toBe(0);
  });

  it("keeps nothing when it has not been used for a while", () => {
    const memory = new BlockMemory(fullSize, 1e9);
    const blocks = [memory.take(fullSize), memory.take(8192)] as const;
    memory.letGoIdle();
    memory.letGoIdle();
    expect(blocks[0].length).toBe(fullSize);
    for (const block of blocks) memory.giveBack(block);
    memory.giveBack(memory.take(8192));
    memory.letGoIdle();
    expect(blocks[0].length).toBe(fullSize);
    memory.letGoIdle();
    expect(blocks[0].length).toBe(0);
    expect(memory.take(8192).buffer).not.toBe(blocks[1].buffer);
    expect(memory.take(fullSize).length).toBe(fullSize);
  });
});

it("a slab lends its blocks from the lower end", () => {
  const slab = new Slab(10, 3);
  const [a, b, c] = [slab.take(), slab.take(), slab.take()] as [Buffer, Buffer, Buffer];
  expect(slab.take()).toBeUndefined();
  expect([b.byteOffset - a.byteOffset, c.byteOffset - b.byteOffset]).toEqual([10, 10]);
  slab.giveBack(c);
  slab.giveBack(a);
  expect(slab.isFree).toBe(false);
  expect(slab.take()?.byteOffset).toBe(a.byteOffset);
  expect(slab.highest).toBe(3);
});
