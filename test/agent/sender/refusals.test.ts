import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { has, lingerMs, numbers, refusal, senderBench } from "../support/sender-bench";
import { settle } from "../support/world";

describe("the sender, when the service refuses for good,", () => {
  it("halves a batch that is too large until it fits", async () => {
    const { sink, put, queue } = senderBench();
    sink.answer = ({ group }) => (group.logs.length > 2 ? refusal("PostBodyTooLarge") : undefined);
    put(...numbers(8));
    await settle();
    expect(sink.values("msg")).toEqual(numbers(8));
    expect(sink.stored.map(({ group }) => group.logs.length)).toEqual([2, 2, 2, 2]);
    expect(queue.lines).toBe(0);
  });

  it("finds the line that is refused for good, sets it aside with the reason, and sends the others", async () => {
    const { sink, put, queue, events, folder } = senderBench();
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
    const { world, sink, put, queue, events, buffer } = senderBench({ setAsideBytes: 300 });
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
    const { world, sink, put, queue, events } = senderBench();
    sink.answer = () => refusal("NeverHeardOf", 418);
    put("1", "2");
    await world.pass(60_000);
    expect(sink.tries).toHaveLength(5);
    expect(queue.lines).toBe(0);
    expect(events.find(({ type }) => type === "LinesSetAside")).toMatchObject({ lines: 2, code: "NeverHeardOf" });
  });

  it("keeps refused lines in the queue while the disk does not take them", async () => {
    const { world, sink, put, queue, folder, events } = senderBench();
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
});
