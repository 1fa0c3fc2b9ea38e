import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { realDisk } from "../../../agent/buffer/disk";
import { realWorld } from "../../../agent/world";
import { bufferIn, here, numbers, there } from "../support/buffer";
import { temporaryFolder } from "../support/folder";
import { ManualWorld, settle } from "../support/world";

const long = (n: number): string[] => numbers(0, n).map((text) => text.padEnd(1000, "x"));

describe("a queue", () => {
  it("gives blocks of what shares topic and source, the oldest first, within the limits", async () => {
    const world = new ManualWorld();
    const { put, send } = bufferIn(temporaryFolder(), { world, limits: { bytes: 10_000, lines: 3 } });
    put(["a1"]);
    await world.pass(1);
    put(["b1"], { source: "10.0.0.2" });
    await world.pass(1);
    put(["a2", "a3", "a4"]);
    expect([await send(1), await send(1), await send(1), await send(1)]).toEqual([
      ["a1", "a2", "a3"],
      ["b1"],
      ["a4"],
      [],
    ]);
  });

  it("gives a line that is larger than the limit alone", async () => {
    const { put, send } = bufferIn(temporaryFolder(), { limits: { bytes: 100, lines: 10 } });
    put(["1", "x".repeat(500), "2"]);
    expect([await send(1), await send(1), await send(1)]).toEqual([["1"], ["x".repeat(500)], ["2"]]);
  });

  it("lets an open block ripen, and tells how long that takes", async () => {
    const world = new ManualWorld();
    const { put, queue } = bufferIn(temporaryFolder(), { world });
    expect(queue().ripeIn(100)).toBeUndefined();
    put(["1"]);
    await world.pass(30);
    expect([queue().ripeIn(100), queue().take(100)]).toEqual([70, undefined]);
    await world.pass(70);
    expect(queue().ripeIn(100)).toBe(0);
    expect(queue().take(100)?.lines).toBe(1);
  });

  it("counts what is taken until it is settled, and settles in pieces", () => {
    const { put, queue } = bufferIn(temporaryFolder());
    put(["1", "2"]);
    const block = queue().take(0);
    if (block === undefined) throw new Error("nothing to take");
    expect(queue().lines).toBe(2);
    queue().settle(block, 1, block.size / 2);
    expect([queue().lines, block.lines, block.settled]).toEqual([1, 1, false]);
    queue().settle(block, 1);
    expect([queue().lines, queue().bytes, block.settled]).toEqual([0, 0, true]);
  });

  it("puts what is given back before what came later", async () => {
    const world = new ManualWorld();
    const { put, queue, send } = bufferIn(temporaryFolder(), { world });
    put(["1", "2"]);
    const block = queue().take(0);
    await world.pass(5);
    put(["3"]);
    if (block) queue().giveBack(block);
    expect(await send()).toEqual(["1", "2", "3"]);
  });

  it("has all lines of a thousand sources, in little memory", async () => {
    const { put, send, buffer } = bufferIn(temporaryFolder());
    for (let i = 0; i < 1000; i++) put(["x"], { source: `10.1.${i >> 8}.${i & 255}` });
    expect(buffer.memoryUsed).toBeLessThan(10e6);
    expect(await send()).toHaveLength(1000);
    await buffer.committed();
    expect(buffer.memoryUsed).toBe(0);
  });
});

