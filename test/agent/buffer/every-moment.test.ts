/** A process that dies, or a machine that loses its power, in every single moment in which the buffer changes its files. */
import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { realDisk, type Disk } from "../../../agent/buffer/disk";
import { skipLogs } from "../../../agent/buffer/log-bytes";
import { bufferIn, messagesOf, numbers, type BufferBench } from "../support/buffer";
import { dyingDisk, powerCutDisk, type DyingDisk, type LastChange, type Unpromised } from "../support/dying-disk";
import { temporaryFolder } from "../support/folder";
import { turn } from "../support/world";

/** Changes that the run after the first end is left. */
const secondEnd = 12;
const small = { limits: { bytes: 400, lines: 6 }, segmentBytes: 600 };

/** What the outside knows of a run that came to a sudden end. */
interface Story {
  readonly put: string[];
  /** Promised to be on disk. */
  readonly promised: Set<string>;
  /** What the service has. */
  readonly sent: Set<string>;
  /** What it was given last before each end: whether that was noted is not known. */
  readonly last: string[][];
}

const newStory = (): Story => ({ put: [], promised: new Set(), sent: new Set(), last: [] });

/** Lines come, are promised, sent whole and in parts, leave the memory; until the end of the script, or of the disk. */
async function live(bench: BufferBench, disk: DyingDisk, story: Story): Promise<void> {
  const mine: string[] = [];
  const put = (count: number, source: string): void => {
    const messages = numbers(story.put.length, story.put.length + count);
    story.put.push(...messages);
    mine.push(...messages);
    bench.put(messages, { source });
  };
  const promise = async (): Promise<void> => {
    const before = [...mine];
    const kept = await Promise.race([bench.buffer.committed().then(() => true), disk.death.then(() => false)]);
    if (kept && !disk.dead) before.forEach((msg) => story.promised.add(msg));
  };
  /** One request with the first lines of the oldest block. */
  const send = async (most: number): Promise<void> => {
    const block = bench.queue().take(0);
    if (block === undefined || disk.dead) return;
    await bench.queue().load(block);
    const lines = Math.min(most, block.lines);
    const end = skipLogs(block.bytes as Buffer, block.from, lines);
    const messages = messagesOf(block.bytes, block.from, end);
    story.last[0] = messages;
    messages.forEach((msg) => story.sent.add(msg));
    bench.queue().settle(block, lines, end - block.from);
    bench.queue().giveBack(block);
  };
  const leave = (): void => {
    for (const block of bench.queue().loaded()) if (block.mayLeave) bench.queue().letLeave(block, true);
  };
  for (let round = 0; round < 4 && !disk.dead; round++) {
    put(5, "10.0.0.1");
    put(2, "10.0.0.2");
    await promise();
    if (round === 1) leave();
    await send(2);
    put(3, "10.0.0.1");
    await promise();
    await send(Infinity);
    await send(1);
    put(2, `10.0.1.${round}`);
    const written = promise();
    // Sent while it is being written: the write is asked for, and comes with the next turn of the event loop.
    await new Promise(process.nextTick);
    await send(Infinity);
    await send(Infinity);
    await written;
  }
}

/** Ends in order where the disk does not end it. */
async function run(folder: string, disk: DyingDisk, story: Story): Promise<void> {
  const bench = bufferIn(folder, { ...small, disk });
  await bench.buffer.recover();
  story.last.unshift([]);
  await live(bench, disk, story);
  if (disk.dead) await bench.buffer.stopWriting();
  else await bench.end();
}

/** What the next agent finds, twice: one that is killed right after its start changes nothing. */
async function found(folder: string): Promise<string[]> {
  const first = bufferIn(folder, small);
  await first.buffer.recover();
  const left = await first.left();
  const second = bufferIn(folder, small);
  await second.buffer.recover();
  expect(await second.left()).toEqual(left);
  expect(second.events.filter(({ type }) => type === "BufferDamaged")).toEqual([]);
  return left;
}

function nothingIsLost({ put, promised, sent }: Story, left: readonly string[]): void {
  expect([...promised].filter((msg) => !sent.has(msg) && !left.includes(msg))).toEqual([]);
  expect(left.filter((msg, at) => left.indexOf(msg) !== at || !put.includes(msg))).toEqual([]);
}

async function goesOn(folder: string, left: readonly string[]): Promise<void> {
  const bench = bufferIn(folder, small);
  await bench.buffer.recover();
  bench.put(["after"]);
  await bench.written();
  expect([...(await bench.send())].sort()).toEqual([...left, "after"].sort());
  expect([bench.queue().lines, bench.queue().bytes]).toEqual([0, 0]);
  expect(await bench.end()).toBe(0);
  expect(readdirSync(folder)).toEqual([]);
}

/** Changes of a run, and of the one after it, that nothing ends. */
async function changesOf(folder: string, disk: Disk = realDisk): Promise<number> {
  const immortal = dyingDisk(Infinity, "done", disk);
  await run(folder, immortal, newStory());
  return immortal.changes;
}

describe("a kill at any change of the buffer's files", () => {
  it.each<LastChange>(["not done", "half done", "done"])(
    "loses no line that was promised, doubles none but those of the request under way: the change is %s",
    async (last) => {
      const changes = await changesOf(temporaryFolder());
      expect(changes).toBeGreaterThan(40);
      for (let at = 0; at < changes; at++) {
        const folder = temporaryFolder();
        const story = newStory();
        // The one after it is killed, too.
        for (const end of [at, secondEnd]) await run(folder, dyingDisk(end, last), story);
        const left = await found(folder);
        nothingIsLost(story, left);
        const doubled = left.filter((msg) => story.sent.has(msg));
        expect(
          doubled.filter((msg) => !story.last.flat().includes(msg)),
          `change ${at}`,
        ).toEqual([]);
        await goesOn(folder, left);
      }
    },
  );
});

describe.runIf(process.platform === "linux")("a power cut at any change of the buffer's files", () => {
  it.each<Unpromised>(["nothing", "zeros"])(
    "loses no line that was promised, and stops no start: of the rest it leaves %s",
    async (unpromised) => {
      const changes = await changesOf(temporaryFolder());
      for (let at = 0; at < changes; at++) {
        const folder = temporaryFolder();
        const disk = powerCutDisk(folder);
        const story = newStory();
        await run(folder, dyingDisk(at, "done", disk), story);
        disk.cut(unpromised);
        const left = await found(folder);
        nothingIsLost(story, left);
        await goesOn(folder, left);
      }
    },
  );
});

it("a note of lines that never came to the disk, since they were sent before, hides none of the next run", async () => {
  const folder = temporaryFolder();
  let hangs = false;
  const never = new Promise<number>(() => undefined);
  const writev: Disk["writev"] = (...args) => (hangs ? never : realDisk.writev(...args));
  const first = bufferIn(folder, { disk: { ...realDisk, writev } });
  first.put(["old"], { source: "10.0.0.1" });
  await first.written();
  hangs = true;
  first.put(["sent"], { source: "10.0.0.2" });
  void first.buffer.committed();
  await turn();
  // The oldest one stays.
  const old = first.queue().take(0);
  expect(await first.send()).toEqual(["sent"]);
  if (old !== undefined) first.queue().giveBack(old);
  const second = bufferIn(folder);
  await second.buffer.recover();
  second.put(["new"], { source: "10.0.0.2" });
  await second.written();
  const third = bufferIn(folder);
  await third.buffer.recover();
  expect(await third.left()).toEqual(["old", "new"]);
});
