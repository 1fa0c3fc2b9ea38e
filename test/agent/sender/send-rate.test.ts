import { describe, expect, it } from "vitest";
import type { SyslogConfig } from "../../../agent/config/discovery";
import { rateLimits } from "../../../agent/sender/send-rate";
import { senderBench } from "../support/sender-bench";

const base = { project: "p", config: "c", logstore: "l", tag: "t", topic: "", group: "g" };
const limited = (bytesPerSecond: number, change: Partial<SyslogConfig> = {}): SyslogConfig => ({
  ...base,
  rules: { sendRate: { bytesPerSecond } },
  ...change,
});

describe("maxSendRate of a Logtail config", () => {
  it("is the lowest of the configs that go to a logstore", () => {
    const configs = [limited(500), limited(100), limited(300), base, limited(7, { logstore: "other" })];
    expect([...rateLimits(configs)]).toEqual([
      ["p.l", { bytesPerSecond: 100 }],
      ["p.other", { bytesPerSecond: 7 }],
    ]);
  });

  it("sends a batch, then waits until it is paid for; lines wait in the buffer", async () => {
    const { world, sink, put, sender, rate, queue } = senderBench();
    rate.set({ bytesPerSecond: 1000 });
    for (let i = 0; i < 8; i++) put("x".repeat(1000));
    const batch = queue.bytes;
    await world.pass(0);
    expect(sink.stored).toHaveLength(1);
    put("next");
    await world.pass(batch - 2);
    expect(sender.state).toBe("limited");
    expect(sink.stored).toHaveLength(1);
    await world.pass(3);
    expect(sink.stored).toHaveLength(2);
  });

  it("holds until its end, and can be changed while lines wait", async () => {
    const { world, sink, put, rate } = senderBench();
    const start = world.now().getTime() / 1000;
    rate.set({ bytesPerSecond: 1, until: start + 60 });
    for (let i = 0; i < 8; i++) put(String(i));
    await world.pass(0);
    put("after");
    await world.pass(59_900);
    expect(sink.stored).toHaveLength(1);
    await world.pass(200);
    expect(sink.stored).toHaveLength(2);
    rate.set({ bytesPerSecond: 1 });
    for (let i = 0; i < 9; i++) put(String(i));
    await world.pass(1000);
    expect(sink.stored).toHaveLength(3);
    rate.set(undefined);
    await world.pass(1000);
    expect(sink.stored).toHaveLength(4);
  });
});
