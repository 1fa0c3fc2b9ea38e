import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { toRecord, type LogRecord } from "../../agent/buffer/record";
import { readSpillFile, writeSpillFile } from "../../agent/buffer/spill-file";
import { temporaryFolder } from "./support/folder";

const destination = { project: "my-project", logstore: "my-store" };
const records: LogRecord[] = Array.from({ length: 100 }, (_, i) =>
  toRecord(
    { time: 1795244143 + i, contents: [["msg", Buffer.from([0xc4, 0xe3, 0x0a, i])]] },
    i % 2 ? "topic" : "",
    "10.0.0.1",
  ),
);
const plain = (list: readonly LogRecord[]): unknown[] => list.map((r) => ({ ...r, log: r.log.toString("hex") }));

describe("a buffer file", () => {
  it("gives back what was written", () => {
    const file = join(temporaryFolder(), "a.buf");
    writeSpillFile(file, destination, records);
    const read = readSpillFile(file);
    expect(read.destination).toEqual(destination);
    expect(plain(read.records)).toEqual(plain(records));
    expect(read.damage).toBeUndefined();
  });

  it("loses only the damaged record when a byte in it changed, and says how many bytes that is", () => {
    const file = join(temporaryFolder(), "a.buf");
    writeSpillFile(file, destination, records);
    const bytes = readFileSync(file);
    const headerEnd = bytes.indexOf("\n", 8) + 1;
    bytes[headerEnd + 12] = (bytes[headerEnd + 12] as number) ^ 0xff;
    writeFileSync(file, bytes);
    const read = readSpillFile(file);
    expect(plain(read.records)).toEqual(plain(records.slice(1)));
    expect(read.damage).toEqual({
      bytes: 8 + bytes.readUInt32LE(headerEnd),
      why: "a record does not match its checksum",
    });
  });

  it("gives back the records before the place where it was cut off", () => {
    const file = join(temporaryFolder(), "a.buf");
    writeSpillFile(file, destination, records);
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.subarray(0, bytes.length - 1));
    const read = readSpillFile(file);
    expect(plain(read.records)).toEqual(plain(records.slice(0, -1)));
    expect(read.damage?.why).toBe("it ends within a record, or a record's length is damaged");
  });

  it("is told from any other file", () => {
    const file = join(temporaryFolder(), "a.buf");
    writeFileSync(file, "hello\n");
    expect(() => readSpillFile(file)).toThrow(
      `${file}: not a buffer file of this agent (it does not begin with SLSBUF1); move it away`,
    );
  });
});
