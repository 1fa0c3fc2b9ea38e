import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { realDisk } from "../../agent/buffer/disk";
import { toRecord, type LogRecord } from "../../agent/buffer/record";
import { appendToSpillFile, readSpillFile, writeSpillFile } from "../../agent/buffer/spill-file";
import { decodeSpill } from "../../agent/buffer/spill-format";
import { chance } from "./support/chance";
import { temporaryFolder } from "./support/folder";
import { canMount, diskError, diskWithRoom, tinyFileSystem } from "./support/full-disk";

const name = "my-project.my-store.buf";
const destination = { project: "my-project", logstore: "my-store" };
const recordOf = (i: number): LogRecord =>
  toRecord(
    { time: 1795244143 + i, contents: [["msg", Buffer.from([0xc4, 0xe3, 0x0a, i])]] },
    i % 2 ? "topic" : "",
    "10.0.0.1",
  );
const records: readonly LogRecord[] = Array.from({ length: 100 }, (_, i) => recordOf(i));
const plain = (list: readonly LogRecord[]): string[] =>
  list.map((r) => JSON.stringify({ ...r, log: r.log.toString("hex") }));

function bytesOf(list: readonly LogRecord[]): Buffer {
  const file = join(temporaryFolder(), name);
  expect(writeSpillFile(file, destination, list)).toMatchObject({ lines: list.length, safe: list.length });
  return readFileSync(file);
}

const headerSize = (bytes: Buffer): number => bytes.indexOf("\n") + 1;

describe("a buffer file", () => {
  it("gives back what was written", () => {
    const read = decodeSpill(bytesOf(records), name);
    expect(read.destination).toEqual(destination);
    expect(plain(read.records)).toEqual(plain(records));
    expect(read.damage).toBeUndefined();
  });

  it("begins with a line that a person can read", () => {
    const bytes = bytesOf(records);
    expect(bytes.toString("latin1", 0, headerSize(bytes))).toBe(
      'SLSBUF1 {"project":"my-project","logstore":"my-store"} b69caa89\n',
    );
  });

  it("loses the record that a flipped bit is in and no other, whichever bit it is", () => {
    const six = records.slice(0, 6);
    const written = plain(six);
    const bytes = bytesOf(six);
    const header = headerSize(bytes);
    const tally: Record<string, number> = {};
    for (let at = 0; at < bytes.length; at++) {
      for (const bit of [1, 2, 4, 8, 16, 32, 64, 128]) {
        const flipped = Buffer.from(bytes);
        flipped[at] = (flipped[at] as number) ^ bit;
        const read = decodeSpill(flipped, name);
        const label = `byte ${at} bit ${bit}`;
        expect(read.destination, label).toEqual(destination);
        expect(read.damage?.bytes, label).toBeGreaterThan(0);
        const got = plain(read.records);
        expect(
          written.filter((record) => got.includes(record)),
          label,
        ).toEqual(got);
        expect(got.length, label).toBe(at < header ? 6 : 5);
        const where = at < header ? "header" : "records";
        tally[`${where}: ${got.length} of 6`] = (tally[`${where}: ${got.length} of 6`] ?? 0) + 1;
      }
    }
    expect(tally).toEqual({ "header: 6 of 6": header * 8, "records: 5 of 6": (bytes.length - header) * 8 });
  });

  it("loses only what is touched when stretches are cut out, put in or replaced by noise", () => {
    const random = chance(20261121);
    const upTo = (n: number): number => Math.floor(random() * n);
    const written = plain(records);
    const bytes = bytesOf(records);
    const size = (bytes.length - headerSize(bytes)) / records.length;
    for (let round = 0; round < 500; round++) {
      const at = upTo(bytes.length);
      const length = upTo(200);
      const noise = Buffer.from(Array.from({ length: upTo(200) }, () => upTo(256)));
      const damaged = Buffer.concat([bytes.subarray(0, at), noise, bytes.subarray(at + length)]);
      const got = plain(decodeSpill(damaged, name).records);
      expect(written.filter((record) => got.includes(record))).toEqual(got);
      expect(got.length).toBeGreaterThanOrEqual(100 - Math.ceil(length / (size - 8)) - 1);
    }
  });

  it("says how many bytes are lost, and why", () => {
    const bytes = bytesOf(records);
    const header = headerSize(bytes);
    const size = bytesOf(records.slice(0, 1)).length - header;
    bytes[header + 20] = 0;
    expect(decodeSpill(bytes, name).damage).toEqual({
      bytes: size,
      why: "records do not match their checksum in 1 place(s)",
    });
    bytes[10] = 0;
    expect(decodeSpill(bytes.subarray(0, -1), name).damage?.why).toBe(
      "its first line is damaged, the name told the logstore; its end is damaged or cut off",
    );
  });

  it("gives back the records before the place where it was cut off", () => {
    const read = decodeSpill(bytesOf(records).subarray(0, -1), name);
    expect(plain(read.records)).toEqual(plain(records.slice(0, -1)));
  });

  it("is read in bounded time when damage looks like the beginning of many long records", () => {
    const bytes = bytesOf(records.slice(0, 1));
    // Mark, checksum, length, time, two empty texts; each claims to be 4 MiB long.
    const bait = Buffer.from(bytes.subarray(headerSize(bytes), headerSize(bytes) + 24));
    bait.writeUInt32LE(4 * 1024 * 1024, 8);
    bait.fill(0, 16);
    const begun = performance.now();
    const read = decodeSpill(Buffer.concat([bytes, ...Array<Buffer>(500_000).fill(bait)]), name);
    expect(read.records).toHaveLength(1);
    expect(performance.now() - begun).toBeLessThan(20_000);
  });

  it("is told from any other file", () => {
    const file = join(temporaryFolder(), name);
    for (const text of ["", "hello\n", "SLSBUF1"]) {
      writeFileSync(file, text);
      expect(() => readSpillFile(file)).toThrow(
        "not a buffer file of this agent (it does not begin with SLSBUF1), or all of it is damaged",
      );
    }
  });

  it("is told from one of another version", () => {
    const line = 'SLSBUF2 {"project":"my-project","logstore":"my-store"}';
    const file = `${line} ${crc32(line).toString(16).padStart(8, "0")}\nwhatever`;
    expect(() => decodeSpill(Buffer.from(file), name)).toThrow(
      "version 2 of the format, this agent reads 1; to have its lines sent, " +
        "give the file its name back and start the sls-agent that wrote it",
    );
  });

  it("needs its name when its first line is damaged", () => {
    const bytes = bytesOf(records);
    bytes[3] = 0;
    expect(() => decodeSpill(bytes, "copy of it")).toThrow("its name is not PROJECT.LOGSTORE.buf; name it so");
  });
});

