import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { LogQueue } from "../../agent/buffer/log-queue";
import { Sender } from "../../agent/sender/sender";
import { ServiceClock } from "../../agent/sender/service-clock";
import { SetAside } from "../../agent/sender/set-aside";
import type { AgentEvent } from "../../agent/status/events";
import { SlsError } from "../../sls/model";
import { encodeLogGroup } from "../../sls/wire";
import { bufferIn, here, type BufferBench } from "./support/buffer";
import { FakeSink, type Put } from "./support/fake-service";
import { temporaryFolder } from "./support/folder";
import { ManualWorld, settle } from "./support/world";

const limits = { bytes: 100_000, lines: 8 };
const lingerMs = 200;

interface Bench {
  readonly world: ManualWorld;
  readonly sink: FakeSink;
  readonly queue: LogQueue;
  readonly buffer: BufferBench;
  readonly clock: ServiceClock;
  readonly sender: Sender;
  readonly events: AgentEvent[];
  readonly folder: string;
  put(...messages: string[]): void;
  /** A line with another time than now, or of another source. */
  putOne(msg: string, face: { time?: number; source?: string; hashKey?: string }): void;
}

function bench({
  setAsideBytes = 1024 * 1024,
  ...options
}: { concurrency?: number; maxAgeMs?: number; setAsideBytes?: number } = {}): Bench {
  const world = new ManualWorld();
  const sink = new FakeSink();
  // Without a disk, so that nothing but the sender sleeps.
  const buffer = bufferIn(temporaryFolder(), { world, mode: "memory", limits });
  const queue = buffer.queue(here);
  const events: AgentEvent[] = [];
  const folder = temporaryFolder();
  const clock = new ServiceClock(world.now, (offsetMs) => events.push({ type: "ClockCorrected", offsetMs }));
  const sender = new Sender({
    queue,
    sink,
    setAside: new SetAside(folder, setAsideBytes),
    lingerMs,
    concurrency: 1,
    maxAgeMs: 24 * 3600_000,
    ...options,
    clock,
    learnTime: (error) => error.cause instanceof Date && clock.learn(error.cause),
    world,
    emit: (event) => events.push(event),
  });
  onTestFinished(() => sender.abort());
  const putOne: Bench["putOne"] = (
    msg,
    { time = Math.floor(world.now().getTime() / 1000), source = "10.0.0.1", hashKey },
  ) => {
    const log = encodeLogGroup({ logs: [{ time, contents: [["msg", msg]] }] });
    queue.lane({ topic: "", source, hashKey }).append(log, time);
  };
  const put = (...messages: string[]): void => messages.forEach((msg) => putOne(msg, {}));
  return { world, sink, queue, buffer, clock, sender, events, folder, put, putOne };
}

const numbers = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i));
const refusal = (code: string, httpStatus = 400, cause?: unknown): SlsError =>
  new SlsError(code, `${code}: no`, { httpStatus, cause });
const has = (put: Put, text: string): boolean => put.group.logs.some(({ contents }) => contents[0]?.[1] === text);

