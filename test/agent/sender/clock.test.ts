import { describe, expect, it } from "vitest";
import { lingerMs, numbers, refusal, senderBench } from "../support/sender-bench";
import { settle } from "../support/world";

describe("the sender, when the clock is wrong,", () => {
  it("learns the time from RequestTimeExpired and sends again at once", async () => {
    const { world, sink, put, clock, events } = senderBench();
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
    const { world, sink, put } = senderBench();
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
    const { world, sink, put } = senderBench({ concurrency: 2 });
    const serverTime = new Date(world.now().getTime() - 2 * 3600_000);
    sink.answer = () => (sink.tries.length <= 2 ? refusal("RequestTimeExpired", 400, serverTime) : undefined);
    put(...numbers(16));
    await settle();
    expect(sink.tries).toHaveLength(4);
    expect(sink.values("msg")).toHaveLength(16);
    expect(world.slept).toEqual([]);
  });

  it("tries no more than twice without a pause when the service goes on to mind the time", async () => {
    const { world, sink, put } = senderBench();
    let ahead = 0;
    sink.answer = () => refusal("RequestTimeExpired", 400, new Date(world.now().getTime() + (ahead += 7200_000)));
    put(...numbers(8));
    await world.pass(10);
    expect(sink.tries).toHaveLength(2);
    await world.pass(2_000);
    expect(sink.tries).toHaveLength(4);
  });

  it("leaves room for a clock that is a minute ahead unnoticed when it judges times ahead", async () => {
    const { world, sink, putOne, clock } = senderBench();
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
});
