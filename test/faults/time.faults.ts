/** Outages of minutes and hours, clocks that are set, and disks that are slow: time and disk are injected, all else is real. */
import { describe, expect, it } from "vitest";
import { realDisk, type Disk } from "../../agent/buffer/disk";
import { realWorld } from "../../agent/world";
import { diskError } from "../agent/support/full-disk";
import { skipWithoutOmrelp } from "../agent/support/rsyslog";
import { freePort } from "../support/ports";
import { until } from "../agent/support/world";
import { agentHere } from "./support/agent-here";
import { FaultBench, pause } from "./support/bench";
import { folderOf, relpForwarder } from "./support/forwarders";
import { after, feed, rfc5424Line, stepLine, stream } from "./support/lines";
import { SkippingWorld } from "./support/skipping-world";

const short = { tags: ["short"] };
const minute = 60_000;
const hour = 60 * minute;
const none = { keptOnDisk: 0, lost: 0 };

const startIn = (world: SkippingWorld): Promise<FaultBench> => FaultBench.start("", { now: world.trueNow });

describe("the network is cut (time is left out, tries are not)", () => {
  it.each([
    ["60 s", minute],
    ["10 minutes", 10 * minute],
  ])("for %s: none lost, none doubled", short, async (name, ms) => {
    const world = new SkippingWorld();
    const bench = await startIn(world);
    const agent = await agentHere(bench, world, { env: { SLS_AGENT_CONCURRENCY: "1" } });
    const line = (n: number): string => stepLine(n, world.trueNow().getTime());
    let over = false;
    const sending = stream(agent.port, 0, { perSecond: 2_000, stop: () => over, line });
    await agent.next("BatchSent");
    // Between two requests: what is stored when its answer is cut off comes twice.
    const refusing = bench.cloud.faults.add({ operation: "PostLogStoreLogs", cut: "before-body" });
    await agent.next("SendFailed");
    await bench.cloud.pause();
    refusing.remove();
    const step = 20_000;
    for (let passed = 0; passed < ms; passed += step) {
      const failed = agent.next("SendFailed");
      world.skip(step);
      await pause(20);
      // A pause of the sender may be longer than one step.
      if (passed % 60_000 === 0) await world.skipUntil(failed);
      else failed.catch(() => undefined);
    }
    await bench.cloud.resume();
    await world.skipUntil(agent.next("BatchSent"));
    over = true;
    const count = await sending;
    expect(await agent.stop()).toEqual(none);
    expect(await bench.outcome(`network cut for ${name}`, count)).toMatchObject({ lost: 0, doubled: 0 });
  });

  it("for 23 hours: none lost; for 25: what waited for more than 24 is dropped, and counted", short, async () => {
    const world = new SkippingWorld();
    const bench = await startIn(world);
    const agent = await agentHere(bench, world);
    const line = (n: number): string => stepLine(n, world.trueNow().getTime());
    await bench.cloud.pause();
    await feed(agent.port, 0, 500, line);
    await agent.next("SendFailed");
    world.skip(23 * hour);
    await world.skipUntil(agent.next("SendFailed"));
    await bench.cloud.resume();
    await world.skipUntil(bench.allStored(500));
    expect(await bench.outcome("network cut for 23 hours", 500)).toMatchObject({ lost: 0, doubled: 0 });
    await bench.cloud.pause();
    await feed(agent.port, 500, 500, line);
    await agent.next("SendFailed");
    world.skip(20 * hour);
    await world.skipUntil(agent.next("SendFailed"));
    await feed(agent.port, 1_000, 500, line);
    world.skip(5 * hour);
    await world.skipUntil(agent.next("LinesDropped"));
    await bench.cloud.resume();
    await world.skipUntil(bench.allStored(1_000));
    expect(await agent.stop()).toEqual(none);
    expect(await bench.outcome("network cut for 25 hours, age limit 24", 1_500)).toMatchObject({
      lost: 500,
      doubled: 0,
    });
    expect(agent.agent.status().lines.dropped).toMatchObject({ tooOld: 500 });
  });
});

