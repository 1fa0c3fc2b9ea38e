/** What other collectors have lost or doubled lines by, as their issues tell; the cases that a buffer or a sender can have. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { builtAgent } from "../agent/support/bundle";
import { chance } from "../agent/support/chance";
import { skipWithoutOmrelp } from "../agent/support/rsyslog";
import { freePort } from "../support/ports";
import { FaultBench, endOf, pause, portOf } from "./support/bench";
import { folderOf, relpAgent, relpForwarder } from "./support/forwarders";
import { after, feed, rfc5424Line, stepLine, stream } from "./support/lines";
import { isShort } from "./support/short";

const clean = { keptOnDisk: 0, lost: 0 };
const posting = { operation: "PostLogStoreLogs" } as const;
const tooLarge = { status: 400, code: "PostBodyTooLarge", message: "too large" };

describe("what peers have lost lines by", () => {
  const agent = builtAgent();

  // fluent-bit #9997: of a backlog of more than 2,048 chunks the rest is never sent; syslog-ng #4069: another size at a restart.
  it("a backlog of 3,000 blocks, and other limits at the restart: none lost, none doubled", async () => {
    const bench = await FaultBench.start(agent.path());
    const handle = bench.cloud.faults.add({ ...posting, cut: "before-body" });
    const sources = 3_000;
    const fromMany = (n: number): string =>
      stepLine(n).replace("127.0.0.1", `10.1.${(n % sources) >> 8}.${(n % sources) & 255}`);
    const first = bench.agent({ SLS_AGENT_DRAIN_SECONDS: "0" });
    const count = 4 * sources;
    await feed(await portOf(first), 0, count, fromMany);
    expect(await endOf(first)).toMatchObject({ keptOnDisk: count, lost: 0 });
    handle.remove();
    const second = bench.agent({
      SLS_AGENT_BATCH_BYTES: "65536",
      SLS_AGENT_BATCH_LINES: "100",
      SLS_AGENT_BUFFER_MAX_BYTES: "1048576",
      SLS_AGENT_BUFFER_MEMORY_BYTES: "4194304",
    });
    await bench.allStored(count);
    expect(await endOf(second)).toMatchObject(clean);
    expect(await bench.outcome("a backlog of 3,000 blocks, other limits", count)).toMatchObject({
      lost: 0,
      doubled: 0,
    });
  });

  // vector #16231, #16463: network errors and a restart, and the buffer is ahead of itself; otel #31074, #45120.
  it.skipIf(skipWithoutOmrelp)("kill -9 while half of the requests fail: none lost", async () => {
    const bench = await FaultBench.start(agent.path());
    const port = await freePort();
    let running = await relpAgent(bench, port);
    const rsyslog = await relpForwarder(folderOf(bench, "rsyslog"), port);
    bench.cloud.faults.add({ ...posting, cut: "before-body", rate: 0.25, seed: 1 });
    bench.cloud.faults.add({ ...posting, error: "ServerBusy", rate: 0.25, seed: 2 });
    bench.cloud.faults.add({ ...posting, error: tooLarge, rate: 0.1, seed: 3 });
    const random = chance(11);
    let over = false;
    const sending = stream(rsyslog.port, 0, { perSecond: 2_000, stop: () => over, line: rfc5424Line });
    const kills = isShort ? 2 : 6;
    for (let kill = 0; kill < kills; kill++) {
      await pause(500 + random() * 1_000);
      running.process.kill("SIGKILL");
      await running.ended;
      running = await relpAgent(bench, port);
    }
    over = true;
    const count = await sending;
    bench.cloud.faults.clear();
    await bench.allStored(count);
    expect(await endOf(running)).toMatchObject({ ...clean, setAside: 0 });
    const { lost, doubled } = await bench.outcome(`${kills} x kill -9 while half of the requests fail`, count);
    expect(lost).toBe(0);
    expect(doubled).toBeLessThan(kills * 1_000);
  });

  // loki #3839: one line that is refused takes valid ones with it; vector #17644: a loop that nothing ends.
  it("one line that the service refuses for good: it is set aside, the others are stored", async () => {
    const bench = await FaultBench.start(agent.path());
    const running = bench.agent({ SLS_AGENT_CONCURRENCY: "1" });
    const port = await portOf(running);
    // From a block of 500 lines down to one: halved ten times at most.
    const handle = bench.cloud.faults.add({ ...posting, error: "PostBodyInvalid", times: 12 });
    const count = await stream(port, 0, { perSecond: 5_000, stop: after(1_000) });
    const { setAside, ...end } = await endOf(running);
    expect(end).toMatchObject(clean);
    expect(handle.hits).toBe(12);
    const { lost, doubled } = await bench.outcome("lines refused for good", count);
    const stored = await bench.stored();
    const text = readFileSync(join(bench.data, "set-aside", "my-project.my-store.jsonl"), "utf8");
    const aside = text
      .trim()
      .split("\n")
      .map((line) => Number((JSON.parse(line) as { contents: { msg: string } }).contents.msg));
    expect(aside).toHaveLength(Number(setAside));
    expect(aside.filter((n) => stored.has(n))).toEqual([]);
    expect({ lost, doubled }).toEqual({ lost: aside.length, doubled: 0 });
    expect(lost).toBeLessThan(20);
  });
});
