/** The agent's buffer and sender under faults. Plain TCP in: what lay in the kernel, or came since the last write, is lost at a kill. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { builtAgent, type RunningAgent } from "../agent/support/bundle";
import { chance } from "../agent/support/chance";
import { temporaryFolder } from "../agent/support/folder";
import { canMount, tinyFileSystem } from "../agent/support/full-disk";
import { FaultBench, endOf, portOf, stream } from "./support/bench";

const perSecond = 5_000;
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe("lines over TCP", () => {
  const agent = builtAgent();

  it("at 20 kill -9 of the agent at random moments: few lost, fewer than 1,000 doubled in all", async () => {
    const bench = await FaultBench.start(temporaryFolder(), agent.path());
    const random = chance(6);
    let next = 0;
    for (let kill = 0; kill < 20; kill++) {
      const running = bench.agent();
      const port = await portOf(running);
      const sending = stream(port, next, perSecond, () => false);
      await sleep(100 + random() * 500);
      running.process.kill("SIGKILL");
      next = await sending;
      await running.ended;
    }
    expect(await endOf(await listening(bench))).toMatchObject({ keptOnDisk: 0, lost: 0 });
    const { lost, doubled } = await bench.outcome("20 x kill -9 of the agent", next);
    // 20 ms until the write, and the kernel's buffer: some 60 ms of lines a kill.
    expect(lost).toBeLessThan(20 * perSecond * 0.06);
    expect(doubled).toBeLessThan(1_000);
  });

  it("while the service refuses: 5xx, then quota, then nothing: none lost, none doubled", async () => {
    const bench = await FaultBench.start(temporaryFolder(), agent.path());
    const running = bench.agent();
    let over = false;
    const sending = stream(await portOf(running), 0, perSecond, () => over);
    for (const fault of [
      { error: "InternalServerError" as const },
      { error: "WriteQuotaExceed" as const },
      { cut: "before-body" as const },
    ]) {
      const handle = bench.cloud.faults.add({ operation: "PostLogStoreLogs", ...fault });
      await sleep(2_000);
      handle.remove();
      await sleep(300);
    }
    over = true;
    const count = await sending;
    expect(await endOf(running)).toMatchObject({ keptOnDisk: 0, lost: 0 });
    expect(await bench.outcome("5xx, quota, cut", count)).toMatchObject({ lost: 0, doubled: 0 });
  });

  it("at a stop without the service, and damage in a segment: all but the damaged record", async () => {
    const bench = await FaultBench.start(temporaryFolder(), agent.path());
    bench.cloud.faults.add({ operation: "PostLogStoreLogs", cut: "before-body" });
    const first = bench.agent({ SLS_AGENT_DRAIN_SECONDS: "0" });
    const begun = performance.now();
    const count = await stream(await portOf(first), 0, perSecond, () => performance.now() - begun > 1_000);
    expect(await endOf(first)).toMatchObject({ keptOnDisk: count, lost: 0 });
    bench.cloud.faults.clear();
    const folder = join(bench.data, "buffer", "my-project.my-store");
    const [name = ""] = readdirSync(folder).filter((each) => each.endsWith(".seg"));
    const bytes = readFileSync(join(folder, name));
    bytes.fill(0xff, bytes.length >> 1, (bytes.length >> 1) + 10);
    writeFileSync(join(folder, name), bytes);
    const second = await listening(bench);
    const { lines } = (await second.awaitEvent("BufferDamaged")) as { lines: number };
    await endOf(second);
    expect(lines).toBeGreaterThan(0);
    expect(await bench.outcome("damage in a segment", count)).toMatchObject({ lost: lines, doubled: 0 });
  });

  it.skipIf(!canMount())(
    "on a disk of 1 MiB that is full: none lost, none doubled (needs root, to mount one)",
    async () => {
      const bench = await FaultBench.start(temporaryFolder(), agent.path(), join(tinyFileSystem("1m"), "data"));
      const handle = bench.cloud.faults.add({ operation: "PostLogStoreLogs", error: "ServerBusy" });
      const running = bench.agent();
      const begun = performance.now();
      const sending = stream(await portOf(running), 0, 20_000, () => performance.now() - begun > 3_000);
      await running.awaitEvent("BufferDiskFails");
      await sleep(1_500);
      handle.remove();
      const count = await sending;
      expect(await endOf(running)).toMatchObject({ keptOnDisk: 0, lost: 0 });
      expect(await bench.outcome("a full disk", count)).toMatchObject({ lost: 0, doubled: 0 });
    },
  );
});

async function listening(bench: FaultBench): Promise<RunningAgent> {
  const running = bench.agent();
  await portOf(running);
  return running;
}
