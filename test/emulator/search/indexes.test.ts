/** The indexes of many segments: what they do when time is short, and when the disk takes no more. */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { encodeLogGroup } from "../../../sls";
import { parseQuery, Search } from "../../../emulator/search";
import { LogStorage } from "../../../emulator/store/log-storage";
import { Logstore } from "../../../emulator/store/logstore";
import type { LogStoreBody } from "../../../sls/model/log-store";

let folder: string;
let storage: LogStorage;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cdktf-sls-indexes-"));
  storage = new LogStorage(folder);
});
afterEach(() => {
  vi.restoreAllMocks();
  storage.close();
  rmSync(folder, { recursive: true, force: true });
});

function indexed(groups: number): Logstore {
  const body: LogStoreBody = { logstoreName: "ls", ttl: 30, shardCount: 1 } as LogStoreBody;
  const logstore = Logstore.create(storage, body, 1000);
  logstore.index = { body: { line: { token: [" "], caseSensitive: false } }, lastModifyTime: 1000 };
  for (let n = 0; n < groups; n++) append(logstore, n);
  return logstore;
}

function append(logstore: Logstore, n: number): void {
  const group = { logs: [{ time: 1000 + n, contents: [["msg", `log ${n}`] as [string, string]] }] };
  logstore.append(logstore.shardFor(), Buffer.from(encodeLogGroup(group)), 1000);
}

const searchIn = (logstore: Logstore): Search =>
  new Search(logstore, { query: parseQuery("log"), from: 1000, to: 2000, topic: "" }, 1000);

test("a search that ran out of time answers with what it looked at, and does not index the rest for it", () => {
  const logstore = indexed(5);
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => (now += 1100));
  const search = searchIn(logstore);
  expect(search.complete).toBe(false);
  expect(search.page(0, 10, false)).toHaveLength(1);
  expect(search.histogram(1000, 10, 1)).toEqual([1]);
  const [part] = logstore.parts();
  expect(part && storage.indexes.get(part, 0, 0).index.groupCount).toBe(1);
});

test("where an index can't be written to the disk, its logs are found all the same", () => {
  const logstore = indexed(3);
  const first = logstore.shards[0]?.log.segments[0];
  // A folder in the place of the file: no program can write it, not even one that may write everything.
  mkdirSync(join(`${first?.indexFile}.new`, "in the way"), { recursive: true });
  logstore.index = { body: { line: { token: [" "], caseSensitive: true } }, lastModifyTime: 1000 };
  append(logstore, 3);
  expect(searchIn(logstore).page(0, 100, false)).toHaveLength(4);
  expect(existsSync(first?.indexFile ?? "")).toBe(false);
});

test("logs that can't be read end no process that indexes them in the background", async () => {
  const logstore = indexed(3);
  const [segment] = logstore.shards[0]?.log.segments ?? [];
  const read = vi.spyOn(segment as NonNullable<typeof segment>, "readBytes").mockImplementation(() => {
    throw new Error("the disk is gone");
  });
  await expect.poll(() => read.mock.calls.length).toBeGreaterThan(0);
  read.mockRestore();
  expect(searchIn(logstore).page(0, 100, false)).toHaveLength(3);
});

test("a memory that holds no index changes no answer, and what is of another time is not read for it", () => {
  storage.close();
  storage = new LogStorage(folder, { budget: 1 });
  const logstore = indexed(0);
  // Each index of its own is a segment of its own; their times cross.
  for (let n = 0; n < 24; n++) {
    logstore.index = { body: { line: { token: [" "], max: n >> 2 } } as object, lastModifyTime: 1000 };
    append(logstore, (n * 7) % 24);
  }
  expect(logstore.parts()).toHaveLength(6);
  const wanted = Array.from({ length: 24 }, (_, n) => 1000 + n);
  for (const reverse of [false, true]) {
    const pages = [0, 5, 10, 15, 20].flatMap((offset) => searchIn(logstore).page(offset, 5, reverse));
    expect(pages.map(({ log }) => log.time)).toEqual(reverse ? [...wanted].reverse() : wanted);
  }
  const get = vi.spyOn(storage.indexes, "get");
  const early = new Search(logstore, { query: parseQuery("log"), from: 900, to: 1001, topic: "" }, 1000);
  expect([early.histogram(900, 200, 1), get.mock.calls.length]).toEqual([[1], 2]);
});
