import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { realDisk } from "../../../agent/buffer/disk";
import { SetAside } from "../../../agent/set-aside/set-aside";
import { encodeLogGroup } from "../../../sls/wire";
import { canMount, diskError, diskWithRoom, tinyFileSystem } from "../support/full-disk";
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

  it("that is stopped leaves the rest set aside, and the next one sends exactly that", async () => {
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

  it("killed at any moment loses nothing, and doubles less than a batch", async () => {
    for (let moment = 1; moment <= 12; moment++) {
      const first = resendBench();
      for (let i = 0; i < 40; i++) first.aside([`${2 * i}`, `${2 * i + 1}`], `10.0.0.${i % 3}`);
      let steps = 0;
      const dead = new Promise<never>(() => undefined);
      // What does not come about any more, as if the process were gone: the answer, and every change of a file.
      const killed = (): boolean => steps >= moment;
      const disk = { ...realDisk, renameSync: (from: string, to: string) => killed() || realDisk.renameSync(from, to) };
      const dying = first.again({ ...disk, renameSync: (from, to) => void disk.renameSync(from, to) });
      dying.sink.answer = (put) => {
        steps++;
        if (killed()) return dead;
        return has(put, "7") || has(put, "44") ? refusal("PostBodyInvalid") : undefined;
      };
      void dying.resend();
      await until("it is killed or done", () => killed() || dying.events.some(({ type }) => type === "ResendEnded"));
      const next = first.again();
      next.sink.answer = (put) => (has(put, "7") || has(put, "44") ? refusal("PostBodyInvalid") : undefined);
      if (next.files().length > 0) await next.resend();
      const stored = [...dying.sink.values("msg"), ...next.sink.values("msg")];
      expect(new Set([...stored, ...next.left()])).toEqual(new Set(numbers(80)));
      expect(stored.length).toBeLessThan(80 + 40);
    }
  });

  it("gives up when nothing can be sent for as long as it was told, and says why", async () => {
    const { world, sink, resend, aside, told, files } = resendBench();
    aside(numbers(3));
    sink.answer = () => refusal("LogStoreNotExist", 404);
    const ended = resend(undefined, 20_000);
    let over = false;
    void ended.then(() => (over = true));
    await until("it has tried", () => sink.tries.length > 0);
    while (!over) await world.pass(1_000);
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

  it("goes on by itself when the service is back", async () => {
    const { world, sink, resend, aside } = resendBench();
    aside(numbers(3));
    sink.answer = () => (sink.tries.length < 3 ? unreachable : undefined);
    const ended = resend();
    await until("it has tried", () => sink.tries.length > 0);
    await world.pass(5_000);
    expect(await ended).toMatchObject({ ...nothing, sent: 3 });
  });

  it("on a full disk loses no line that is refused again: it waits, and is given up", async () => {
    const { aside, again, left, files } = resendBench();
    aside(numbers(3));
    const { world, sink, resend } = again(diskWithRoom(0));
    sink.answer = () => refusal("PostBodyInvalid");
    const ended = resend(undefined, 10_000);
    let over = false;
    void ended.then(() => (over = true));
    await until("it has tried", () => sink.tries.length > 0);
    while (!over) await world.pass(1_000);
    const { why, ...end } = await ended;
    expect(end).toMatchObject({ sent: 0, refused: 0, left: 3 });
    expect(why).toMatch(/^nothing could be sent for 10 s: lines are refused .* could not be set aside: ENOSPC/);
    expect(left(files().find((name) => name.includes("resend")))).toEqual(numbers(3));
  });

  it.skipIf(!canMount())(
    "on a real file system without room loses none and doubles none (needs root, to mount one)",
    async () => {
      const path = tinyFileSystem("256k");
      const { world, sink, resend, aside, files } = resendBench({ path });
      let count = 0;
      expect(() => {
        for (; ; count++) aside([`${count} ${"x".repeat(500)}`], `10.0.0.${count % 3}`);
      }).toThrow("ENOSPC");
      expect(count).toBeGreaterThan(200);
      sink.answer = ({ group }) => {
        const odd = group.logs.some(({ contents }) => Number(String(contents[0]?.[1]).split(" ")[0]) % 2 === 1);
        return odd ? refusal("PostBodyInvalid") : undefined;
      };
      const ended = resend(undefined, 10_000);
      let over = false;
      void ended.then(() => (over = true));
      await until("it has tried", () => sink.tries.length > 0);
      while (!over) await world.pass(1_000);
      expect((await ended).why).toContain("ENOSPC");
      sink.answer = () => undefined;
      expect(await resend()).toMatchObject({ refused: 0, damaged: 0, left: 0 });
      const stored = sink.values("msg").map((msg) => Number(msg.split(" ")[0]));
      expect(stored.sort((a, b) => a - b)).toEqual(numbers(count).map(Number));
      expect(files()).toEqual([]);
    },
  );

  it("on a full disk does not pass damage that it cannot keep", async () => {
    const { path, again, files } = resendBench();
    writeFileSync(join(path, "p.l.jsonl"), "damaged\n");
    const end = await again(diskWithRoom(0)).resend();
    expect(end).toMatchObject({ sent: 0, left: 1 });
    expect(end.why).toMatch(
      /p\.l\.resend-1-0\.jsonl holds something at byte 0 that cannot be read, nor kept in .*ENOSPC/,
    );
    expect(files()).toContain("p.l.resend-1-0.jsonl");
  });

  it("on a full disk sends what stands before damage, and nothing twice however often it is tried", async () => {
    const { aside, path, again } = resendBench();
    aside(["1"]);
    appendFileSync(join(path, "p.l.jsonl"), "damaged\n");
    aside(["2"]);
    const { sink, resend } = again(diskWithRoom(0));
    expect(await resend()).toMatchObject({ sent: 1, damaged: 0, left: 2 });
    expect(await resend()).toMatchObject({ sent: 0, damaged: 0, left: 2 });
    expect(sink.values("msg")).toEqual(["1"]);
    const next = again();
    expect(await next.resend()).toMatchObject({ sent: 1, damaged: 1, left: 0 });
    expect(next.sink.values("msg")).toEqual(["2"]);
    expect(readFileSync(join(path, "p.l.damaged"), "utf8")).toBe("damaged\n");
  });

  it("ends when it cannot be noted what was sent, and says what that means", async () => {
    const { path, again } = resendBench();
    manyAside(path, 2_000, "");
    let renames = 0;
    const renameSync = (from: string, to: string): void => {
      if (++renames > 1) throw diskError("EIO");
      realDisk.renameSync(from, to);
    };
    const { resend } = again({ ...realDisk, renameSync });
    expect(await resend()).toMatchObject({
      sent: 960,
      left: 2_000,
      why: expect.stringMatching(
        /^what was sent cannot be noted in .*\(EIO.*\): the last batch is sent again next time$/,
      ),
    });
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

  it("says how many got the sending time", async () => {
    const { world, resend, aside } = resendBench();
    aside(numbers(3));
    world.setClock(world.now().getTime() + 8 * 24 * 3600_000);
    expect(await resend()).toMatchObject({ sent: 3, retimed: 3 });
  });
});
