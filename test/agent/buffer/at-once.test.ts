import { describe, expect, it } from "vitest";
import { realDisk, type Disk } from "../../../agent/buffer/disk";
import { bufferIn, numbers } from "../support/buffer";
import { temporaryFolder } from "../support/folder";
import { recovered } from "../support/segments";
import { diskError } from "../support/full-disk";
import { ManualWorld, settle, turn, until } from "../support/world";

/** A disk that counts its writes, in this turn of the event loop and in the background; each takes `ms`, or `backgroundMs`, of the world's time. */
function countingDisk() {
  const world = new ManualWorld();
  const counts = { ms: 0, backgroundMs: 0, atOnce: 0, background: 0, world, disk: realDisk };
  let late = 0;
  const { monotonic } = world;
  Object.assign(world, { monotonic: () => monotonic() + late });
  counts.disk = {
    ...realDisk,
    writevSync: (...args) => {
      counts.atOnce++;
      late += counts.ms;
      return realDisk.writevSync(...args);
    },
    writev: async (...args) => {
      const written = await realDisk.writev(...args);
      counts.background++;
      late += counts.backgroundMs;
      return written;
    },
  };
  return counts;
}

/** What a kill at this moment would leave. */
const left = async (folder: string): Promise<string[]> => (await recovered(folder)).left();

describe("lines with commitMs 0", () => {
  it("are on disk before anything else is read", async () => {
    const folder = temporaryFolder();
    const { put } = bufferIn(folder, { commitMs: 0 });
    put(["1", "2"]);
    await turn();
    expect(await left(folder)).toEqual(["1", "2"]);
    put(["3"]);
    await turn();
    expect(await left(folder)).toEqual(["1", "2", "3"]);
  });

  it("are written in the background where they are many: reading goes on meanwhile", async () => {
    const counts = countingDisk();
    const { put, written } = bufferIn(temporaryFolder(), { commitMs: 0, disk: counts.disk, world: counts.world });
    put([..."x".repeat(300)].map((x) => x.repeat(1_000)));
    await turn();
    // One for the first line of the segment.
    expect(counts.atOnce).toBe(1);
    await written();
    expect(counts.background).toBeGreaterThan(0);
  });

  it("are written in the background for a while on a disk that is slow", async () => {
    const counts = countingDisk();
    const { world } = counts;
    const { put } = bufferIn(temporaryFolder(), { commitMs: 0, disk: counts.disk, world });
    // Three for lines, one for the segment's own first line.
    counts.ms = 50;
    for (const n of "123") {
      put([n]);
      await world.pass(5);
    }
    expect(counts).toMatchObject({ atOnce: 4, background: 0 });
    put(["4"]);
    await world.pass(5);
    await until("it is written", () => counts.background === 1);
    expect(counts.atOnce).toBe(4);
    counts.ms = 0;
    await world.pass(600);
    put(["5"]);
    await settle();
    expect(counts).toMatchObject({ atOnce: 5, background: 1 });
  });

  it("stay in the background for as long as that is slow, too: reading does not stand still every half second", async () => {
    const counts = countingDisk();
    const { world } = counts;
    const { put } = bufferIn(temporaryFolder(), { commitMs: 0, disk: counts.disk, world });
    put(["0"]);
    await settle();
    // One write that takes so long is enough.
    counts.ms = counts.backgroundMs = 300;
    put(["1"]);
    await world.pass(5);
    const { atOnce } = counts;
    for (let n = 1; n <= 3; n++) {
      await world.pass(600);
      put([String(n)]);
      await until("it is written", async () => (await world.pass(5), counts.background === n));
    }
    expect(counts.atOnce).toBe(atOnce);
    counts.ms = counts.backgroundMs = 0;
    put(["quick"]);
    await until("it is written", async () => (await world.pass(5), counts.background === 4));
    await world.pass(600);
    put(["at once"]);
    await settle();
    expect(counts).toMatchObject({ atOnce: atOnce + 1, background: 4 });
  });

  it("cost a tenth of the time at most", async () => {
    const counts = countingDisk();
    const { world } = counts;
    const { put } = bufferIn(temporaryFolder(), { commitMs: 0, disk: counts.disk, world });
    put(["0"]);
    await settle();
    counts.ms = 0.2;
    const before = counts.atOnce;
    for (let ms = 0; ms < 100; ms++) {
      put([String(ms)]);
      await world.pass(1);
    }
    expect(counts.atOnce - before).toBeGreaterThan(40);
    expect(counts.atOnce - before).toBeLessThanOrEqual(51);
  });

  it("wait in memory while the disk is full, and are written when it is not any more", async () => {
    const folder = temporaryFolder();
    const counts = countingDisk();
    let full = false;
    const writevSync: Disk["writevSync"] = (...args) => {
      if (full) throw diskError("ENOSPC");
      return realDisk.writevSync(...args);
    };
    const disk = {
      ...counts.disk,
      writevSync,
      writev: async (...args: Parameters<Disk["writev"]>) => writevSync(...args),
    };
    const { put, events } = bufferIn(folder, { commitMs: 0, disk, world: counts.world });
    put(["1"]);
    await settle();
    full = true;
    put(["2"]);
    await settle();
    put(["3"]);
    await counts.world.pass(999);
    expect(await left(folder)).toEqual(["1"]);
    full = false;
    await counts.world.pass(1);
    await settle();
    expect(await left(folder)).toEqual(["1", "2", "3"]);
    expect(events.map(({ type }) => type)).toEqual(["BufferDiskFails", "BufferDiskWorks"]);
  });

  it("are written once, whoever waits for the disk's promise meanwhile", async () => {
    const folder = temporaryFolder();
    const { put, buffer } = bufferIn(folder, { commitMs: 0 });
    const waits: Promise<void>[] = [];
    for (let n = 0; n < 50; n++) {
      put([String(n)]);
      if (n % 3 === 0) waits.push(buffer.committed());
      if (n % 5 === 0) await turn();
    }
    await Promise.all(waits);
    await settle();
    expect(await left(folder)).toEqual(numbers(0, 50));
  });
});
