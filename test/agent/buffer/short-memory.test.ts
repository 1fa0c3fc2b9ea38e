/** With `drop-oldest` and `drop-newest`: whose lines are given up when not a logstore's limit is reached but the memory of all. */
import { describe, expect, it } from "vitest";
import { realDisk, type Disk } from "../../../agent/buffer/disk";
import { bufferIn, here, numbers, there } from "../support/buffer";
import { temporaryFolder } from "../support/folder";
import { diskWithRoom } from "../support/full-disk";

const wide = (from: number, to: number): string[] => numbers(from, to).map((text) => text.padEnd(1000));
const memoryBytes = 20 * 21_024;
const limits = { bytes: 20_000, lines: 1000 };

describe.each(["drop-oldest", "drop-newest"] as const)("memory that is short, with %s", (overflow) => {
  it("costs the logstore that is away its lines, and no other", async () => {
    const bench = bufferIn(temporaryFolder(), { mode: "memory", overflow, memoryBytes, limits });
    bench.put(wide(0, 1000));
    expect(bench.buffer.dropped.bufferFull).toBeGreaterThan(500);
    const before = bench.queue().lines;
    for (let n = 0; n < 20; n++) {
      bench.put(wide(n, n + 1), { to: there });
      expect(await bench.send(Infinity, there)).toEqual(wide(n, n + 1));
    }
    bench.put(wide(0, 100), { to: there });
    expect(bench.queue(there).lines).toBe(100);
    expect(bench.events.filter(({ type }) => type === "LinesDropped")).toEqual([
      expect.objectContaining({ type: "LinesDropped", ...here }),
    ]);
    expect(bench.queue().lines).toBeLessThanOrEqual(before);
    expect(bench.buffer.memoryUsed).toBeLessThan(2 * memoryBytes);
  });

  it("is shared by those that are away together", () => {
    const bench = bufferIn(temporaryFolder(), { mode: "memory", overflow, memoryBytes, limits });
    for (let n = 0; n < 1000; n++) {
      bench.put(wide(n, n + 1));
      bench.put(wide(n, n + 1), { to: there });
    }
    expect(bench.buffer.memoryUsed).toBeLessThan(1.2 * memoryBytes);
    expect(bench.queue().lines).toBeGreaterThan(100);
    expect(bench.queue(there).lines).toBeGreaterThan(100);
  });
});

describe("memory that is short, with drop-oldest", () => {
  it("costs no line that is on disk: that would free none", async () => {
    const disk = diskWithRoom(600_000);
    const bench = bufferIn(temporaryFolder(), { disk, overflow: "drop-oldest", memoryBytes, limits });
    for (let n = 0; n < 500; n += 50) {
      bench.put(wide(n, n + 50));
      await bench.written();
    }
    expect(bench.buffer.memoryUsed).toBeLessThanOrEqual(memoryBytes / 2);
    disk.free = 0;
    bench.put(wide(500, 1000));
    expect(bench.buffer.dropped.bufferFull).toBeGreaterThan(0);
    const left = await bench.left();
    expect(left.slice(0, 300).map(Number)).toEqual(numbers(0, 300).map(Number));
    expect(left.at(-1)).toBe(wide(999, 1000)[0]);
    expect(left.length).toBe(1000 - bench.buffer.dropped.bufferFull);
  });

  it("costs no more lines than it must while a slow disk writes: what is being written cannot be freed yet", async () => {
    let go = (): void => undefined;
    const gate = new Promise<void>((resolve) => (go = resolve));
    const writev: Disk["writev"] = async (...args) => {
      await gate;
      return realDisk.writev(...args);
    };
    const disk = { ...realDisk, writev };
    const bench = bufferIn(temporaryFolder(), { disk, overflow: "drop-oldest", memoryBytes, limits });
    bench.put(wide(0, 300));
    const safe = bench.buffer.committed();
    await Promise.resolve();
    await Promise.resolve();
    bench.put(wide(300, 420));
    go();
    await safe;
    expect(bench.buffer.dropped.bufferFull).toBeLessThan(100);
    expect((await bench.left()).slice(0, 300).map(Number)).toEqual(numbers(0, 300).map(Number));
  });
});
