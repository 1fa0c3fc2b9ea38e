import { cpSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { realDisk, type Disk } from "../../../agent/buffer/disk";
import { bufferIn, here, numbers, there } from "../support/buffer";
import { temporaryFolder } from "../support/folder";

const lines = 400;

/** What a killed agent leaves: two logstores, many segments, some lines settled. */
async function manySegments(): Promise<string> {
  const folder = temporaryFolder();
  const first = bufferIn(folder, { segmentBytes: 1_000, limits: { bytes: 1_000, lines: 7 } });
  for (const n of numbers(0, lines)) {
    for (const to of [here, there]) first.put([n], { to, source: `10.0.0.${Number(n) % 3}` });
    if (Number(n) % 4 === 0) await first.buffer.committed();
  }
  await first.buffer.committed();
  await first.send(3);
  return folder;
}

const contents = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => [join(parentPath, name), readFileSync(join(parentPath, name), "latin1")]),
  );

describe("what is read back", () => {
  it("leaves the event loop a turn between two segments, so that signals are answered", async () => {
    const folder = await manySegments();
    let turns = 0;
    let over = false;
    const turning = (async () => {
      for (; !over; turns++) await turn();
    })();
    const seen: { readonly name: string; readonly turns: number }[] = [];
    await bufferIn(folder).buffer.recover({
      onSegment: ({ logstore }, n, of) => seen.push({ name: `${logstore} ${n}/${of}`, turns }),
    });
    over = true;
    await turning;
    const segmentsOf = (name: string): number =>
      readdirSync(join(folder, name)).filter((file) => file.endsWith(".seg")).length;
    const expected = ["l", "m"].flatMap((logstore) => {
      const of = segmentsOf(`p.${logstore}`);
      expect(of).toBeGreaterThan(10);
      return Array.from({ length: of }, (_, n) => `${logstore} ${n + 1}/${of}`);
    });
    expect(seen.map(({ name }) => name)).toEqual(expected);
    for (const [n, { turns: then }] of seen.entries()) expect(then).toBeGreaterThan(seen[n - 1]?.turns ?? -1);
  });

  it("is as it was when that is ended at any segment, and the next run has every line once", async () => {
    const folder = await manySegments();
    const left = await (async () => {
      const bench = bufferIn(folder);
      await bench.buffer.recover();
      return { here: await bench.left(), there: await bench.left(there) };
    })();
    expect(left.here.length).toBeLessThan(lines);
    expect([...left.there].sort()).toEqual(numbers(0, lines).sort());
    const before = contents(folder);
    for (let stopAt = 1; stopAt < 11; stopAt += 3) {
      const stop = new AbortController();
      const bench = bufferIn(folder);
      const reading = bench.buffer.recover({
        signal: stop.signal,
        onSegment: (_, n) => void (n === stopAt && stop.abort()),
      });
      await expect(reading).rejects.toThrow("aborted");
      expect(await bench.end()).toBe(0);
      expect(contents(folder)).toEqual(before);
    }
    const next = bufferIn(folder);
    await next.buffer.recover();
    expect(await next.send()).toEqual(left.here);
    expect(await next.send(Infinity, there)).toEqual(left.there);
  });

  it("is sent logstore by logstore: one that is read back need not wait for the others", async () => {
    const folder = await manySegments();
    let letGo = (): void => undefined;
    let over = false;
    const read: Disk["read"] = async (file, into, from) => {
      if (file.includes("p.m") && !over) await new Promise<void>((resolve) => (letGo = resolve));
      return realDisk.read(file, into, from);
    };
    const begun: string[] = [];
    const bench = bufferIn(folder, { disk: { ...realDisk, read }, onQueue: ({ key }) => void begun.push(key) });
    const reading = bench.buffer.recover().then(() => (over = true));
    while (begun.length === 0) await turn();
    expect(begun).toEqual(["p.l"]);
    const sent = await bench.send();
    expect(sent.length).toBeGreaterThan(300);
    // A kill now: what RELP's lines are known by is there, though all of it is sent.
    const killed = temporaryFolder();
    cpSync(folder, killed, { recursive: true });
    const next = bufferIn(killed);
    const first = { queue: "p.l", lane: 1, first: 60, lines: 60 };
    let known = false;
    await next.buffer.recover({ onRead: ({ holds }) => (known = holds(first) && !holds({ ...first, lane: 9 })) });
    expect([known, await next.left()]).toEqual([true, []]);
    while (!over) {
      letGo();
      await turn();
    }
    await reading;
    expect(await bench.send(Infinity, there)).toHaveLength(lines);
    await bench.end();
    expect(readdirSync(folder)).toEqual([]);
  });
});
