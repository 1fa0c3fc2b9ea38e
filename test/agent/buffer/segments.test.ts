import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { realDisk, type Disk } from "../../../agent/buffer/disk";
import { skipLogs } from "../../../agent/buffer/log-bytes";
import { readRecords, sizeOfSegmentLine } from "../../../agent/buffer/segment-format";
import { realWorld } from "../../../agent/world";
import { bufferIn, here, messagesOf, numbers, type BufferBench } from "../support/buffer";
import { chance } from "../support/chance";
import { temporaryFolder } from "../support/folder";
import { canMount, diskError, diskWithRoom, tinyFileSystem } from "../support/full-disk";
import { ManualWorld, settle, until } from "../support/world";

const segment = (folder: string): string => join(folder, "p.l", "00000001.seg");

const flip = (bytes: Buffer, at: number): void => void (bytes[at] = (bytes[at] as number) ^ 1);

/** A folder as a killed agent leaves it: one record for each text. */
async function folderWith(messages: readonly string[]): Promise<string> {
  const folder = temporaryFolder();
  const bench = bufferIn(folder);
  for (const msg of messages) {
    bench.put([msg]);
    await bench.written();
  }
  return folder;
}

function recovered(folder: string, disk: Disk = realDisk): BufferBench {
  const bench = bufferIn(folder, { disk });
  bench.buffer.recover();
  return bench;
}