describe("the clock of the machine is set", () => {
  it.each([
    ["+2 h", 2 * hour],
    ["-2 h", -2 * hour],
  ])("%s, and back, under load: none lost, none doubled", short, async (name, ms) => {
    const world = new SkippingWorld();
    const bench = await startIn(world);
    const agent = await agentHere(bench, world);
    // As rsyslog on this machine: its lines have the machine's time.
    const line = (n: number): string => stepLine(n, world.now().getTime());
    let over = false;
    const sending = stream(agent.port, 0, { perSecond: 5_000, stop: () => over, line });
    await agent.next("BatchSent");
    world.setClock(ms);
    await agent.next("ClockCorrected");
    await agent.next("BatchSent");
    await pause(500);
    world.setClock(-ms);
    await agent.next("ClockCorrected");
    await agent.next("BatchSent");
    over = true;
    const count = await sending;
    expect(await agent.stop()).toEqual(none);
    expect(await bench.outcome(`clock ${name} and back`, count)).toMatchObject({ lost: 0, doubled: 0 });
    expect(agent.agent.status().lines.setAside).toBe(0);
  });
});

/** Each write takes 50 ms, each promise 300 ms. */
const slow: Disk = {
  ...realDisk,
  writevSync: (...args) => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
    return realDisk.writevSync(...args);
  },
  writev: async (...args) => {
    await pause(50);
    return realDisk.writev(...args);
  },
  fdatasync: async (handle) => {
    await pause(300);
    await realDisk.fdatasync(handle);
  },
};

describe("the disk is slow", () => {
  it("over TCP: none lost, none doubled", async () => {
    const bench = await FaultBench.start("");
    const agent = await agentHere(bench, realWorld, { disk: slow });
    const count = await stream(agent.port, 0, { perSecond: 10_000, stop: after(2_000) });
    expect(await agent.stop()).toEqual(none);
    expect(await bench.outcome("slow disk, TCP", count)).toMatchObject({ lost: 0, doubled: 0 });
  });

  const relp = { SLS_AGENT_SYSLOG_PORT: "off" };

  it.skipIf(skipWithoutOmrelp)("over RELP, while the service is away: none lost, none doubled", async () => {
    const bench = await FaultBench.start("");
    const port = await freePort();
    const agent = await agentHere(bench, realWorld, {
      disk: slow,
      env: { ...relp, SLS_AGENT_RELP_PORT: String(port) },
    });
    const rsyslog = await relpForwarder(folderOf(bench, "rsyslog"), port);
    await bench.cloud.pause();
    await feed(rsyslog.port, 0, 3_000);
    await until("all is answered", () => agent.agent.status().lines.accepted === 3_000);
    await bench.cloud.resume();
    await bench.allStored(3_000);
    expect(await agent.stop()).toEqual(none);
    expect(await bench.outcome("slow disk, RELP", 3_000)).toMatchObject({ lost: 0, doubled: 0 });
  });

  it.skipIf(skipWithoutOmrelp)(
    "and refuses a promise: nothing is answered over RELP until the service has it",
    async () => {
      const bench = await FaultBench.start("");
      const port = await freePort();
      let failing = false;
      const fdatasync: Disk["fdatasync"] = async (handle) => {
        if (failing) {
          failing = false;
          throw diskError("EIO");
        }
        await realDisk.fdatasync(handle);
      };
      const env = { ...relp, SLS_AGENT_RELP_PORT: String(port) };
      const agent = await agentHere(bench, realWorld, { disk: { ...realDisk, fdatasync }, env });
      const rsyslog = await relpForwarder(folderOf(bench, "rsyslog"), port);
      let over = false;
      const sending = stream(rsyslog.port, 0, { perSecond: 1_000, stop: () => over, line: rfc5424Line });
      await pause(500);
      failing = true;
      await agent.next("BufferDiskFails");
      await agent.next("BufferDiskWorks");
      over = true;
      const count = await sending;
      await bench.allStored(count);
      expect(await agent.stop()).toEqual(none);
      expect(await bench.outcome("a promise of the disk refused, RELP", count)).toMatchObject({ lost: 0, doubled: 0 });
    },
  );
});
