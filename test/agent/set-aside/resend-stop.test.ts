import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { unreachable } from "../support/fake-service";
import { manyAside, p, passedOver, resendBench } from "../support/resend-bench";
import { numbers, refusal } from "../support/sender-bench";
import { until } from "../support/world";

const nothing = { retimed: 0, refused: 0, damaged: 0, left: 0 };

describe("a resend that ends before its last line", () => {
  it("leaves the rest set aside when it is stopped, and the next one sends exactly that", async () => {
    const first = resendBench();
    manyAside(first.path, 5_000, "");
    const stop = new AbortController();
    first.sink.answer = () => void (first.sink.stored.length === 2 && stop.abort());
    const end = await first.resend(stop.signal);
    expect(end).toMatchObject({ sent: 2_880, left: 2_120, why: "it was stopped" });
    first.aside(["new"]);
    const second = first.again();
    expect(await second.resend()).toMatchObject({ ...nothing, sent: 2_121 });
    expect([...first.sink.values("msg"), ...second.sink.values("msg")]).toEqual([
      ...numbers(5_000).map((n) => `${n} `),
      "new",
    ]);
  });

  it("keeps damage once, however often it is stopped before the lines around it are sent", async () => {
    const { path, world, sink, resend, aside } = resendBench();
    aside(["1"]);
    appendFileSync(join(path, "p.l.jsonl"), "damaged\n");
    aside(["2"]);
    sink.answer = () => unreachable;
    for (let time = 1; time <= 2; time++) {
      const { length } = sink.tries;
      const stop = new AbortController();
      const ended = resend(stop.signal);
      await until("it has tried", () => sink.tries.length > length);
      stop.abort();
      await world.pass(5_000);
      expect(await ended).toMatchObject({ ...nothing, sent: 0, left: 3, why: "it was stopped" });
    }
    sink.answer = () => undefined;
    expect(await resend()).toMatchObject({ ...nothing, sent: 2, damaged: 1 });
    expect(readFileSync(join(path, "p.l.damaged"), "utf8")).toBe("damaged\n");
  });

  it("gives up when nothing can be sent for as long as it was told, and says why", async () => {
    const { world, sink, resend, aside, told, files } = resendBench();
    aside(numbers(3));
    sink.answer = () => refusal("LogStoreNotExist", 404);
    const ended = resend(undefined, 20_000);
    await passedOver(ended, { world, sink });
    expect(await ended).toMatchObject({
      sent: 0,
      left: 3,
      why: "nothing could be sent for 20 s: LogStoreNotExist: no",
    });
    expect(told.length).toBeGreaterThanOrEqual(20);
    expect(files()).toEqual(["p.l.resend-1-0.jsonl"]);
    sink.answer = () => undefined;
    expect(await resend()).toMatchObject({ sent: 3, left: 0 });
    expect(files()).toEqual([]);
  });

  it("ends when the service takes nothing of three batches in a row; the next one begins behind these", async () => {
    const { path, sink, resend, left } = resendBench();
    manyAside(path, 4_000, "");
    sink.answer = () => refusal("PostBodyInvalid");
    const end = await resend();
    expect(end).toMatchObject({ sent: 0, refused: 2_880, left: 1_120 });
    expect(end.why).toBe("the service takes none of them, it refused 2880 so far: PostBodyInvalid: no");
    expect(left()).toHaveLength(2_880);
    sink.answer = () => undefined;
    expect(await resend()).toMatchObject({ sent: 4_000, left: 0 });
    expect(sink.values("msg")[0]).toBe("2880 ");
    expect(new Set(sink.values("msg")).size).toBe(4_000);
  });

  it("is over for all logstores that were asked for when a close has ended", async () => {
    const { world, sink, resends, aside, events } = resendBench();
    const other = { project: "p", logstore: "other" };
    aside(numbers(3));
    aside(numbers(3), undefined, other);
    sink.answer = () => unreachable;
    const asked = resends.resend({
      destinations: [p, other],
      patienceMs: 60_000,
      tell: () => undefined,
      signal: new AbortController().signal,
    });
    await until("it has tried", () => sink.tries.length > 0);
    const closed = resends.close().then(() => events.filter(({ type }) => type === "ResendEnded"));
    await world.pass(5_000);
    const left = { sent: 0, left: 3, why: "the agent stops" };
    expect(await closed).toMatchObject([left, { ...left, logstore: "other" }]);
    expect(await asked).toHaveLength(2);
  });
});
