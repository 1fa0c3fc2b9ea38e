import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { realDisk, type Disk } from "../../agent/buffer/disk";
import { LogBuffer } from "../../agent/buffer/log-buffer";
import type { MemoryQueue } from "../../agent/buffer/log-queue";
import { logsOf, toRecord, type LogRecord } from "../../agent/buffer/record";
import type { AgentEvent } from "../../agent/status/events";
import { temporaryFolder } from "./support/folder";
import { canMount, diskError, diskWithRoom, tinyFileSystem } from "./support/full-disk";

const here = { project: "p", logstore: "l" };
const there = { project: "p", logstore: "m" };
const wakeAt = { bytes: 1e6, lines: 1000 };
const record = (msg: string): LogRecord => toRecord({ time: 1, contents: [["msg", msg]] }, "", "10.0.0.1");

function bufferIn(
  folder: string,
  maxBytes = 1e9,
  disk: Disk = realDisk,
): { buffer: LogBuffer; events: AgentEvent[]; pressure: boolean[]; queues: MemoryQueue[] } {
  const events: AgentEvent[] = [];
  const pressure: boolean[] = [];
  const queues: MemoryQueue[] = [];
  const buffer = new LogBuffer({
    folder,
    maxBytes,
    wakeAt,
    emit: (event) => events.push(event),
    onQueue: (queue) => queues.push(queue),
    onPressure: (full) => pressure.push(full),
    disk,
  });
  return { buffer, events, pressure, queues };
}

/** Acknowledges up to `lines` records of a queue. */
function settle(queue: MemoryQueue | undefined, lines: number): void {
  const batch = queue?.take({ bytes: 1e9, lines });
  if (batch) queue?.ack(batch, batch.records.length);
}

describe("the buffer", () => {
  it("says when the first queue is full, and when all have room again", () => {
    const { buffer, pressure, queues } = bufferIn(temporaryFolder(), 2000);
    for (let i = 0; i < 12; i++) buffer.append(here, record(String(i)));
    expect(pressure).toEqual([true]);
    settle(queues[0], 2);
    expect(pressure).toEqual([true]);
    settle(queues[0], 4);
    expect(pressure).toEqual([true, false]);
  });

  it("keeps unsent records over a restart, logstore by logstore", () => {
    const folder = temporaryFolder();
    const first = bufferIn(folder);
    for (const n of ["1", "2", "3"]) first.buffer.append(here, record(n));
    first.buffer.append(there, record("4"));
    settle(first.queues[0], 1);
    expect(first.buffer.spill()).toBe(0);

    const second = bufferIn(folder);
    second.buffer.recover();
    expect(second.queues.map(({ destination, lines }) => [destination, lines])).toEqual([
      [here, 2],
      [there, 1],
    ]);
  });

  it("deletes a recovered file only when all of it is settled: a kill in between doubles, but loses nothing", () => {
    const folder = temporaryFolder();
    const first = bufferIn(folder);
    for (const n of ["1", "2"]) first.buffer.append(here, record(n));
    first.buffer.spill();

    const second = bufferIn(folder);
    second.buffer.recover();
    second.buffer.append(here, record("new"));
    settle(second.queues[0], 1);
    expect(existsSync(join(folder, "p.l.buf"))).toBe(true);
    settle(second.queues[0], 1);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("writes recovered and new records into one file when they stay unsent again", () => {
    const folder = temporaryFolder();
    const first = bufferIn(folder);
    first.buffer.append(here, record("1"));
    first.buffer.spill();
    const second = bufferIn(folder);
    second.buffer.recover();
    second.buffer.append(here, record("2"));
    second.buffer.spill();
    const third = bufferIn(folder);
    third.buffer.recover();
    expect(third.queues[0]?.lines).toBe(2);
  });

  it("removes temporary files that a killed agent left", () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "p.l.buf.tmp"), "half");
    const { buffer, events } = bufferIn(folder);
    buffer.recover();
    expect(readdirSync(folder)).toEqual([]);
    expect(events).toEqual([]);
  });
});

const numbers = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => String(from + i));
const put = (buffer: LogBuffer, messages: readonly string[]): void =>
  messages.forEach((msg) => buffer.append(here, record(msg)));
const messages = (queue: MemoryQueue | undefined): unknown[] =>
  logsOf([...(queue?.unsettled() ?? [])]).map(({ contents }) => contents[0]?.[1]);
const file = "p.l.buf";

