/** What lies on disk when the next agent starts, with the settings of the last run or with others. */
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { realDisk } from "../../../agent/buffer/disk";
import type { LogBufferOptions } from "../../../agent/buffer/log-buffer";
import { bufferIn, numbers, type BufferBench } from "../support/buffer";
import { temporaryFolder } from "../support/folder";
import { segment } from "../support/segments";

const long = (from: number, to: number): string[] => numbers(from, to).map((n) => n.padEnd(1_000, "."));
/** Of one of these lines in the buffer. */
const lineBytes = 1_016;

/** As a killed agent leaves it. */
async function folderOf(lines: readonly string[], options: Partial<LogBufferOptions> = {}): Promise<string> {
  const folder = temporaryFolder();
  const bench = bufferIn(folder, options);
  bench.put(lines);
  await bench.written();
  return folder;
}

async function restarted(folder: string, options: Partial<LogBufferOptions> = {}): Promise<BufferBench> {
  const bench = bufferIn(folder, options);
  await bench.buffer.recover();
  return bench;
}

function copyOf(folder: string): string {
  const copy = temporaryFolder();
  cpSync(folder, copy, { recursive: true });
  return copy;
}

describe("a backlog", () => {
  it("of 5,000 blocks is sent to its end, in order, before a restart and after it", async () => {
    const limits = { bytes: 100_000, lines: 1 };
    const folder = await folderOf(numbers(0, 5_000), { limits });
    const { queue, send } = await restarted(folder, { limits });
    expect(queue().lines).toBe(5_000);
    expect(await send(2_500)).toEqual(numbers(0, 2_500));
    expect(await (await restarted(folder, { limits })).send()).toEqual(numbers(2_500, 5_000));
  });

  it("of 40 MB is not in memory after a restart, and is there block by block only while it is sent", async () => {
    const folder = await folderOf(long(0, 40_000), { segmentBytes: 4_000_000 });
    const { buffer, queue } = await restarted(folder, { segmentBytes: 4_000_000 });
    expect([queue().lines, buffer.memoryUsed]).toEqual([40_000, 0]);
    let most = 0;
    for (let block = queue().take(0); block !== undefined; block = queue().take(0)) {
      await queue().load(block);
      most = Math.max(most, buffer.memoryUsed);
      queue().settle(block, block.lines);
    }
    expect(queue().lines).toBe(0);
    expect(most).toBeLessThan(200_000);
  });

  it("counts for the limit after a restart as before it: what is sent or cannot be read does not", async () => {
    const small = { limits: { bytes: 100_000, lines: 10 }, maxBytes: 30 * lineBytes };
    const folder = temporaryFolder();
    const first = bufferIn(folder, small);
    for (let n = 0; n < 30; n += 10) {
      first.put(long(n, n + 10));
      await first.written();
    }
    expect(first.pressure).toEqual([]);
    first.put(long(30, 31));
    await first.written();
    expect(first.pressure).toEqual([true]);
    const again = await restarted(copyOf(folder), small);
    expect([again.queue().lines, again.queue().bytes]).toEqual([first.queue().lines, first.queue().bytes]);
    again.put(["x"]);
    expect(again.pressure).toEqual([true]);
    await first.send(1);
    const sent = await restarted(copyOf(folder), small);
    expect(sent.queue().lines).toBe(21);
    sent.put(["x"]);
    expect(sent.pressure).toEqual([]);
    const bytes = readFileSync(segment(folder));
    bytes.fill(0xff, 25_000, 25_010);
    writeFileSync(segment(folder), bytes);
    const damaged = await restarted(folder, small);
    expect([damaged.queue().lines, damaged.queue().bytes]).toEqual([11, 11 * lineBytes]);
  });
});

describe("a backlog that is larger than the limit is now", () => {
  const now = { maxBytes: 10 * lineBytes, limits: { bytes: 3 * lineBytes, lines: 3 } };

  it("with block is kept whole, and holds the inputs with the first line that comes", async () => {
    const bench = await restarted(await folderOf(long(0, 100)), now);
    bench.put(["new"]);
    expect(bench.pressure).toEqual([true]);
    expect(await bench.send()).toEqual([...long(0, 100), "new"]);
    expect(bench.pressure).toEqual([true, false]);
    expect(Object.values(bench.buffer.dropped)).toEqual([0, 0, 0, 0]);
  });

  it("with drop-newest is kept whole, and costs what comes", async () => {
    const bench = await restarted(await folderOf(long(0, 100)), { ...now, overflow: "drop-newest" });
    bench.put(["new"]);
    expect(bench.buffer.dropped.bufferFull).toBe(1);
    expect(await bench.send()).toEqual(long(0, 100));
  });

  it("with drop-oldest is cut down with the first line that comes, and each line of it is counted", async () => {
    const folder = temporaryFolder();
    const first = bufferIn(folder);
    for (let n = 0; n < 100; n += 2) {
      first.put(long(n, n + 2));
      await first.written();
    }
    const bench = await restarted(folder, { ...now, overflow: "drop-oldest" });
    bench.put(["new"]);
    const { bufferFull } = bench.buffer.dropped;
    expect(bench.queue().bytes).toBeLessThan(now.maxBytes + lineBytes);
    expect(bench.queue().bytes).toBeGreaterThan(now.maxBytes / 2);
    expect(await bench.send()).toEqual([...long(bufferFull, 100), "new"]);
  });

  it("of blocks larger than they, or the memory, may be now, is sent whole", async () => {
    const folder = await folderOf(long(0, 300), { limits: { bytes: 1e6, lines: 1_000 } });
    const bench = await restarted(folder, { ...now, memoryBytes: 20_000 });
    expect(await bench.send()).toEqual(long(0, 300));
    expect(bench.buffer.memoryUsed).toBe(0);
  });

  it("of segments larger than they may be now, or smaller, is sent whole, and gone from the disk then", async () => {
    for (const [before, after] of [
      [1_000_000, 4_000],
      [4_000, 1_000_000],
    ] as const) {
      const folder = await folderOf(long(0, 50), { segmentBytes: before, limits: { bytes: 3_000, lines: 2 } });
      const bench = await restarted(folder, { segmentBytes: after, disk: realDisk });
      bench.put(["new"]);
      await bench.written();
      expect(await bench.send()).toEqual([...long(0, 50), "new"]);
      expect(bench.queue().folder.bytes).toBeLessThan(2_000_000);
      expect(await bench.end()).toBe(0);
      expect(await (await restarted(folder)).left()).toEqual([]);
    }
  });
});
