/** What lies in a logstore's folder and is none of its own: of a kill, of another version, of a person. */
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bufferIn } from "../support/buffer";
import { temporaryFolder } from "../support/folder";
import { folderWith, recovered } from "../support/segments";
import { until } from "../support/world";

/** Lines go to disk, over the end of a segment too, and nothing says that the disk fails. */
async function works(folder: string, left: readonly string[] = []): Promise<void> {
  const bench = bufferIn(folder, { segmentBytes: 200 });
  await bench.buffer.recover();
  for (const text of ["a", "b", "c", "d"]) {
    bench.put([text]);
    await bench.written();
  }
  expect(bench.events.filter(({ type }) => type === "BufferDiskFails")).toEqual([]);
  expect(await (await recovered(folder)).left()).toEqual([...left, "a", "b", "c", "d"]);
}

describe("left in a logstore's folder", () => {
  it.each([
    ["a number larger than can be counted on from", "20261122013157123456.bak"],
    ["the largest number of a segment's eight digits", "99999999.seg"],
    ["a number that is none of a segment", "7"],
    ["a copy of a segment", "00000001 (copy).seg"],
    ["a name without a number", "x.seg"],
    ["half a file of another program", "00000002.seg.tmp"],
  ])("%s: what comes is written beside it", async (_, name) => {
    const folder = await folderWith(["old"]);
    writeFileSync(join(folder, "p.l", name), "");
    await works(folder, ["old"]);
  });

  it("a file or a folder by the name that the next segment would have: it gets another name", async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "p.l"));
    const bench = bufferIn(folder, { segmentBytes: 200 });
    await bench.buffer.recover();
    // Put there while the agent runs, as one restores a backup.
    writeFileSync(join(folder, "p.l", "00000001.seg"), "not ours");
    mkdirSync(join(folder, "p.l", "00000002.seg"));
    bench.put(["a"]);
    await bench.written();
    expect(bench.events).toEqual([]);
    expect(readFileSync(join(folder, "p.l", "00000001.seg"), "utf8")).toBe("not ours");
    expect((await (await recovered(folder)).left()).at(-1)).toBe("a");
  });

  it("or beside it, a copy of the folder by a name of no logstore: its lines are not sent, and stay", async () => {
    const folder = await folderWith(["old"]);
    cpSync(join(folder, "p.l"), join(folder, "p.l copy"), { recursive: true });
    // A name that is not UTF-8: Node cannot say what it is.
    mkdirSync(Buffer.concat([Buffer.from(`${folder}/p.`), Buffer.from([0xff])]));
    const { events } = await recovered(folder);
    expect(events).toEqual([{ type: "BufferRecovered", project: "p", logstore: "l", lines: 1 }]);
    await works(folder, ["old"]);
    expect(readdirSync(join(folder, "p.l copy"))).toEqual(["00000001.seg"]);
  });

  it("notes of a segment that is gone, as a folder that cannot be deleted: they count for nothing", async () => {
    const folder = await folderWith(["old"]);
    mkdirSync(join(folder, "p.l", "00000002.settled"));
    await works(folder, ["old"]);
  });

  it("a damaged segment of an earlier run: its number is nobody's, and it stays", async () => {
    const folder = await folderWith(["old"]);
    writeFileSync(join(folder, "p.l", "00000005.damaged"), "for a person");
    await works(folder, ["old"]);
    const names = readdirSync(join(folder, "p.l"));
    expect(names.filter((name) => name.startsWith("00000005"))).toEqual(["00000005.damaged"]);
  });

  it("a file in the place of the folder itself: it is told, lines go through memory, and to disk once it is gone", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "p.l"), "");
    const { buffer, put, send, events } = bufferIn(folder);
    await buffer.recover();
    put(["1"]);
    await until("it is told", () => events.length > 0);
    expect(events[0]).toMatchObject({ type: "BufferDiskFails", message: expect.stringContaining("p.l") as string });
    expect(await send()).toEqual(["1"]);
    expect(statSync(join(folder, "p.l")).isFile()).toBe(true);
  });
});