describe("a segment", () => {
  it("begins with a line that a person can read", async () => {
    const bytes = readFileSync(segment(await folderWith(["1"])));
    expect(bytes.toString("latin1", 0, sizeOfSegmentLine(bytes))).toBe(
      'SLSBUF2 {"project":"p","logstore":"l"} 5abd38e2\n',
    );
  });

  it("loses the record that a flipped bit is in and no other, whichever bit it is, and says how many lines", async () => {
    const folder = await folderWith(numbers(0, 4));
    const bytes = readFileSync(segment(folder));
    const header = sizeOfSegmentLine(bytes);
    for (let at = 0; at < bytes.length; at++) {
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] as number) ^ (1 << (at % 8));
      writeFileSync(segment(folder), flipped);
      const { left, events } = recovered(folder);
      const got = await left();
      expect(
        numbers(0, 4).filter((text) => got.includes(text)),
        `byte ${at}`,
      ).toEqual(got);
      expect(got.length, `byte ${at}`).toBe(at < header ? 4 : 3);
      const told = events.find(({ type }) => type === "BufferDamaged" || type === "BufferCutOff");
      expect(told, `byte ${at}`).toBeDefined();
    }
  });

  it("counts the lines of a damaged record by its logs, not by a number that may be damaged too", async () => {
    const folder = temporaryFolder();
    const first = bufferIn(folder);
    first.put(numbers(0, 7));
    await first.written();
    const bytes = readFileSync(segment(folder));
    const linesAt = sizeOfSegmentLine(bytes) + 24;
    bytes.fill(0xff, linesAt, linesAt + 2);
    writeFileSync(segment(folder), bytes);
    expect(recovered(folder).events).toContainEqual(expect.objectContaining({ type: "BufferDamaged", lines: 7 }));
  });

  it("says how many bytes and lines are lost, and why; the file is kept when its lines are sent", async () => {
    const folder = temporaryFolder();
    const first = bufferIn(folder);
    for (let n = 0; n < 3; n++) {
      first.put(numbers(n * 10, n * 10 + 10));
      await first.written();
    }
    const bytes = readFileSync(segment(folder));
    const sizes: number[] = [];
    readRecords(bytes, sizeOfSegmentLine(bytes), ({ from, to }) => sizes.push(to - from));
    flip(bytes, sizeOfSegmentLine(bytes) + (sizes[0] as number) + 60);
    writeFileSync(segment(folder), bytes);
    const { events, send, end } = recovered(folder);
    expect(events).toEqual([
      {
        type: "BufferDamaged",
        file: segment(folder),
        bytes: sizes[1],
        lines: 10,
        why: "records do not match their checksum in 1 place(s)",
      },
      { type: "BufferRecovered", ...here, lines: 20 },
    ]);
    expect(await send()).toEqual([...numbers(0, 10), ...numbers(20, 30)]);
    await end();
    expect(readdirSync(join(folder, "p.l"))).toEqual(["00000001.damaged"]);
    expect(readFileSync(join(folder, "p.l", "00000001.damaged"))).toEqual(bytes);
  });

  it("that a kill cut off gives what is whole, and is no damage", async () => {
    const folder = await folderWith(numbers(0, 10));
    const { size } = statSync(segment(folder));
    const handle = openSync(segment(folder), "r+");
    ftruncateSync(handle, size - 5);
    closeSync(handle);
    const { events, left, send, end } = recovered(folder);
    expect(events.map(({ type }) => type)).toEqual(["BufferCutOff", "BufferRecovered"]);
    expect(await left()).toEqual(numbers(0, 9));
    await send();
    await end();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("is never added to by a later run, and its number is never used again", async () => {
    const folder = await folderWith(["1"]);
    const second = recovered(folder);
    second.put(["2"]);
    await second.written();
    expect(readdirSync(join(folder, "p.l"))).toEqual(["00000001.seg", "00000002.seg"]);
    expect(await recovered(folder).left()).toEqual(["1", "2"]);
  });

  it("of another version stays for the agent that wrote it", async () => {
    const folder = await folderWith(["1"]);
    const text = readFileSync(segment(folder), "latin1").replace("SLSBUF2", "SLSBUF3");
    const [line = ""] = text.split("\n");
    const body = line.slice(0, -9);
    writeFileSync(segment(folder), `${body} ${crc32(body).toString(16).padStart(8, "0")}\n`);
    const { events } = recovered(folder);
    expect(events).toMatchObject([
      {
        type: "BufferDamaged",
        why: "version 3 of the format, this agent reads 2; start the sls-agent that wrote it to have its lines sent",
      },
    ]);
    expect(readdirSync(join(folder, "p.l"))).toEqual(["00000001.seg"]);
  });

  it("that is empty, a folder, or full of zeros does not stop the start", async () => {
    const folder = await folderWith(["1"]);
    mkdirSync(join(folder, "p.l", "00000002.seg"));
    writeFileSync(join(folder, "p.l", "00000003.seg"), "");
    writeFileSync(join(folder, "p.l", "00000004.seg"), Buffer.alloc(5000));
    writeFileSync(join(folder, "p.l", "00000001.settled"), Buffer.alloc(50, 7));
    const { left, put } = recovered(folder);
    put(["2"]);
    expect(await left()).toEqual(["1", "2"]);
  });

  it("whose lines are damaged while they are not in memory: the others are sent, and the rest is counted", async () => {
    const folder = temporaryFolder();
    const first = bufferIn(folder);
    for (let n = 0; n < 3; n++) {
      first.put(numbers(n * 10, n * 10 + 10));
      await first.written();
    }
    const second = recovered(folder);
    const bytes = readFileSync(segment(folder));
    flip(bytes, bytes.length >> 1);
    writeFileSync(segment(folder), bytes);
    expect(await second.send()).toEqual([...numbers(0, 10), ...numbers(20, 30)]);
    expect(second.buffer.dropped.damaged).toBe(10);
    expect(second.queue().lines).toBe(0);
    expect(second.events.at(-1)).toEqual({ type: "LinesDropped", ...here, lines: 10, reason: "damaged" });
  });

  it("is read in bounded time when damage looks like the beginning of many long records", async () => {
    const folder = await folderWith(["1"]);
    const bytes = readFileSync(segment(folder));
    const begin = sizeOfSegmentLine(bytes);
    const bait = Buffer.from(bytes.subarray(begin, begin + 40));
    bait.writeUInt32LE(4 * 1024 * 1024, 8);
    const begun = performance.now();
    let found = 0;
    readRecords(Buffer.concat([bytes, ...Array<Buffer>(400_000).fill(bait)]), begin, () => found++);
    expect(found).toBe(1);
    expect(performance.now() - begun).toBeLessThan(20_000);
  });
});