describe("a disk that gets full", () => {
  it("has the whole records that fit, for every room there can be", () => {
    const folder = temporaryFolder();
    const six = records.slice(0, 6);
    const all = bytesOf(six).length;
    const sizes = six.map((_, i) => bytesOf(six.slice(0, i + 1)).length);
    for (let room = 0; room < all; room++) {
      const file = join(folder, `p.l${room}.buf`);
      const written = writeSpillFile(file, destination, six, { disk: diskWithRoom(room) });
      const fit = sizes.filter((size) => size <= room).length;
      expect(written.error?.message, `room ${room}`).toBe("ENOSPC: no, write");
      expect([written.lines, written.safe], `room ${room}`).toEqual([fit, fit]);
      if (fit === 0) expect(existsSync(file)).toBe(false);
      else {
        expect(statSync(file).size).toBe(sizes[fit - 1]);
        const read = readSpillFile(file);
        expect(plain(read.records)).toEqual(plain(six.slice(0, fit)));
        expect(read.damage).toBeUndefined();
      }
    }
    expect(readdirSync(folder).filter((other) => other.endsWith(".tmp"))).toEqual([]);
  });

  it("has the new records that fit at the end of an old file", () => {
    const file = join(temporaryFolder(), name);
    writeSpillFile(file, destination, records.slice(0, 3));
    const size = bytesOf(records.slice(3, 5)).length - headerSize(bytesOf(records));
    expect(appendToSpillFile(file, records.slice(3, 10), diskWithRoom(size + 5))).toMatchObject({ lines: 2, safe: 2 });
    const read = readSpillFile(file);
    expect(plain(read.records)).toEqual(plain(records.slice(0, 5)));
    expect(read.damage).toBeUndefined();
  });

  it("keeps the old file when the new one must be whole", () => {
    const file = join(temporaryFolder(), name);
    writeSpillFile(file, destination, records.slice(0, 3));
    const written = writeSpillFile(file, destination, records, { whole: true, disk: diskWithRoom(1000) });
    expect(written).toMatchObject({ lines: 0, safe: 0 });
    expect(readSpillFile(file).records).toHaveLength(3);
    expect(existsSync(`${file}.tmp`)).toBe(false);
  });

  it("does not promise what it could not sync, and keeps what may be there", () => {
    const file = join(temporaryFolder(), name);
    const disk = {
      ...realDisk,
      fsyncSync: () => {
        throw diskError("EIO");
      },
    };
    expect(writeSpillFile(file, destination, records, { disk })).toMatchObject({ lines: 100, safe: 0 });
    expect(readSpillFile(file).records).toHaveLength(100);
  });

  it("leaves no temporary file when the rename fails", () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, name));
    expect(writeSpillFile(join(folder, name), destination, records)).toMatchObject({ lines: 0, safe: 0 });
    expect(readdirSync(folder)).toEqual([name]);
  });

  it.skipIf(!canMount())("has what fits on a real file system of 64 KiB (needs root, to mount one)", () => {
    const file = join(tinyFileSystem(), name);
    const many = Array.from({ length: 2000 }, (_, i) => recordOf(i));
    const written = writeSpillFile(file, destination, many);
    expect((written.error as NodeJS.ErrnoException).code).toBe("ENOSPC");
    expect(written.bytes).toBeGreaterThan(64 * 1024 - 200);
    const read = readSpillFile(file);
    expect(plain(read.records)).toEqual(plain(many.slice(0, written.safe)));
    expect(read.damage).toBeUndefined();
    expect(written.safe).toBeGreaterThan(700);
  });
});