describe("the sender", () => {
  it("lets a batch that is not full wait for more until the linger is over", async () => {
    const { world, sink, put } = bench();
    put("1");
    await world.pass(lingerMs - 1);
    put("2");
    expect(sink.tries).toHaveLength(0);
    await world.pass(1);
    expect(sink.values("msg")).toEqual(["1", "2"]);
  });

  it("sends a full batch at once", async () => {
    const { sink, put } = bench();
    put(...numbers(8));
    await settle();
    expect(sink.stored[0]?.group.logs).toHaveLength(8);
  });

  it("keeps the order, with one request at a time", async () => {
    const { world, sink, put, queue } = bench({ concurrency: 1 });
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
    const { world, sink, put, events } = bench();
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
    const { world, sink, put } = bench();
    world.chance = 0;
    sink.answer = () => (sink.tries.length === 1 ? refusal(code, status) : undefined);
    put("1");
    await world.pass(10_000);
    expect(world.slept).toEqual([lingerMs, pause]);
    expect(sink.values("msg")).toEqual(["1"]);
  });

  it("learns the time from RequestTimeExpired and sends again at once", async () => {
    const { world, sink, put, clock, events } = bench();
    const serverTime = new Date(world.now().getTime() - 2 * 3600_000);
    sink.answer = () => (sink.tries.length === 1 ? refusal("RequestTimeExpired", 400, serverTime) : undefined);
    put("1");
    await world.pass(lingerMs);
    expect(world.slept).toEqual([lingerMs]);
    expect(sink.values("msg")).toEqual(["1"]);
    expect(events.find(({ type }) => type === "ClockCorrected")).toMatchObject({ offsetMs: -2 * 3600_000 - lingerMs });
    expect(clock.now().getTime()).toBe(serverTime.getTime());
    // The line's own time is two hours ahead of the service's: it would be refused.
    expect(sink.stored[0]?.group.logs[0]?.time).toBe(Math.floor(serverTime.getTime() / 1000));
    expect(events).toContainEqual({ type: "TimesReplaced", project: "p", logstore: "l", lines: 1 });
  });

  it("learns the time again when the clock is set while a batch waits", async () => {
    const { world, sink, put } = bench();
    let serverTime = new Date(world.now().getTime() - 2 * 3600_000);
    const answers = [
      () => refusal("RequestTimeExpired", 400, serverTime),
      () => refusal("InternalServerError", 500),
      () => refusal("RequestTimeExpired", 400, (serverTime = new Date(world.now().getTime() + 3600_000))),
    ];
    sink.answer = () => answers[sink.tries.length - 1]?.();
    put("1");
    await world.pass(1_000);
    expect(sink.values("msg")).toEqual(["1"]);
    // The linger, and the pause after the 500: none for the clock.
    expect(world.slept).toHaveLength(2);
  });

  it("does not pause for a clock that another request has corrected meanwhile", async () => {
    const { world, sink, put } = bench({ concurrency: 2 });
    const serverTime = new Date(world.now().getTime() - 2 * 3600_000);
    sink.answer = () => (sink.tries.length <= 2 ? refusal("RequestTimeExpired", 400, serverTime) : undefined);
    put(...numbers(16));
    await settle();
    expect(sink.tries).toHaveLength(4);
    expect(sink.values("msg")).toHaveLength(16);
    expect(world.slept).toEqual([]);
  });

  it("tries no more than twice without a pause when the service goes on to mind the time", async () => {
    const { world, sink, put } = bench();
    let ahead = 0;
    sink.answer = () => refusal("RequestTimeExpired", 400, new Date(world.now().getTime() + (ahead += 7200_000)));
    put(...numbers(8));
    await world.pass(10);
    expect(sink.tries).toHaveLength(2);
    await world.pass(2_000);
    expect(sink.tries).toHaveLength(4);
  });

  it("leaves room for a clock that is a minute ahead unnoticed when it judges times ahead", async () => {
    const { world, sink, putOne, clock } = bench();
    const now = Math.floor(world.now().getTime() / 1000);
    // The service takes what is at most 15 minutes ahead of its clock, and ours may be 60 s ahead of that.
    expect(clock.learn(new Date(world.now().getTime() - 60_000))).toBe(false);
    for (const ahead of [15 * 60 - 90, 15 * 60 - 88]) {
      putOne(String(ahead), { time: now + ahead });
    }
    await world.pass(lingerMs);
    const times = sink.stored[0]?.group.logs.map(({ time }) => time) ?? [];
    expect(times).toEqual([now + 810, now]);
    expect(times.every((time) => time <= now - 60 + 15 * 60)).toBe(true);
  });

  it("halves a batch that is too large until it fits", async () => {
    const { sink, put, queue } = bench();
    sink.answer = ({ group }) => (group.logs.length > 2 ? refusal("PostBodyTooLarge") : undefined);
    put(...numbers(8));
    await settle();
    expect(sink.values("msg")).toEqual(numbers(8));
    expect(sink.stored.map(({ group }) => group.logs.length)).toEqual([2, 2, 2, 2]);
    expect(queue.lines).toBe(0);
  });

  it("finds the line that is refused for good, sets it aside with the reason, and sends the others", async () => {
    const { sink, put, queue, events, folder } = bench();
    sink.answer = (tried) => (has(tried, "5") ? refusal("PostBodyInvalid") : undefined);
    put(...numbers(8));
    await settle();
    expect(sink.values("msg")).toEqual(numbers(8).filter((n) => n !== "5"));
    expect(queue.lines).toBe(0);
    const file = join(folder, "p.l.jsonl");
    expect(events).toContainEqual(
      expect.objectContaining({ type: "LinesSetAside", lines: 1, code: "PostBodyInvalid", file }),
    );
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({
      setAsideAt: "2026-11-21T09:00:00.000Z",
      code: "PostBodyInvalid",
      reason: "PostBodyInvalid: no",
      project: "p",
      logstore: "l",
      topic: "",
      source: "10.0.0.1",
      time: 1795251600,
      contents: { msg: "5" },
    });
  });

  it("gives up refused lines, and counts them, when the file of those set aside is full; the others go on", async () => {
    const { world, sink, put, queue, events, buffer } = bench({ setAsideBytes: 300 });
    sink.answer = (tried) => (["2", "4", "6"].some((one) => has(tried, one)) ? refusal("PostBodyInvalid") : undefined);
    put(...numbers(8));
    await world.pass(lingerMs);
    await settle();
    expect(sink.values("msg")).toEqual(numbers(8).filter((n) => !["2", "4", "6"].includes(n)));
    expect(queue.lines).toBe(0);
    expect(events.filter(({ type }) => type === "LinesSetAside")).toHaveLength(1);
    expect(events.filter(({ type }) => type === "LinesNotSetAside")).toEqual(
      Array(2).fill(expect.objectContaining({ lines: 1, code: "PostBodyInvalid" })),
    );
    expect(buffer.buffer.dropped).toMatchObject({ setAsideFull: 2 });
  });

  it("sets a batch aside after five tries when the refusal is not known", async () => {
    const { world, sink, put, queue, events } = bench();
    sink.answer = () => refusal("NeverHeardOf", 418);
    put("1", "2");
    await world.pass(60_000);
    expect(sink.tries).toHaveLength(5);
    expect(queue.lines).toBe(0);
    expect(events.find(({ type }) => type === "LinesSetAside")).toMatchObject({ lines: 2, code: "NeverHeardOf" });
  });

  it("keeps refused lines in the queue while the disk does not take them", async () => {
    const { world, sink, put, queue, folder, events } = bench();
    rmSync(folder, { recursive: true });
    sink.answer = () => refusal("PostBodyInvalid");
    put("1");
    await world.pass(5_000);
    expect(queue.lines).toBe(1);
    expect(events.find(({ type }) => type === "SendFailed")).toMatchObject({ code: "SetAsideFailed" });
    mkdirSync(folder);
    await world.pass(60_000);
    expect(queue.lines).toBe(0);
  });

  it("drain sends what is left without linger, and ends", async () => {
    const { sink, sender, put } = bench();
    put("1", "2", "3");
    await sender.drain();
    expect(sink.values("msg")).toEqual(["1", "2", "3"]);
    expect(sender.state).toBe("closed");
  });

  it("abort gives the lines under way back to the queue, in order", async () => {
    const { world, sink, sender, buffer, put } = bench();
    sink.answer = () => new Promise<never>(() => undefined);
    put(...numbers(10));
    await world.pass(lingerMs);
    expect(sink.tries).toHaveLength(1);
    await sender.abort();
    expect(await buffer.left()).toEqual(numbers(10));
    expect(sink.stored).toHaveLength(0);
  });

  it("abort with patience takes the answer that is under way, and begins nothing", async () => {
    const { world, sink, put, queue, sender } = bench();
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
    const { sink, put, queue } = bench({ concurrency: 3 });
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
    const { world, sink, put, events, queue } = bench({ concurrency: 4 });
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
    const { sink, putOne, queue } = bench({ concurrency: 4 });
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
    const { world, sink, put, queue, buffer } = bench({ maxAgeMs: 3600_000 });
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
    const { world, sink, sender, queue, put } = bench();
    sink.answer = () => refusal("RequestError", 0);
    put("1");
    await world.pass(lingerMs);
    expect(sender.state).toBe("backingOff");
    await sender.abort();
    expect(queue.lines).toBe(1);
  });
});
