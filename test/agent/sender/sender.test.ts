import { describe, expect, it } from "vitest";
import { lingerMs, numbers, refusal, senderBench } from "../support/sender-bench";
import { settle } from "../support/world";

describe("the sender", () => {
  it("lets a batch that is not full wait for more until the linger is over", async () => {
    const { world, sink, put } = senderBench();
    put("1");
    await world.pass(lingerMs - 1);
    put("2");
    expect(sink.tries).toHaveLength(0);
    await world.pass(1);
    expect(sink.values("msg")).toEqual(["1", "2"]);
  });

  it("sends a full batch at once", async () => {
    const { sink, put } = senderBench();
    put(...numbers(8));
    await settle();
    expect(sink.stored[0]?.group.logs).toHaveLength(8);
  });

  it("keeps the order, with one request at a time", async () => {
    const { world, sink, put, queue } = senderBench({ concurrency: 1 });
    let under = 0;
    let most = 0;
    sink.answer = async () => {
      most = Math.max(most, ++under);
      await settle();
      under--;
      return undefined;
    };
    put(...numbers(50));
    while (queue.lines > 0) await world.pass(lingerMs);
    expect(sink.values("msg")).toEqual(numbers(50));
    expect(most).toBe(1);
  });

  it("waits longer after each failure and loses nothing: network", async () => {
    const { world, sink, put, events } = senderBench();
    world.chance = 1;
    sink.answer = () => (sink.tries.length <= 4 ? refusal("RequestError", 0) : undefined);
    put("1");
    await world.pass(60_000);
    expect(world.slept).toEqual([lingerMs, 200, 400, 800, 1600]);
    expect(sink.values("msg")).toEqual(["1"]);
    expect(events.filter(({ type }) => type === "SendFailed")).toHaveLength(4);
  });

  it.each([
    ["WriteQuotaExceed", 403, 500],
    ["ShardWriteQuotaExceed", 403, 500],
    ["InternalServerError", 500, 100],
    ["ServerBusy", 503, 100],
    ["BadResponse", 200, 100],
    ["SomethingNew", 502, 100],
    ["Unauthorized", 401, 1000],
    ["SignatureNotMatch", 401, 1000],
    ["LogStoreNotExist", 404, 1000],
  ])("tries again after %s (%i)", async (code, status, pause) => {
    const { world, sink, put } = senderBench();
    world.chance = 0;
    sink.answer = () => (sink.tries.length === 1 ? refusal(code, status) : undefined);
    put("1");
    await world.pass(10_000);
    expect(world.slept).toEqual([lingerMs, pause]);
    expect(sink.values("msg")).toEqual(["1"]);
  });

  it("drain sends what is left without linger, and ends", async () => {
    const { sink, sender, put } = senderBench();
    put("1", "2", "3");
    await sender.drain();
    expect(sink.values("msg")).toEqual(["1", "2", "3"]);
    expect(sender.state).toBe("closed");
  });

  it("abort gives the lines under way back to the queue, in order", async () => {
    const { world, sink, sender, buffer, put } = senderBench();
    sink.answer = () => new Promise<never>(() => undefined);
    put(...numbers(10));
    await world.pass(lingerMs);
    expect(sink.tries).toHaveLength(1);
    await sender.abort();
    expect(await buffer.left()).toEqual(numbers(10));
    expect(sink.stored).toHaveLength(0);
  });

  it("abort with patience takes the answer that is under way, and begins nothing", async () => {
    const { world, sink, put, queue, sender } = senderBench();
    let answer = (): void => undefined;
    sink.answer = () => new Promise((resolve) => (answer = () => resolve(undefined)));
    put(...numbers(16));
    await settle();
    const aborted = sender.abort(new AbortController().signal);
    await world.pass(10);
    answer();
    await aborted;
    expect(sink.values("msg")).toEqual(numbers(8));
    expect(sink.tries).toHaveLength(1);
    expect(queue.lines).toBe(8);
  });

  it("sends so many batches at once and no more", async () => {
    const { sink, put, queue } = senderBench({ concurrency: 3 });
    let under = 0;
    let most = 0;
    sink.answer = async () => {
      most = Math.max(most, ++under);
      await settle();
      under--;
      return undefined;
    };
    put(...numbers(80));
    while (queue.lines > 0) await settle();
    expect(sink.values("msg").sort()).toEqual(numbers(80).sort());
    expect(most).toBe(3);
  });

  it("pauses once for what failed at once, and comes back with one request at a time", async () => {
    const { world, sink, put, events, queue } = senderBench({ concurrency: 4 });
    world.chance = 1;
    let under = 0;
    const counts: number[] = [];
    sink.answer = async () => {
      counts.push(++under);
      await settle();
      under--;
      return sink.tries.length <= 6 ? refusal("ShardWriteQuotaExceed", 403) : undefined;
    };
    put(...numbers(80));
    await settle();
    await settle();
    expect(sink.tries).toHaveLength(4);
    expect(events.filter(({ type }) => type === "SendFailed")).toHaveLength(1);
    await world.pass(1000);
    // Half of four.
    expect(counts.slice(4)).toEqual([1, 2]);
    for (let i = 0; queue.lines > 0 && i < 100; i++) await world.pass(1000);
    expect(counts[6]).toBe(1);
    expect(sink.values("msg").sort()).toEqual(numbers(80).sort());
    expect(events.filter(({ type }) => type === "SendFailed")).toHaveLength(2);
  });

  it("sends lines with a hash key source by source, in order, to the shard of their key", async () => {
    const { sink, putOne, queue } = senderBench({ concurrency: 4 });
    const under = new Map<string, number>();
    let most = 0;
    sink.answer = async ({ group }) => {
      const source = group.source ?? "";
      under.set(source, (under.get(source) ?? 0) + 1);
      most = Math.max(most, under.get(source) ?? 0);
      await settle();
      under.set(source, 0);
      return undefined;
    };
    for (let i = 0; i < 80; i++) {
      for (const n of ["1", "2", "3"]) putOne(String(i), { source: `10.0.0.${n}`, hashKey: n.repeat(32) });
    }
    while (queue.lines > 0) await settle();
    expect(most).toBe(1);
    for (const n of ["1", "2", "3"]) {
      const mine = sink.stored.filter(({ group }) => group.source === `10.0.0.${n}`);
      const values = mine.flatMap(({ group }) => group.logs.map(({ contents }) => contents[0]?.[1]));
      expect(values).toEqual(numbers(80));
      expect(new Set(mine.map(({ hashKey }) => hashKey))).toEqual(new Set([n.repeat(32)]));
    }
  });

  it("gives lines up when they have waited for too long, counts them, and no clock that is set can do so", async () => {
    const { world, sink, put, queue, buffer } = senderBench({ maxAgeMs: 3600_000 });
    sink.answer = () => refusal("RequestError", 0);
    put("1", "2");
    await world.pass(60_000);
    world.setClock(world.now().getTime() + 48 * 3600_000);
    await world.pass(60_000);
    expect(queue.lines).toBe(2);
    await world.pass(3600_000);
    expect(queue.lines).toBe(0);
    expect(buffer.buffer.dropped).toEqual({ bufferFull: 0, tooOld: 2, damaged: 0, setAsideFull: 0 });
    expect(buffer.events).toEqual([{ type: "LinesDropped", project: "p", logstore: "l", lines: 2, reason: "tooOld" }]);
  });

  it("abort ends a pause", async () => {
    const { world, sink, sender, queue, put } = senderBench();
    sink.answer = () => refusal("RequestError", 0);
    put("1");
    await world.pass(lingerMs);
    expect(sender.state).toBe("backingOff");
    await sender.abort();
    expect(queue.lines).toBe(1);
  });
});
