import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { realDisk } from "../../../agent/buffer/disk";
import { canMount, diskError, diskWithRoom, tinyFileSystem } from "../support/full-disk";
import { manyAside, passedOver, resendBench } from "../support/resend-bench";
import { has, numbers, refusal } from "../support/sender-bench";
import { until } from "../support/world";

describe("a resend, over kills and disks that fail,", () => {
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

  it("on a full disk loses no line that is refused again: it waits, and is given up", async () => {
    const { aside, again, left, files } = resendBench();
    aside(numbers(3));
    const { world, sink, resend } = again(diskWithRoom(0));
    sink.answer = () => refusal("PostBodyInvalid");
    const ended = resend(undefined, 10_000);
    await passedOver(ended, { world, sink });
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
      await passedOver(ended, { world, sink });
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
});
