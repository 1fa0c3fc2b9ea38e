import { describe, expect, it } from "vitest";
import { lingerMs, numbers, senderBench } from "../support/sender-bench";
import { settle } from "../support/world";
import { UnderWay } from "../../../agent/sender/under-way";

describe("lines under way, which a kill may double", () => {
  /** Requests that are answered when they are let go. */
  function heldBench(): ReturnType<typeof senderBench> & {
    underWay: () => number;
    most: () => number;
    answer: () => void;
  } {
    const bench = senderBench({ concurrency: 4, limits: { bytes: 1e6, lines: 4096 } });
    const waiting: { lines: number; go: () => void }[] = [];
    let most = 0;
    const underWay = (): number => waiting.reduce((sum, { lines }) => sum + lines, 0);
    bench.sink.answer = async () => {
      const lines = bench.sink.tries.at(-1)?.group.logs.length ?? 0;
      await new Promise<void>((go) => {
        waiting.push({ lines, go });
        most = Math.max(most, underWay());
      });
      return undefined;
    };
    return { ...bench, underWay, most: () => most, answer: () => waiting.shift()?.go() };
  }

  it("are fewer than 1,000 where little comes, also of what had piled up in a pause", async () => {
    const { put, queue, answer, most, sink } = heldBench();
    put(...numbers(2 * 4096));
    for (let n = 0; queue.lines > 0 && n < 100; n++) {
      await settle();
      answer();
    }
    expect(queue.lines).toBe(0);
    expect(sink.values("msg").sort((a, b) => Number(a) - Number(b))).toEqual(numbers(2 * 4096));
    expect(most()).toBeLessThan(1_000);
    expect(most()).toBeGreaterThan(900);
  });

  it("are full batches of all requests where much waits", async () => {
    const { put, underWay, most } = heldBench();
    put(...numbers(40_000));
    await settle();
    expect(underWay()).toBe(4 * 4096);
    expect(most()).toBe(4 * 4096);
  });

  it("do not wait for an answer that does not come for longer than 200 ms", async () => {
    const { put, underWay, world } = heldBench();
    put(...numbers(5_000));
    await world.pass(lingerMs);
    expect(underWay()).toBe(960);
    await world.pass(200);
    expect(underWay()).toBeGreaterThan(960);
  });

  it("may be many where many were sent in the last seconds", () => {
    let now = 0;
    const underWay = new UnderWay(() => now);
    const send = (perSecond: number, seconds: number): void => {
      for (const end = now + 1_000 * seconds; now < end; now += 100) {
        underWay.begin(perSecond / 10);
        underWay.end(perSecond / 10, true);
      }
    };
    send(5_000, 60);
    expect(underWay.most(0)).toBe(960);
    send(50_000, 5);
    expect(underWay.most(0)).toBe(Infinity);
    send(5_000, 20);
    expect(underWay.most(0)).toBe(960);
    expect(underWay.most(20_000)).toBe(Infinity);
  });
});
