import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { realDisk, type Disk } from "../../../agent/buffer/disk";
import { realWorld } from "../../../agent/world";
import { bufferIn, numbers } from "../support/buffer";
import { temporaryFolder } from "../support/folder";
import { canMount, diskError, diskWithRoom, tinyFileSystem } from "../support/full-disk";
import { folderWith, recovered, segment } from "../support/segments";
import { ManualWorld, settle, until } from "../support/world";

describe("a disk that is full", () => {
  it("is gone on without: lines wait in memory, are sent, and are written when there is room again", async () => {
    const folder = temporaryFolder();
    const disk = diskWithRoom(0);
    const world = new ManualWorld();
    const { put, events, send, buffer, left } = bufferIn(folder, { disk, world });
    put(["1", "2"]);
    await until("it is told", () => events.length > 0);
    expect(events).toEqual([{ type: "BufferDiskFails", folder, message: "ENOSPC: no, write" }]);
    expect(buffer.diskProblem).toBe("ENOSPC: no, write");
    expect(await send()).toEqual(["1", "2"]);
    put(["3"]);
    await world.pass(5000);
    disk.free = 1e6;
    await world.pass(1000);
    await until("it is told", () => events.length > 1);
    expect(events.at(-1)).toEqual({ type: "BufferDiskWorks", folder });
    expect(await left()).toEqual(["3"]);
    expect(await (await recovered(folder)).left()).toEqual(["3"]);
  });

  it("lets nobody believe that a line is safe until the service has it", async () => {
    const { put, buffer, send, events } = bufferIn(temporaryFolder(), { disk: diskWithRoom(0) });
    put(["1"]);
    let safe = false;
    const waiting = buffer.committed().then(() => (safe = true));
    await until("the disk has failed", () => events.length > 0);
    put(["2"]);
    for (let i = 0; i < 10; i++) await settle();
    expect(safe).toBe(false);
    expect(await send(1)).toEqual(["1", "2"]);
    await waiting;
  });

  it("has the lines that fit at the stop, and says how many those are", async () => {
    for (let room = 0; room < 2000; room += 97) {
      const folder = temporaryFolder();
      const bench = bufferIn(folder, { disk: diskWithRoom(room), mode: "memory" });
      bench.put(numbers(0, 100));
      const lost = await bench.end();
      const told = bench.events.map((event) => ("lines" in event ? [event.type, event.lines] : [event.type]));
      const kept = lost < 100 ? [["BufferKept", 100 - lost]] : [];
      expect(told, `room ${room}`).toEqual([...kept, ...(lost > 0 ? [["BufferNotKept", lost]] : [])]);
      expect(await (await recovered(folder)).left(), `room ${room}`).toEqual(numbers(0, 100 - lost));
      // A record has 70 bytes about it, a line 13.
      if (room > 400) expect(lost, `room ${room}`).toBeLessThan(100 - (room - 400) / 30);
    }
  });

  it("never costs a line that was on disk, whatever the room is", async () => {
    for (let room = 0; room < 900; room += 61) {
      const folder = await folderWith(numbers(0, 20));
      const second = await recovered(folder, diskWithRoom(room));
      second.put(numbers(20, 30));
      const lost = await second.end();
      expect(await (await recovered(folder)).left(), `room ${room}`).toEqual(numbers(0, 30 - lost));
    }
  });

  it.skipIf(!canMount())("does so on a real file system of 64 KiB too (needs root, to mount one)", async () => {
    const folder = tinyFileSystem();
    const bench = bufferIn(folder, { limits: { bytes: 8_000, lines: 500 }, world: realWorld });
    bench.put(numbers(0, 400));
    await bench.written();
    bench.put(numbers(400, 8000));
    await until("the disk has failed", () => bench.buffer.diskProblem !== undefined);
    const lost = await bench.end();
    expect(lost).toBeGreaterThan(0);
    expect(lost).toBeLessThan(7600);
    const got = new Set(await (await recovered(folder)).left());
    expect(got.size).toBe(8000 - lost);
    expect(numbers(0, 400).every((text) => got.has(text))).toBe(true);
  });

  it("does not promise what it could not sync", async () => {
    const fsyncSync = (): void => {
      throw diskError("EIO");
    };
    const bench = bufferIn(temporaryFolder(), { disk: { ...realDisk, fsyncSync } });
    bench.put(["1"]);
    expect(await bench.end()).toBe(1);
  });

  it("is not believed after a sync that failed: the kernel tells of a lost write once only", async () => {
    let syncs = 0;
    const fdatasync: Disk["fdatasync"] = async (handle) => {
      if (++syncs === 1) throw diskError("EIO");
      await realDisk.fdatasync(handle);
    };
    const bench = bufferIn(temporaryFolder(), { disk: { ...realDisk, fdatasync }, world: realWorld });
    bench.put(["1"]);
    let safe = false;
    const promised = bench.buffer.committed().then(() => (safe = true));
    await until("it is tried again", () => bench.events.some(({ type }) => type === "BufferDiskFails"));
    bench.put(["2"]);
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(safe).toBe(false);
    expect(await bench.send()).toEqual(["1", "2"]);
    await promised;
    bench.put(["3"]);
    await bench.buffer.committed();
    expect(bench.events.map(({ type }) => type)).toEqual(["BufferDiskFails", "BufferDiskWorks"]);
    expect(await bench.end()).toBe(0);
  });

  it("that cannot give back lines just now (too many open files) costs none", async () => {
    const folder = await folderWith(numbers(0, 10));
    let broken = false;
    const read: Disk["read"] = async (...args) => {
      if (broken) throw diskError("EMFILE");
      return realDisk.read(...args);
    };
    const { queue, send, buffer } = await recovered(folder, { ...realDisk, read });
    broken = true;
    const block = queue().take(0);
    if (block === undefined) throw new Error("nothing waits");
    await expect(queue().load(block)).rejects.toThrow("EMFILE");
    expect(buffer.memoryUsed).toBe(0);
    queue().giveBack(block);
    broken = false;
    expect(await send()).toEqual(numbers(0, 10));
    expect(buffer.dropped.damaged).toBe(0);
  });
});

