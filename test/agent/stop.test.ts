/** A stop ends in its time, whatever does not come back meanwhile, and what is not sent is on disk. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { realDisk, type Disk } from "../../agent/buffer/disk";
import type { AgentService } from "../../agent/service";
import { LogWriter } from "../../sls/client";
import { bufferIn } from "./support/buffer";
import { boundService, startAgent, syslogLine, writeTo, type AgentBench } from "./support/agent";
import { unreachable } from "./support/fake-service";
import { temporaryFolder } from "./support/folder";
import { ManualWorld, until } from "./support/world";

/** Milliseconds of the agent's time until it has stopped. */
async function stopTakes(world: ManualWorld, { stop }: AgentBench, deadlineMs: number): Promise<number> {
  let over = false;
  const begun = world.monotonic();
  void stop(deadlineMs).then(() => (over = true));
  await until("it has stopped", async () => {
    if (!over) await world.pass(100);
    return over || world.monotonic() - begun > 60_000;
  });
  return world.monotonic() - begun;
}

async function agentWith(lines: number, service: AgentService, world: ManualWorld, disk?: Disk): Promise<AgentBench> {
  const bench = startAgent(service, temporaryFolder(), {}, { world, ...(disk ? { disk } : {}) });
  await until("it listens", async () => {
    await world.pass(100);
    return bench.port() > 0;
  });
  const written = writeTo(bench.port(), Array.from({ length: lines }, (_, i) => syslogLine(String(i))).join(""));
  await written;
  return bench;
}

describe("a stop", () => {
  it("ends when the disk does not come back from a sync: what waits is written once more", async () => {
    const world = new ManualWorld();
    const service = boundService();
    service.sinkMade.answer = () => unreachable;
    const never = new Promise<void>(() => undefined);
    const disk = { ...realDisk, fdatasync: () => never };
    const bench = await agentWith(10, service, world, disk);
    // A RELP input waits for this, say.
    void bench.agent["buffer"].committed();
    expect(await stopTakes(world, bench, 1_000)).toBeLessThan(20_000);
    expect(bench.events.at(-1)).toMatchObject({ type: "AgentStopped", keptOnDisk: 10, lost: 0 });
    const next = bufferIn(join(bench.folder, "data", "buffer"));
    await next.buffer.recover();
    expect(next.queue({ project: "my-project", logstore: "my-store" }).lines).toBe(10);
  });

  it("ends when the disk does not give back what waits on it", async () => {
    const world = new ManualWorld();
    const service = boundService();
    service.sinkMade.answer = () => unreachable;
    const first = await agentWith(10, service, world);
    await stopTakes(world, first, 0);
    let hangs = false;
    const read: Disk["read"] = (...args) => (hangs ? new Promise(() => undefined) : realDisk.read(...args));
    const second = startAgent(service, first.folder, {}, { world, disk: { ...realDisk, read } });
    await second.agent.recovered;
    hangs = true;
    await world.pass(1_000);
    expect(await stopTakes(world, second, 1_000)).toBeLessThan(20_000);
    expect(second.events.at(-1)).toMatchObject({ type: "AgentStopped", keptOnDisk: 10, lost: 0 });
    expect(second.events.filter(({ type }) => type === "LinesDropped")).toEqual([]);
  });

  it("ends when nobody answers where credentials come from: no request, no look at the configs waits for them", async () => {
    const world = new ManualWorld();
    const never = new Promise<never>(() => undefined);
    const bound = boundService();
    const sink = new LogWriter({ endpoint: "http://127.0.0.1:1", credentials: { getCredentials: () => never } });
    const service = { ...bound, connect: () => ({ configs: bound.configs, sink }) };
    const bench = await agentWith(10, service, world);
    bound.configs.listMachineGroups = () => never;
    bench.agent.refresh();
    await world.pass(1_000);
    expect(await stopTakes(world, bench, 1_000)).toBeLessThan(10_000);
    expect(bench.events.at(-1)).toMatchObject({ type: "AgentStopped", keptOnDisk: 10, lost: 0 });
  });
});
