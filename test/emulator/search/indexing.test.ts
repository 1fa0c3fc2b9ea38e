/** When segments are indexed: in quiet moments, and now and then where there are none. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { encodeLogGroup } from "../../../sls";
import type { IndexBody } from "../../../sls/model/log-index";
import { LogStorage } from "../../../emulator/store/log-storage";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cdktf-sls-indexing-"));
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true, force: true });
});

const body: IndexBody = { line: { token: [" "], caseSensitive: false } };
const group = encodeLogGroup({ logs: [{ time: 1, contents: [["msg", "some words"]] }] });

/** Writes every 10 ms for so long, then waits; returns how many logs are indexed without a search having asked. */
function indexedAfter(writingMs: number, waitMs: number): number {
  const storage = new LogStorage(folder);
  const shard = storage.openShard("store", 0);
  for (let n = 0; n < writingMs / 10; n++) {
    const before = shard.segments.at(-1);
    const segment = shard.append(group, 1, n, body);
    storage.indexes.appended(segment, before === segment ? undefined : before);
    vi.advanceTimersByTime(10);
  }
  vi.advanceTimersByTime(waitMs);
  const [segment] = shard.segments;
  if (segment === undefined) throw new Error("nothing was written");
  // With no time left it adds one group and no more.
  const { index } = storage.indexes.get({ segment, sealed: false }, Number.NEGATIVE_INFINITY);
  storage.close();
  return index.count;
}

test("nothing is indexed while logs come", () => {
  expect(indexedAfter(300, 0)).toBe(1);
});

test("all is indexed when it gets quiet", () => {
  expect(indexedAfter(300, 100)).toBe(30);
});

test("what never gets quiet is indexed all the same", () => {
  expect(indexedAfter(1000, 0)).toBeGreaterThan(90);
});