/** A folder with a file of these lines. */
function folderWith(messages: readonly string[], folder = temporaryFolder()): string {
  const { buffer } = bufferIn(folder);
  put(buffer, messages);
  expect(buffer.spill()).toBe(0);
  return folder;
}

function recovered(folder: string, disk: Disk = realDisk): ReturnType<typeof bufferIn> {
  const bench = bufferIn(folder, 1e9, disk);
  bench.buffer.recover();
  return bench;
}

const failing = (operation: "rmSync" | "renameSync", code: string): Disk & { broken: boolean } => {
  const disk = {
    ...realDisk,
    broken: true,
    [operation]: (...args: unknown[]): void => {
      if (disk.broken) throw diskError(code);
      (realDisk[operation] as (...args: unknown[]) => void)(...args);
    },
  };
  return disk;
};

describe("the buffer on a disk that is full at the stop", () => {
  it("keeps the lines that fit and tells how many those are", () => {
    const folder = temporaryFolder();
    const { buffer, events } = bufferIn(folder, 1e9, diskWithRoom(1000));
    put(buffer, numbers(0, 100));
    const lost = buffer.spill();
    const kept = 100 - lost;
    expect(kept).toBeGreaterThan(10);
    const where = { ...here, file: join(folder, file) };
    expect(events).toEqual([
      { type: "BufferKept", ...where, lines: kept, bytes: statSync(join(folder, file)).size },
      { type: "BufferNotKept", ...where, lines: lost, message: "ENOSPC: no, write" },
    ]);
    expect(readdirSync(folder)).toEqual([file]);
    expect(messages(recovered(folder).queues[0])).toEqual(numbers(0, kept));
  });

  it("leaves nothing when nothing fits", () => {
    const folder = temporaryFolder();
    const { buffer, events } = bufferIn(folder, 1e9, diskWithRoom(50));
    put(buffer, ["1", "2"]);
    expect(buffer.spill()).toBe(2);
    expect(readdirSync(folder)).toEqual([]);
    expect(events.map(({ type }) => type)).toEqual(["BufferNotKept"]);
  });

  it("never loses a line that was on disk, whatever the room is", () => {
    let all = false;
    for (let room = 0; !all; room += 7) {
      const folder = folderWith(numbers(0, 20));
      const second = recovered(folder, diskWithRoom(room));
      settle(second.queues[0], 5);
      put(second.buffer, numbers(20, 30));
      const lost = second.buffer.spill();
      const tellsKept = second.events.find(({ type }) => type === "BufferKept");
      expect(tellsKept, `room ${room}`).toMatchObject({ lines: 25 - lost });
      expect(readdirSync(folder)).toEqual([file]);
      const got = messages(recovered(folder).queues[0]);
      // What was sent meanwhile may come again.
      expect(got.slice(-(25 - lost)), `room ${room}`).toEqual(numbers(5, 30 - lost));
      all = got.length === 25;
    }
  });

  it("keeps order within a source, and may be written twice", () => {
    const folder = folderWith(numbers(0, 3));
    const second = recovered(folder);
    put(second.buffer, numbers(3, 6));
    second.queues[0]?.take({ bytes: 1e9, lines: 2 });
    for (const time of ["first", "second"]) {
      expect(second.buffer.spill()).toBe(0);
      expect(messages(recovered(folder).queues[0]), time).toEqual(numbers(0, 6));
    }
  });

  it.skipIf(!canMount())("does so on a real file system of 64 KiB too (needs root, to mount one)", () => {
    const folder = folderWith(numbers(0, 400), tinyFileSystem());
    const second = recovered(folder);
    put(second.buffer, numbers(400, 2000));
    const lost = second.buffer.spill();
    expect(lost).toBeGreaterThan(0);
    expect(lost).toBeLessThan(1600);
    expect(readdirSync(folder)).toEqual([file]);
    expect(messages(recovered(folder).queues[0])).toEqual(numbers(0, 2000 - lost));
  });
});

