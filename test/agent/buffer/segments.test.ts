import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { readRecords, sizeOfSegmentLine } from "../../../agent/buffer/segment-format";
import { bufferIn, here, numbers } from "../support/buffer";
import { temporaryFolder } from "../support/folder";
import { folderWith, recovered, segment } from "../support/segments";
import { cpuMs } from "../../support/cpu-time";

const flip = (bytes: Buffer, at: number): void => void (bytes[at] = (bytes[at] as number) ^ 1);

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
      const { left, events } = await recovered(folder);
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
    expect((await recovered(folder)).events).toContainEqual(
      expect.objectContaining({ type: "BufferDamaged", lines: 7 }),
    );
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
    const { events, send, end } = await recovered(folder);
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
    const { events, left, send, end } = await recovered(folder);
    expect(events.map(({ type }) => type)).toEqual(["BufferCutOff", "BufferRecovered"]);
    expect(await left()).toEqual(numbers(0, 9));
    await send();
    await end();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("is never added to by a later run, and its number is never used again", async () => {
    const folder = await folderWith(["1"]);
    const second = await recovered(folder);
    second.put(["2"]);
    await second.written();
    expect(readdirSync(join(folder, "p.l"))).toEqual(["00000001.seg", "00000002.seg"]);
    expect(await (await recovered(folder)).left()).toEqual(["1", "2"]);
  });

  it("has one note for the lines of a block that follow each other, however far apart their records are", async () => {
    const folder = temporaryFolder();
    const bench = bufferIn(folder);
    for (const text of numbers(0, 3)) {
      bench.put([text], { source: "10.0.0.1" });
      bench.put(["x".repeat(70_000)], { source: "10.0.0.2" });
      await bench.written();
    }
    const taken = Array.from({ length: 4 }, () => bench.queue().take(0));
    const block = taken.find((each) => each?.lines === 3);
    expect(block?.places.length).toBe(3);
    if (block) bench.queue().settle(block, 3);
    expect(statSync(segment(folder).replace(".seg", ".settled")).size).toBe(20);
    expect((await (await recovered(folder)).left()).filter((text) => text.length < 10)).toEqual([]);
  });

  it("that could not be read at one start costs no line at the next: what came in between has other numbers", async () => {
    const folder = await folderWith(["1", "2"]);
    const bytes = readFileSync(segment(folder));
    rmSync(segment(folder));
    mkdirSync(segment(folder));
    for (const text of ["3", "4"]) {
      const between = await recovered(folder);
      expect(between.events).toContainEqual(expect.objectContaining({ type: "BufferDamaged", lines: 0 }));
      between.put([text]);
      await between.written();
    }
    rmdirSync(segment(folder));
    writeFileSync(segment(folder), bytes);
    expect(await (await recovered(folder)).left()).toEqual(["1", "2", "3", "4"]);
  });

  it("of another version stays for the agent that wrote it", async () => {
    const folder = await folderWith(["1"]);
    const text = readFileSync(segment(folder), "latin1").replace("SLSBUF2", "SLSBUF3");
    const [line = ""] = text.split("\n");
    const body = line.slice(0, -9);
    writeFileSync(segment(folder), `${body} ${crc32(body).toString(16).padStart(8, "0")}\n`);
    const { events } = await recovered(folder);
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
    const { left, put } = await recovered(folder);
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
    const second = await recovered(folder);
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
    const all = Buffer.concat([bytes, ...Array<Buffer>(400_000).fill(bait)]);
    let found = 0;
    const took = cpuMs(() => readRecords(all, begin, () => found++));
    expect(found).toBe(1);
    expect(took).toBeLessThan(20_000);
  });

  it("cut off anywhere, the last segment costs its last records only", async () => {
    const folder = await folderWith(numbers(0, 6));
    const bytes = readFileSync(segment(folder));
    const ends: number[] = [];
    readRecords(bytes, sizeOfSegmentLine(bytes), ({ to }) => ends.push(to));
    for (let size = sizeOfSegmentLine(bytes); size < bytes.length; size++) {
      writeFileSync(segment(folder), bytes.subarray(0, size));
      expect(await (await recovered(folder)).left()).toEqual(numbers(0, ends.filter((end) => end <= size).length));
    }
  });
});
