import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { SetAside } from "../../../agent/set-aside/set-aside";
import { encodeLogGroup } from "../../../sls/wire";
import { unreachable } from "../support/fake-service";
import { manyAside, p, resendBench } from "../support/resend-bench";
import { has, numbers, refusal } from "../support/sender-bench";
import { until } from "../support/world";

const nothing = { retimed: 0, refused: 0, damaged: 0, left: 0 };

describe("a resend of lines set aside", () => {
  it("sends all of them once, in their order, with their topics, sources, tags and hash keys, and leaves nothing", async () => {
    const { path, sink, resend, aside, files, events } = resendBench();
    aside(numbers(5));
    const face = { topic: "t", source: "10.0.0.2", tags: [["k", "v"]] as const, hashKey: "0".repeat(32) };
    const log = { time: 1795251600, timeNs: 5, contents: [["msg", "5"] as const, ["msg", "twice"] as const] };
    new SetAside(path, Infinity).add(p, face, encodeLogGroup({ logs: [log] }), refusal("PostBodyInvalid"), new Date(0));
    aside(["6"]);
    expect(await resend()).toEqual({ ...p, ...nothing, sent: 7 });
    expect(sink.stored.map(({ group, hashKey }) => [group.source, group.topic, group.tags, hashKey])).toEqual([
      ["10.0.0.1", undefined, undefined, undefined],
      ["10.0.0.2", "t", [["k", "v"]], "0".repeat(32)],
    ]);
    expect(sink.stored[1]?.group.logs).toEqual([log]);
    expect(sink.values("msg")).toEqual(["0", "1", "2", "3", "4", "6", "5", "twice"]);
    expect(files()).toEqual([]);
    expect(events.at(-1)).toMatchObject({ type: "ResendEnded", sent: 7, refused: 0, left: 0 });
    expect(events.map(({ type }) => type)).not.toContain("BatchSent");
  });

  it("sets aside again, with the new reason, what is refused again", async () => {
    const { sink, resend, aside, left, path } = resendBench();
    aside(numbers(9));
    sink.answer = (put) => (has(put, "4") ? refusal("InvalidKey") : undefined);
    expect(await resend()).toMatchObject({ ...nothing, sent: 8, refused: 1, lastError: "InvalidKey: no" });
    expect(left()).toEqual(["4"]);
    expect(JSON.parse(readFileSync(join(path, "p.l.jsonl"), "utf8"))).toMatchObject({ code: "InvalidKey" });
  });

  it("does not count its lines as new ones that are set aside, nor stops at a limit for these", async () => {
    const { path, sink, resend, aside, events } = resendBench();
    aside(numbers(50));
    sink.answer = () => refusal("PostBodyInvalid");
    const full = new SetAside(path, 10);
    expect(await resend()).toMatchObject({ sent: 0, refused: 50 });
    expect(events.map(({ type }) => type)).not.toContain("LinesSetAside");
    const log = encodeLogGroup({ logs: [{ time: 1, contents: [] }] });
    expect(full.add(p, { topic: "", source: "" }, log, refusal("X"), new Date(0))).toBeUndefined();
  });

  it("tells of damage, keeps it for a person, and goes on behind it", async () => {
    const { path, sink, resend, aside } = resendBench();
    aside(["1", "2"]);
    const file = join(path, "p.l.jsonl");
    const record = JSON.parse(readFileSync(file, "utf8").split("\n")[0] as string) as object;
    const damage = [
      '{"half": ',
      JSON.stringify({ ...record, time: -1 }),
      JSON.stringify({ ...record, contents: [["msg"]] }),
      "x".repeat(20 * 1024 * 1024),
    ];
    appendFileSync(
      file,
      Buffer.concat([Buffer.from(`${damage.join("\n")}\n\n\n`), Buffer.from([0x22, 0xff, 0x22, 0x0a])]),
    );
    aside(["3"]);
    appendFileSync(file, '{"torn');
    expect(await resend()).toMatchObject({ ...nothing, sent: 3, damaged: 6 });
    expect(sink.values("msg")).toEqual(["1", "2", "3"]);
    const kept = readFileSync(join(path, "p.l.damaged"), "latin1").split("\n");
    expect(kept.map(({ length }) => length)).toEqual([...damage.map(({ length }) => length), 3, 6, 0]);
  });

  it("leaves what is new apart: it is not sent by a resend that has begun", async () => {
    const { sink, resend, aside, left, files } = resendBench();
    aside(["old"]);
    sink.answer = () => {
      if (sink.tries.length === 1) aside(["new"]);
      return undefined;
    };
    expect(await resend()).toMatchObject({ sent: 1, left: 0 });
    expect(files()).toEqual(["p.l.jsonl"]);
    expect(left()).toEqual(["new"]);
  });

  it("goes on by itself when the service is back", async () => {
    const { world, sink, resend, aside } = resendBench();
    aside(numbers(3));
    sink.answer = () => (sink.tries.length < 3 ? unreachable : undefined);
    const ended = resend();
    await until("it has tried", () => sink.tries.length > 0);
    await world.pass(5_000);
    expect(await ended).toMatchObject({ ...nothing, sent: 3 });
  });

  it("keeps to the logstore's rate, and is not given up for that", async () => {
    const { path, world, sink, resend, rate } = resendBench();
    manyAside(path, 3_000, "x".repeat(20));
    rate.set({ bytesPerSecond: 1_000 });
    const ended = resend(undefined, 5_000);
    let over = false;
    void ended.then(() => (over = true));
    await until("the first batch is sent", () => sink.stored.length === 1);
    await world.pass(20_000);
    expect(sink.stored).toHaveLength(1);
    while (!over) {
      await world.pass(10_000);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(await ended).toMatchObject({ sent: 3_000, left: 0 });
  });

  it("goes on at once when the logstore's rate is not limited any more", async () => {
    const { path, world, sink, resend, rate } = resendBench();
    manyAside(path, 2_000, "x".repeat(20));
    rate.set({ bytesPerSecond: 1 });
    const ended = resend(undefined, 5_000);
    await until("the second batch waits for its turn", () => world.slept.some((ms) => ms > 3600_000));
    expect(sink.stored).toHaveLength(1);
    rate.set(undefined);
    await until("all of it is sent", () => sink.stored.length === 3);
    expect(await ended).toMatchObject({ sent: 2_000, left: 0 });
  });

  it("is one at a time for a logstore; what is removed is what was seen", async () => {
    const { sink, resend, resends, aside, files, events } = resendBench();
    aside(["1"]);
    let answer = (): void => undefined;
    sink.answer = () => new Promise((resolve) => (answer = () => resolve(undefined)));
    const first = resend();
    const busy = "the lines of p/l are being sent again just now; wait until that has ended";
    await expect(resend()).rejects.toThrow(busy);
    expect(() => resends.remove(p, 1)).toThrow(busy);
    await until("it has tried", () => sink.tries.length > 0);
    answer();
    expect(await first).toMatchObject({ sent: 1 });
    aside(["2"]);
    const seen = resends.folder.bytes(p);
    aside(["3"]);
    const now = resends.folder.bytes(p);
    expect(() => resends.remove(p, seen)).toThrow(
      `what is set aside for p/l has changed meanwhile (${seen} bytes, ${now} now); look again`,
    );
    resends.remove(p, now);
    expect(files()).toEqual([]);
    expect(events.at(-1)).toEqual({ type: "SetAsideRemoved", ...p, bytes: now });
  });

  it("says how many got the sending time", async () => {
    const { world, resend, aside } = resendBench();
    aside(numbers(3));
    world.setClock(world.now().getTime() + 8 * 24 * 3600_000);
    expect(await resend()).toMatchObject({ sent: 3, retimed: 3 });
  });
});
