import { appendFileSync, readFileSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { realDisk } from "../../../agent/buffer/disk";
import { SetAside } from "../../../agent/set-aside/set-aside";
import { SlsError } from "../../../sls/model";
import { encodeLogGroup } from "../../../sls/wire";
import { temporaryFolder } from "../support/folder";
import { canMount, diskError, diskWithRoom, tinyFileSystem } from "../support/full-disk";

const destination = { project: "p", logstore: "l" };
const face = { topic: "", source: "10.0.0.1" };
const logs = (...messages: string[]): Buffer =>
  encodeLogGroup({ logs: messages.map((msg) => ({ time: 1, contents: [["msg", msg]] })) });
const refused = new SlsError("PostBodyInvalid", "no");
const at = new Date(0);
const limit = 1024 * 1024;
const written = (file: string | undefined): unknown[] =>
  readFileSync(file ?? "none", "utf8")
    .split("\n")
    .slice(0, -1)
    .map((line) => (JSON.parse(line) as { contents: { msg: string } }).contents.msg);

describe("lines set aside", () => {
  it("keep the nanoseconds of their time", () => {
    const log = encodeLogGroup({ logs: [{ time: 1, timeNs: 3_000_000, contents: [["msg", "m"]] }] });
    const file = new SetAside(temporaryFolder(), limit).add(destination, face, log, refused, at);
    expect(JSON.parse(readFileSync(file ?? "none", "utf8"))).toMatchObject({ time: 1, timeNs: 3_000_000 });
  });

  it("are all in the file or none of them, for every room the disk can have", () => {
    const folder = temporaryFolder();
    const file = new SetAside(folder, limit).add(destination, face, logs("1"), refused, at);
    const before = readFileSync(file ?? "none");
    for (let room = 0; room < 2 * before.length; room++) {
      expect(() =>
        new SetAside(folder, limit, diskWithRoom(room)).add(destination, face, logs("2", "3"), refused, at),
      ).toThrow("ENOSPC");
      expect(readFileSync(file ?? "none")).toEqual(before);
    }
    new SetAside(folder, limit, diskWithRoom(2 * before.length)).add(destination, face, logs("2", "3"), refused, at);
    expect(written(file)).toEqual(["1", "2", "3"]);
  });

  it("are not there twice when the disk did not promise to have them", () => {
    const folder = temporaryFolder();
    const fsyncSync = (): void => {
      throw diskError("EIO");
    };
    expect(() =>
      new SetAside(folder, limit, { ...realDisk, fsyncSync }).add(destination, face, logs("1"), refused, at),
    ).toThrow("EIO");
    expect(written(new SetAside(folder, limit).add(destination, face, logs("1"), refused, at))).toEqual(["1"]);
  });

  it("begin on a line of their own after a line that a killed agent left half written", () => {
    const folder = temporaryFolder();
    appendFileSync(join(folder, "p.l.jsonl"), '{"half');
    const file = new SetAside(folder, limit).add(destination, face, logs("1"), refused, at);
    expect(readFileSync(file ?? "none", "utf8").split("\n")).toEqual([
      '{"half',
      expect.stringContaining('"msg":"1"'),
      "",
    ]);
  });

  it("are not taken beyond the limit, and are again when someone has moved the file away", () => {
    const folder = temporaryFolder();
    const add = (max: number, ...messages: string[]): string | undefined =>
      new SetAside(folder, max).add(destination, face, logs(...messages), refused, at);
    const file = add(limit, "1") as string;
    const { size } = statSync(file);
    expect(add(3 * size - 1, "2", "3")).toBeUndefined();
    expect(written(file)).toEqual(["1"]);
    expect(add(3 * size, "2", "3")).toBe(file);
    expect(add(3 * size, "4")).toBeUndefined();
    renameSync(file, `${file}.seen`);
    expect(written(add(3 * size, "5"))).toEqual(["5"]);
  });

  it.skipIf(!canMount())("leave no torn line on a real file system of 64 KiB (needs root, to mount one)", () => {
    const setAside = new SetAside(tinyFileSystem(), limit);
    let file: string | undefined;
    let taken = 0;
    expect(() => {
      for (; ; taken++) file = setAside.add(destination, face, logs("x".repeat(1000)), refused, at);
    }).toThrow("ENOSPC");
    expect(taken).toBeGreaterThan(50);
    expect(written(file)).toHaveLength(taken);
  });
});
