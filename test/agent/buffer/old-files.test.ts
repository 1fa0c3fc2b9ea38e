import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { realDisk } from "../../../agent/buffer/disk";
import { decodeSpill } from "../../../agent/buffer/old/spill-format";
import { bufferIn, here, numbers } from "../support/buffer";
import { chance } from "../support/chance";
import { temporaryFolder } from "../support/folder";
import { diskError, diskWithRoom } from "../support/full-disk";
import { oldHeader, oldLine, oldRecord } from "../support/old-format";
import { until } from "../support/world";

const name = "p.l.buf";
const header = oldHeader(here);
const fileOf = (messages: readonly string[]): Buffer =>
  Buffer.concat([header, ...messages.map((msg) => oldRecord(oldLine(msg)))]);
const folderWith = (bytes: Buffer | string): string => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, name), bytes);
  return folder;
};

describe("a buffer file of the agent's first version", () => {
  it("is taken over, and deleted when its lines are safe in the new buffer", async () => {
    const folder = folderWith(fileOf(numbers(0, 500)));
    writeFileSync(join(folder, `${name}.tmp`), "half");
    const first = bufferIn(folder);
    await first.buffer.recover();
    expect(first.events).toEqual([{ type: "BufferRecovered", ...here, lines: 500 }]);
    await until("the file is gone", () => !readdirSync(folder).includes(name));
    expect(readdirSync(folder)).toEqual(["p.l"]);
    // As after kill -9.
    const second = bufferIn(folder);
    await second.buffer.recover();
    expect(await second.left()).toEqual(numbers(0, 500));
  });

  it("is taken over into a buffer in memory, and is safe on disk before it is deleted", async () => {
    const folder = folderWith(fileOf(numbers(0, 50)));
    await bufferIn(folder, { mode: "memory" }).buffer.recover();
    await until("the file is gone", () => !readdirSync(folder).includes(name));
    const second = bufferIn(folder, { mode: "memory" });
    await second.buffer.recover();
    expect(await second.left()).toEqual(numbers(0, 50));
  });

  it("stays on a full disk until its lines are sent", async () => {
    const folder = folderWith(fileOf(numbers(0, 50)));
    const { buffer, send } = bufferIn(folder, { disk: diskWithRoom(0) });
    await buffer.recover();
    await until("the disk has failed", () => buffer.diskProblem !== undefined);
    expect(readdirSync(folder)).toContain(name);
    expect(await send()).toEqual(numbers(0, 50));
    await until("the file is gone", () => !readdirSync(folder).includes(name));
  });

  it("costs the record that a flipped bit is in and no other, and is kept for a person", async () => {
    const bytes = fileOf(numbers(0, 10));
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] as number) ^ 1;
    const folder = folderWith(bytes);
    const { buffer, events, left } = bufferIn(folder);
    await buffer.recover();
    expect(events[0]).toMatchObject({ type: "BufferDamaged", why: "its end is damaged or cut off" });
    expect(await left()).toEqual(numbers(0, 9));
    await until("it has another name", () => readdirSync(folder).includes(`${name}.damaged.1`));
    expect(readFileSync(join(folder, `${name}.damaged.1`))).toEqual(bytes);
    expect(readdirSync(folder)).not.toContain(name);
  });

  it("is put beside when it is none, without overwriting what is there", async () => {
    const folder = folderWith("one\n");
    for (const text of ["one\n", "two\n"]) {
      writeFileSync(join(folder, name), text);
      const { buffer, events } = bufferIn(folder);
      await buffer.recover();
      expect(events).toMatchObject([
        {
          type: "BufferDamaged",
          bytes: 4,
          why: "not a buffer file of this agent (it does not begin with SLSBUF1), or all of it is damaged",
        },
      ]);
    }
    expect(readdirSync(folder)).toEqual([`${name}.damaged.1`, `${name}.damaged.2`]);
    expect(readFileSync(join(folder, `${name}.damaged.1`), "utf8")).toBe("one\n");
  });

  it("of another version is left to the agent that wrote it", async () => {
    const folder = folderWith(Buffer.concat([oldHeader(here, 7), Buffer.from("whatever")]));
    const { buffer, events } = bufferIn(folder);
    await buffer.recover();
    expect(events[0]).toMatchObject({ why: expect.stringMatching(/^version 7 of the format, this agent reads 1/) });
    expect(readdirSync(folder)).toEqual([`${name}.damaged.1`]);
  });

  it("that can neither be read nor moved stays as it is, and the agent starts", async () => {
    const folder = folderWith("precious\n");
    const renameSync = (): void => {
      throw diskError("EROFS");
    };
    const { buffer, events } = bufferIn(folder, { disk: { ...realDisk, renameSync } });
    await buffer.recover();
    expect(events).toMatchObject([{ type: "BufferDamaged", file: join(folder, name) }]);
    expect(readFileSync(join(folder, name), "utf8")).toBe("precious\n");
  });

  it("loses only what is touched when stretches are cut out, put in or replaced by noise", () => {
    const random = chance(20261121);
    const upTo = (n: number): number => Math.floor(random() * n);
    const written = numbers(0, 100);
    const bytes = fileOf(written);
    const size = (bytes.length - header.length) / written.length;
    for (let round = 0; round < 300; round++) {
      const at = upTo(bytes.length);
      const length = upTo(200);
      const noise = Buffer.from(Array.from({ length: upTo(200) }, () => upTo(256)));
      const damaged = Buffer.concat([bytes.subarray(0, at), noise, bytes.subarray(at + length)]);
      const got = decodeSpill(damaged, name).records.map(({ log }) => log.toString("hex"));
      const all = written.map((msg) => oldLine(msg).log.toString("hex"));
      expect(all.filter((log) => got.includes(log))).toEqual(got);
      expect(got.length).toBeGreaterThanOrEqual(100 - Math.ceil(length / (size - 8)) - 1);
    }
  });
});
