import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { skipLogs } from "../../../agent/buffer/log-bytes";
import { realWorld } from "../../../agent/world";
import { bufferIn, messagesOf, numbers } from "../support/buffer";
import { chance } from "../support/chance";
import { temporaryFolder } from "../support/folder";

describe("random lines and kills", () => {
  it.each(Array.from({ length: 12 }, (_, i) => i + 1))(
    "lose nothing that was written, double nothing: seed %i",
    async (seed) => {
      const random = chance(seed);
      const upTo = (n: number): number => Math.floor(random() * n);
      const folder = temporaryFolder();
      const options = {
        limits: { bytes: 600, lines: 12 },
        segmentBytes: 4000,
        memoryBytes: 4 * 1024 * 1024,
        world: realWorld,
        // Every second one writes at once, and in the background what is much.
        commitMs: seed % 2 === 0 ? 0 : 20,
      };
      let bench = bufferIn(folder, options);
      const sent: string[] = [];
      const promised = new Set<string>();
      const fresh = new Set<string>();
      let next = 0;
      for (let step = 0; step < 400; step++) {
        const dice = random();
        if (dice < 0.5) {
          const to = next + 1 + upTo(8);
          const messages = numbers(next, to);
          next = to;
          bench.put(messages, { source: `10.0.0.${upTo(3)}`, topic: upTo(2) ? "t" : "" });
          messages.forEach((msg) => fresh.add(msg));
        } else if (dice < 0.65) {
          const before = [...fresh];
          await bench.buffer.committed();
          before.forEach((msg) => promised.add(msg));
          before.forEach((msg) => fresh.delete(msg));
        } else if (dice < 0.8) sent.push(...(await bench.send(1 + upTo(3))));
        else if (dice < 0.9) {
          // Part of a block, the rest goes back.
          const queue = bench.queue();
          const block = queue.take(0);
          if (block === undefined) continue;
          await queue.load(block);
          const lines = 1 + upTo(block.lines);
          const end = skipLogs(block.bytes as Buffer, block.from, lines);
          sent.push(...messagesOf(block.bytes, block.from, end));
          queue.settle(block, lines, end - block.from);
          queue.giveBack(block);
        } else if (dice < 0.95) {
          for (const block of [...bench.queue().loaded()]) {
            if (!block.mayLeave) continue;
            if (!block.sealed) bench.queue().seal(block);
            block.leave();
          }
        } else {
          // kill -9: the next agent finds the folder as it is. What was not promised may be lost.
          await bench.buffer.stopWriting();
          fresh.clear();
          bench = bufferIn(folder, options);
          await bench.buffer.recover();
        }
      }
      await bench.buffer.committed();
      fresh.forEach((msg) => promised.add(msg));
      sent.push(...(await bench.send()));
      const got = new Set(sent);
      expect([...promised].filter((msg) => !got.has(msg))).toEqual([]);
      expect(sent.length).toBe(got.size);
      expect(bench.queue().lines).toBe(0);
      expect(bench.queue().bytes).toBe(0);
      expect(bench.events.filter(({ type }) => type === "BufferDamaged" || type === "BufferCutOff")).toEqual([]);
      await bench.end();
      expect(readdirSync(folder)).toEqual([]);
    },
  );
});
