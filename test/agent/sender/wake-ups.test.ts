/** Whatever happens to a sender, and in whatever order: lines that may go are not left lying. */
import { expect, it } from "vitest";
import fc from "../../support/property";
import { unreachable } from "../support/fake-service";
import { lingerMs, numbers, refusal, senderBench } from "../support/sender-bench";
import { settle } from "../support/world";

const step = fc.oneof(
  fc.record({
    put: fc.integer({ min: 1, max: 12 }),
    hashKey: fc.constantFrom(undefined, "a".repeat(32), "b".repeat(32)),
  }),
  fc.record({ pass: fc.constantFrom(0, 1, 50, 199, 200, 1_000, 9_000) }),
  fc.record({ rate: fc.constantFrom(undefined, 1, 50, 1_000) }),
  fc.record({ answer: fc.constantFrom("ok", "unreachable", "quota", "hang", "tooLarge") }),
);

it("sends each line once, and each in time where nothing keeps it from that", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 30 }), async (concurrency, steps) => {
      const { world, sink, queue, putOne, rate, sender } = senderBench({ concurrency });
      let count = 0;
      let go = (): void => undefined;
      let answer = "ok";
      sink.answer = async ({ group }) => {
        if (answer === "hang") {
          const before = go;
          await new Promise<void>((resolve) => (go = () => (before(), resolve())));
        }
        if (answer === "unreachable") return unreachable;
        if (answer === "quota") return refusal("WriteQuotaExceed", 403);
        if (answer === "tooLarge" && group.logs.length > 1) return refusal("PostBodyTooLarge");
        return undefined;
      };
      for (const each of steps) {
        if ("put" in each)
          for (let i = 0; i < each.put; i++)
            putOne(String(count++), each.hashKey === undefined ? {} : { hashKey: each.hashKey });
        if ("pass" in each) await world.pass(each.pass);
        if ("rate" in each) rate.set(each.rate === undefined ? undefined : { bytesPerSecond: each.rate });
        if ("answer" in each) {
          answer = each.answer;
          if (answer !== "hang") go();
        }
      }
      answer = "ok";
      go();
      rate.set(undefined);
      // What backs off does so for at most so long.
      await world.pass(0);
      for (let left = 0; left < 200 && sender.state === "backingOff"; left++) await world.pass(1_000);
      await world.pass(lingerMs);
      for (let i = 0; i < 40 && queue.lines > 0; i++) await settle();
      expect([queue.lines, sender.state]).toEqual([0, "idle"]);
      expect(sink.values("msg").sort()).toEqual(numbers(count).sort());
      putOne("last", {});
      await world.pass(lingerMs);
      expect(sink.values("msg").at(-1)).toBe("last");
      await sender.abort();
    }),
    { numRuns: 300 },
  );
});