describe("a disk that is slow", () => {
  it("at the stop loses nothing of a write that does not come back", async () => {
    const folder = temporaryFolder();
    const never = new Promise<number>(() => undefined);
    const { put, buffer } = bufferIn(folder, { disk: { ...realDisk, writev: () => never } });
    put(numbers(0, 5));
    await settle();
    put(numbers(5, 8));
    expect(buffer.keep()).toBe(0);
    expect(await (await recovered(folder)).left()).toEqual(numbers(0, 8));
  });

  it("holds the inputs when the memory is full, and lets go when it has written", async () => {
    let go = (): void => undefined;
    const gate = new Promise<void>((resolve) => (go = resolve));
    const writev: Disk["writev"] = async (...args) => {
      await gate;
      return realDisk.writev(...args);
    };
    const { put, pressure } = bufferIn(temporaryFolder(), {
      world: realWorld,
      memoryBytes: 400_000,
      limits: { bytes: 20_000, lines: 1000 },
      disk: { ...realDisk, writev },
    });
    put(numbers(0, 600).map((text) => text.padEnd(1000, "x")));
    expect(pressure).toEqual([true]);
    go();
    await until("there is room", () => pressure.length > 1);
    expect(pressure).toEqual([true, false]);
  });
});

describe("a disk on which nothing can be deleted", () => {
  it("does not stop anything, is told once, and is tried again", async () => {
    const folder = await folderWith(numbers(0, 10));
    let broken = true;
    const rmSync: Disk["rmSync"] = (file, options) => {
      if (broken) throw diskError("EROFS");
      realDisk.rmSync(file, options);
    };
    const { send, put, events, written, end } = await recovered(folder, { ...realDisk, rmSync });
    expect(await send()).toEqual(numbers(0, 10));
    put(["x"]);
    await written();
    await send();
    expect(events.filter(({ type }) => type === "BufferNotRemoved")).toEqual([
      { type: "BufferNotRemoved", file: segment(folder), message: "EROFS: no, write" },
    ]);
    broken = false;
    await end();
    expect(readdirSync(folder)).toEqual([]);
  });
});
