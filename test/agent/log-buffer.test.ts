import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { LogBuffer } from "../../agent/buffer/log-buffer";
import type { MemoryQueue } from "../../agent/buffer/log-queue";
import { toRecord, type LogRecord } from "../../agent/buffer/record";
import type { AgentEvent } from "../../agent/status/events";
import { temporaryFolder } from "./support/folder";

const here = { project: "p", logstore: "l" };
const there = { project: "p", logstore: "m" };
const wakeAt = { bytes: 1e6, lines: 1000 };
const record = (msg: string): LogRecord => toRecord({ time: 1, contents: [["msg", msg]] }, "", "10.0.0.1");

function bufferIn(
  folder: string,
  maxBytes = 1e9,
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

  it("puts a file that it cannot read beside, says so, and goes on", () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "p.l.buf"), "not a buffer file\n");
    const { buffer, events } = bufferIn(folder);
    buffer.recover();
    expect(readdirSync(folder)).toEqual(["p.l.buf.damaged"]);
    expect(events.map(({ type }) => type)).toEqual(["BufferDamaged"]);
  });
});