describe("random lines, kills and torn files", () => {
  it.each(Array.from({ length: 12 }, (_, i) => i + 1))(
    "lose nothing that was written, double nothing: seed %i",
    async (seed) => {
      const random = chance(seed);
      const upTo = (n: number): number => Math.floor(random() * n);
      const folder = temporaryFolder();
      const options = {
        limits: { bytes: 600, lines: 12 },
        segmentBytes: 4000,
        memoryBytes: 4 * 1024 * 1024,
        world: realWorld,
      };
      let bench = bufferIn(folder, options);
      const sent: string[] = [];
      const promised = new Set<string>();
      const fresh = new Set<string>();
      let next = 0;
      for (let step = 0; step < 400; step++) {
        const dice = random();
        if (dice < 0.5) {
          const to = next + 1 + upTo(8);
          const messages = numbers(next, to);
          next = to;
          bench.put(messages, { source: `10.0.0.${upTo(3)}`, topic: upTo(2) ? "t" : "" });
          messages.forEach((msg) => fresh.add(msg));
        } else if (dice < 0.65) {
          const before = [...fresh];
          await bench.buffer.committed();
          before.forEach((msg) => promised.add(msg));
          before.forEach((msg) => fresh.delete(msg));
        } else if (dice < 0.8) sent.push(...(await bench.send(1 + upTo(3))));
        else if (dice < 0.9) {
          // Part of a block, the rest goes back.
          const queue = bench.queue();
          const block = queue.take(0);
          if (block === undefined) continue;
          await queue.load(block);
          const lines = 1 + upTo(block.lines);
          const end = skipLogs(block.bytes as Buffer, block.from, lines);
          sent.push(...messagesOf(block.bytes, block.from, end));
          queue.settle(block, lines, end - block.from);
          queue.giveBack(block);
        } else if (dice < 0.95) {
          for (const block of [...bench.queue().loaded()]) {
            if (!block.mayLeave) continue;
            if (!block.sealed) bench.queue().seal(block);
            block.leave();
          }
        } else {
          // kill -9: the next agent finds the folder as it is. What was not promised may be lost.
          await bench.buffer.stopWriting();
          fresh.clear();
          bench = bufferIn(folder, options);
          bench.buffer.recover();
        }
      }
      await bench.buffer.committed();
      fresh.forEach((msg) => promised.add(msg));
      sent.push(...(await bench.send()));
      const got = new Set(sent);
      expect([...promised].filter((msg) => !got.has(msg))).toEqual([]);
      expect(sent.length).toBe(got.size);
      expect(bench.queue().lines).toBe(0);
      expect(bench.queue().bytes).toBe(0);
      expect(bench.events.filter(({ type }) => type === "BufferDamaged" || type === "BufferCutOff")).toEqual([]);
      await bench.end();
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  it("cut off anywhere, the last segment costs its last records only", async () => {
    const folder = await folderWith(numbers(0, 6));
    const bytes = readFileSync(segment(folder));
    const ends: number[] = [];
    readRecords(bytes, sizeOfSegmentLine(bytes), ({ to }) => ends.push(to));
    for (let size = sizeOfSegmentLine(bytes); size < bytes.length; size++) {
      writeFileSync(segment(folder), bytes.subarray(0, size));
      expect(await recovered(folder).left()).toEqual(numbers(0, ends.filter((end) => end <= size).length));
    }
  });
});

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
    expect(await recovered(folder).left()).toEqual(["3"]);
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
      expect(await recovered(folder).left(), `room ${room}`).toEqual(numbers(0, 100 - lost));
      // A record has 70 bytes about it, a line 13.
      if (room > 400) expect(lost, `room ${room}`).toBeLessThan(100 - (room - 400) / 30);
    }
  });

  it("never costs a line that was on disk, whatever the room is", async () => {
    for (let room = 0; room < 900; room += 61) {
      const folder = await folderWith(numbers(0, 20));
      const second = recovered(folder, diskWithRoom(room));
      second.put(numbers(20, 30));
      const lost = await second.end();
      expect(await recovered(folder).left(), `room ${room}`).toEqual(numbers(0, 30 - lost));
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
    const got = new Set(await recovered(folder).left());
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
    let broken = true;
    const readFile: Disk["readFile"] = async (...args) => {
      if (broken) throw diskError("EMFILE");
      return realDisk.readFile(...args);
    };
    const { queue, send, buffer } = recovered(folder, { ...realDisk, readFile });
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
    expect(await recovered(folder).left()).toEqual(numbers(0, 8));
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
    const { send, put, events, written, end } = recovered(folder, { ...realDisk, rmSync });
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