describe("the buffer and files that it cannot read", () => {
  const damage = (folder: string): Buffer => {
    const bytes = readFileSync(join(folder, file));
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] as number) ^ 1;
    writeFileSync(join(folder, file), bytes);
    return bytes;
  };

  it("puts a file that it cannot read beside, says so, and goes on", () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, file), "not a buffer file\n");
    const { events } = recovered(folder);
    expect(readdirSync(folder)).toEqual(["p.l.buf.damaged.1"]);
    expect(events).toEqual([
      {
        type: "BufferDamaged",
        file: join(folder, "p.l.buf.damaged.1"),
        bytes: 18,
        why: "not a buffer file of this agent (it does not begin with SLSBUF1), or all of it is damaged",
      },
    ]);
  });

  it("overwrites none that was put beside before", () => {
    const folder = temporaryFolder();
    for (const text of ["one\n", "two\n"]) {
      writeFileSync(join(folder, file), text);
      recovered(folder);
    }
    const first = damage(folderWith(["1", "2"], folder));
    recovered(folder).buffer.spill();
    expect(readdirSync(folder)).toEqual([file, ...["1", "2", "3"].map((n) => `p.l.buf.damaged.${n}`)]);
    expect(readFileSync(join(folder, "p.l.buf.damaged.1"), "utf8")).toBe("one\n");
    expect(readFileSync(join(folder, "p.l.buf.damaged.3"))).toEqual(first);
  });

  it("copies the same damaged file once, however often the agent is killed", () => {
    const folder = folderWith(["1", "2"]);
    damage(folder);
    for (let kill = 0; kill < 3; kill++) expect(recovered(folder).queues[0]?.lines).toBe(1);
    expect(readdirSync(folder)).toEqual([file, "p.l.buf.damaged.1"]);
  });

  it("sends the good lines of a damaged file that cannot be copied, and keeps the file", () => {
    const folder = folderWith(["1", "2", "3"]);
    const bytes = damage(folder);
    const second = recovered(folder, diskWithRoom(10));
    expect(messages(second.queues[0])).toEqual(["1", "2"]);
    expect(second.events[0]).toMatchObject({
      type: "BufferDamaged",
      file: join(folder, file),
      why: "its end is damaged or cut off; it could not be copied: ENOSPC: no, write",
    });
    expect(readdirSync(folder)).toEqual([file]);
    expect(readFileSync(join(folder, file))).toEqual(bytes);
    // A rename needs no room.
    settle(second.queues[0], 2);
    expect(readdirSync(folder)).toEqual(["p.l.buf.damaged.1"]);
    expect(readFileSync(join(folder, "p.l.buf.damaged.1"))).toEqual(bytes);
  });

  it("adds new lines to a damaged file that cannot be copied rather than replacing it", () => {
    const folder = folderWith(["1", "2", "3"]);
    const bytes = damage(folder);
    const second = recovered(folder, diskWithRoom(90));
    put(second.buffer, ["4"]);
    expect(second.buffer.spill()).toBe(0);
    expect(readFileSync(join(folder, file)).subarray(0, bytes.length)).toEqual(bytes);
    expect(messages(recovered(folder).queues[0])).toEqual(["1", "2", "4"]);
  });

  it("does not write over a file that it could neither read nor move", () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, file), "precious\n");
    const disk = failing("renameSync", "EROFS");
    const { buffer, events } = recovered(folder, disk);
    expect(events).toMatchObject([{ type: "BufferDamaged", file: join(folder, file) }]);
    put(buffer, ["1"]);
    expect(buffer.spill()).toBe(1);
    disk.broken = false;
    expect(buffer.spill()).toBe(0);
    expect(readFileSync(join(folder, "p.l.buf.damaged.1"), "utf8")).toBe("precious\n");
    expect(messages(recovered(folder).queues[0])).toEqual(["1"]);
  });

  it("deletes both files when a person put a second one there for the same logstore", () => {
    const folder = folderWith(["1"]);
    writeFileSync(join(folder, "p.l.again.buf"), readFileSync(join(folder, file)));
    const { queues } = recovered(folder);
    expect(queues[0]?.lines).toBe(2);
    settle(queues[0], 1);
    expect(readdirSync(folder)).toHaveLength(2);
    settle(queues[0], 1);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("the buffer on a disk on which nothing can be deleted", () => {
  it("still lets the inputs go on, tells it once, and tries again at the next batch", () => {
    const folder = folderWith(numbers(0, 10));
    const disk = failing("rmSync", "EROFS");
    const { buffer, queues, pressure, events } = bufferIn(folder, 2000, disk);
    buffer.recover();
    put(buffer, numbers(10, 12));
    expect(pressure).toEqual([true]);
    settle(queues[0], 10);
    expect(pressure).toEqual([true, false]);
    settle(queues[0], 1);
    expect(events.filter(({ type }) => type === "BufferNotRemoved")).toEqual([
      { type: "BufferNotRemoved", file: join(folder, file), message: "EROFS: no, write" },
    ]);
    expect(existsSync(join(folder, file))).toBe(true);
    disk.broken = false;
    settle(queues[0], 1);
    expect(readdirSync(folder)).toEqual([]);
  });
});