describe("the buffer", () => {
  it("says when the first queue is full, and when all have room again", async () => {
    const { put, send, pressure } = bufferIn(temporaryFolder(), {
      maxBytes: 10_000,
      limits: { bytes: 100_000, lines: 2 },
    });
    put(long(12));
    expect(pressure).toEqual([true]);
    await send(1);
    expect(pressure).toEqual([true]);
    await send(2);
    expect(pressure).toEqual([true, false]);
  });

  it("keeps unsent lines over a stop, logstore by logstore", async () => {
    const folder = temporaryFolder();
    const first = bufferIn(folder, { limits: { bytes: 1000, lines: 1 } });
    first.put(["1", "2", "3"]);
    first.put(["4"], { to: there });
    await first.send(1);
    expect(await first.end()).toBe(0);
    const second = bufferIn(folder);
    await second.buffer.recover();
    expect(second.events).toEqual([
      { type: "BufferRecovered", ...here, lines: 2 },
      { type: "BufferRecovered", ...there, lines: 1 },
    ]);
    expect([await second.left(), await second.left(there)]).toEqual([["2", "3"], ["4"]]);
  });

  it("keeps topic, source and order of a source over a stop", async () => {
    const folder = temporaryFolder();
    const first = bufferIn(folder);
    first.put(numbers(0, 5), { topic: "t", source: "::1" });
    await first.end();
    const second = bufferIn(folder);
    await second.buffer.recover();
    const block = second.queue().take(0);
    expect(block?.lane.face).toEqual({ topic: "t", source: "::1", hashKey: undefined });
  });

  it("leaves nothing on disk when everything is sent", async () => {
    const folder = temporaryFolder();
    const { put, written, send, end } = bufferIn(folder);
    put(numbers(0, 100));
    await written();
    expect(readdirSync(join(folder, "p.l"))).toEqual(["00000001.seg"]);
    await send();
    await end();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("writes nothing at all of what is sent before the next write", async () => {
    const folder = temporaryFolder();
    const world = new ManualWorld();
    const { put, send, written } = bufferIn(folder, { world });
    put(["1"]);
    await written();
    put(["2"]);
    const size = (): number => statSync(join(folder, "p.l", "00000001.seg")).size;
    const before = size();
    await send();
    await world.pass(1000);
    expect(size()).toBe(before);
    const second = bufferIn(folder);
    await second.buffer.recover();
    expect(await second.left()).toEqual([]);
  });

  it("deletes segments as they are settled, and never holds much more than is unsent", async () => {
    const folder = temporaryFolder();
    const { put, send, written } = bufferIn(folder, { segmentBytes: 20_000, limits: { bytes: 5_000, lines: 100 } });
    let most = 0;
    for (let round = 0; round < 30; round++) {
      put(long(20));
      await written();
      await send(5);
      most = Math.max(most, readdirSync(join(folder, "p.l")).filter((name) => name.endsWith(".seg")).length);
    }
    expect(most).toBeLessThanOrEqual(3);
  });

  it("lets lines leave the memory while nothing is sent, and gives them back in order", async () => {
    const { put, buffer, send, written } = bufferIn(temporaryFolder(), {
      memoryBytes: 200_000,
      limits: { bytes: 20_000, lines: 1000 },
      segmentBytes: 300_000,
    });
    let most = 0;
    for (let round = 0; round < 50; round++) {
      put(numbers(round * 100, round * 100 + 100).map((text) => text.padEnd(200, "x")));
      await written();
      most = Math.max(most, buffer.memoryUsed);
    }
    expect(most).toBeLessThan(200_000);
    expect(await send()).toEqual(numbers(0, 5000).map((text) => text.padEnd(200, "x")));
  });

  it("looks for what may leave the memory among what is in it, however much has left", async () => {
    const { put, written, queue, left } = bufferIn(temporaryFolder(), { memoryBytes: 10 * 8 * 1024 });
    for (let n = 0; n < 200; n++) {
      put([String(n)], { source: `10.0.0.${n}` });
      await written();
    }
    expect(queue().lines).toBe(200);
    expect(queue().loaded().length).toBeLessThanOrEqual(10);
    expect((await left()).map(Number).sort((a, b) => a - b)).toEqual(numbers(0, 200).map(Number));
  });

  it("joins what has left the memory line by line: many sources are not a request for each line", async () => {
    const { put, written, queue, send } = bufferIn(temporaryFolder(), { memoryBytes: 10 * 8 * 1024 });
    for (let n = 0; n < 600; n++) {
      put([String(n)], { source: `10.0.0.${n % 30}` });
      await written();
    }
    expect([...queue().unsettled()].length).toBeLessThan(60);
    expect((await send()).map(Number).sort((a, b) => a - b)).toEqual(numbers(0, 600).map(Number));
    expect([queue().lines, queue().bytes]).toEqual([0, 0]);
  });

  it("in memory mode writes nothing but what is left at the stop", async () => {
    const folder = temporaryFolder();
    const first = bufferIn(folder, { mode: "memory" });
    first.put(["1", "2"]);
    await first.buffer.committed();
    expect(readdirSync(folder)).toEqual([]);
    expect(await first.end()).toBe(0);
    const second = bufferIn(folder, { mode: "memory" });
    await second.buffer.recover();
    expect(await second.left()).toEqual(["1", "2"]);
  });

  it("in memory mode holds the inputs when the memory is full", async () => {
    const { put, pressure, send } = bufferIn(temporaryFolder(), {
      mode: "memory",
      memoryBytes: 300_000,
      limits: { bytes: 20_000, lines: 1000 },
    });
    put(long(400));
    expect(pressure).toEqual([true]);
    await send();
    expect(pressure).toEqual([true, false]);
  });
});

describe("a buffer that is full", () => {
  const full = { maxBytes: 10_000, limits: { bytes: 100_000, lines: 2 } };

  it("drops the oldest lines where the settings say so, counts them and tells it", async () => {
    const { put, left, pressure, events, buffer, queue } = bufferIn(temporaryFolder(), {
      ...full,
      overflow: "drop-oldest",
    });
    put(long(100));
    const kept = await left();
    expect(kept).toEqual(long(100).slice(100 - kept.length));
    expect(queue().bytes).toBeLessThan(12_000);
    expect(buffer.dropped.bufferFull).toBe(100 - kept.length);
    expect(events[0]).toEqual({ type: "LinesDropped", ...here, lines: 2, reason: "bufferFull" });
    expect(pressure).toEqual([]);
  });

  it("drops the oldest of another source when the memory is short, and what came since is still sent", async () => {
    // One block of 8 KiB a source; the memory holds four of them.
    const { put, queue, buffer, send } = bufferIn(temporaryFolder(), {
      mode: "memory",
      overflow: "drop-oldest",
      memoryBytes: 4 * 8 * 1024,
      limits: { bytes: 100_000, lines: 1000 },
    });
    const long = (text: string): string => text.padEnd(7_000, ".");
    for (let n = 0; n < 8; n++) put([long(`${n % 4}: ${n}`)], { source: `10.0.0.${n % 4}` });
    put([long("last")], { source: "10.0.0.3" });
    const held = queue().lines;
    expect(held + buffer.dropped.bufferFull).toBe(9);
    expect(await send()).toHaveLength(held);
    expect(queue().lines).toBe(0);
  });

  it("drops the newest lines where the settings say so", async () => {
    const { put, left, buffer } = bufferIn(temporaryFolder(), { ...full, overflow: "drop-newest" });
    put(long(100));
    const kept = await left();
    expect(kept).toEqual(long(100).slice(0, kept.length));
    expect(buffer.dropped.bufferFull).toBe(100 - kept.length);
  });

  it("forgets dropped lines on disk, too", async () => {
    const folder = temporaryFolder();
    const { put, left, written } = bufferIn(folder, { ...full, overflow: "drop-oldest" });
    for (let round = 0; round < 10; round++) {
      put(long(10));
      await written();
    }
    const kept = await left();
    const second = bufferIn(folder);
    await second.buffer.recover();
    expect(await second.left()).toEqual(kept);
  });

  it("drops nothing of another logstore", async () => {
    const { put, left } = bufferIn(temporaryFolder(), { ...full, overflow: "drop-oldest" });
    put(["a"], { to: there });
    put(long(100));
    expect(await left(there)).toEqual(["a"]);
  });
});

describe("lines that somebody waits for", () => {
  it("are on disk, and promised, when the wait is over", async () => {
    const folder = temporaryFolder();
    let synced = 0;
    const fdatasync = async (handle: number): Promise<void> => {
      await realDisk.fdatasync(handle);
      synced++;
    };
    const { put, buffer } = bufferIn(folder, { disk: { ...realDisk, fdatasync } });
    put(numbers(0, 1000));
    await buffer.committed();
    expect(synced).toBeGreaterThan(0);
    const second = bufferIn(folder);
    await second.buffer.recover();
    expect(await second.left()).toEqual(numbers(0, 1000));
  });

  it("are promised again when more has come since, and not asked for again when nothing has", async () => {
    let synced = 0;
    const fdatasync = async (): Promise<void> => void synced++;
    const { put, buffer } = bufferIn(temporaryFolder(), { disk: { ...realDisk, fdatasync } });
    put(["1"]);
    await buffer.committed();
    const once = synced;
    await buffer.committed();
    expect(synced).toBe(once);
    put(["2"]);
    await buffer.committed();
    expect(synced).toBeGreaterThan(once);
  });

  it("may wait while the event loop goes on: a disk that takes its time blocks nobody", async () => {
    let go = (): void => undefined;
    const gate = new Promise<void>((resolve) => (go = resolve));
    const { put, buffer, left } = bufferIn(temporaryFolder(), {
      world: realWorld,
      disk: { ...realDisk, fdatasync: () => gate },
    });
    put(["1"]);
    let done = false;
    const committed = buffer.committed().then(() => (done = true));
    for (let i = 0; i < 20; i++) await settle();
    put(["2"]);
    expect([done, await left()]).toEqual([false, ["1", "2"]]);
    go();
    await committed;
  });
});

describe("an empty buffer", () => {
  it("has no folder and no timers", async () => {
    const folder = temporaryFolder();
    const world = new ManualWorld();
    const { end, queue } = bufferIn(folder, { world });
    queue();
    await world.pass(60_000);
    expect(world.slept).toEqual([]);
    await end();
    expect(existsSync(join(folder, "p.l"))).toBe(false);
  });
});
