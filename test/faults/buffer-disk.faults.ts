/** What happens to the agent's disk: damage, no room, and what a killed or stopped agent left there. Plain TCP in. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { builtAgent, type RunningAgent } from "../agent/support/bundle";
import { canMount, tinyFileSystem } from "../agent/support/full-disk";
import { chance } from "../agent/support/chance";
import { until } from "../agent/support/world";
import { FaultBench, endOf, pause, portOf } from "./support/bench";
import { after, stepLine, stream } from "./support/lines";
import { isShort } from "./support/short";

const perSecond = 5_000;
const short = { tags: ["short"] };
const clean = { keptOnDisk: 0, lost: 0 };

async function listening(bench: FaultBench, env: NodeJS.ProcessEnv = {}): Promise<RunningAgent> {
  const running = bench.agent(env);
  await portOf(running);
  return running;
}

const cutOff = { operation: "PostLogStoreLogs", cut: "before-body" } as const;
const bufferOf = (bench: FaultBench): string => join(bench.data, "buffer", "my-project.my-store");

describe("the agent's disk", () => {
  const agent = builtAgent();

  it("over clean stops under load: none lost, none doubled", short, async () => {
    const bench = await FaultBench.start(agent.path());
    const random = chance(9);
    const stops = isShort ? 3 : 12;
    let next = 0;
    for (let stop = 0; stop < stops; stop++) {
      const running = bench.agent(stop % 2 === 0 ? {} : { SLS_AGENT_DRAIN_SECONDS: "0" });
      const sending = stream(await portOf(running), next, { perSecond, stop: after(400) });
      // What is written before the stop is taken; a forwarder keeps what it writes later.
      next = await sending;
      await pause(random() * 100);
      expect(await endOf(running)).toMatchObject({ lost: 0 });
    }
    expect(await endOf(await listening(bench))).toMatchObject(clean);
    expect(await bench.outcome(`${stops} clean stops`, next)).toMatchObject({ lost: 0, doubled: 0 });
  });

  it("has damage in a segment: all but the damaged record is sent", short, async () => {
    const bench = await FaultBench.start(agent.path());
    bench.cloud.faults.add(cutOff);
    const first = bench.agent({ SLS_AGENT_DRAIN_SECONDS: "0" });
    const count = await stream(await portOf(first), 0, { perSecond, stop: after(1_000) });
    expect(await endOf(first)).toMatchObject({ keptOnDisk: count, lost: 0 });
    bench.cloud.faults.clear();
    const [name = ""] = readdirSync(bufferOf(bench)).filter((each) => each.endsWith(".seg"));
    const bytes = readFileSync(join(bufferOf(bench), name));
    // Within the lines of a record in the middle.
    const record = bytes.indexOf(Buffer.from([0xf5, 0x73, 0x65, 0x67]), bytes.length >> 1);
    bytes.fill(0xff, record + 200, record + 210);
    writeFileSync(join(bufferOf(bench), name), bytes);
    const second = await listening(bench);
    const { lines } = (await second.awaitEvent("BufferDamaged")) as { lines: number };
    await endOf(second);
    expect(lines).toBeGreaterThan(0);
    expect(await bench.outcome("damage in a segment", count)).toMatchObject({ lost: lines, doubled: 0 });
  });

  it("has files in the buffer's place that are none of it: the agent starts, and sends what there is", async () => {
    const bench = await FaultBench.start(agent.path());
    bench.cloud.faults.add(cutOff);
    const first = bench.agent({ SLS_AGENT_DRAIN_SECONDS: "0" });
    const count = await stream(await portOf(first), 0, { perSecond, stop: after(500) });
    expect(await endOf(first)).toMatchObject({ keptOnDisk: count, lost: 0 });
    bench.cloud.faults.clear();
    // Zeros as a power cut leaves them, a folder, half a note, and a note without its segment that cannot be deleted.
    writeFileSync(join(bufferOf(bench), "00000007.seg"), Buffer.alloc(8192));
    mkdirSync(join(bufferOf(bench), "00000008.seg"));
    mkdirSync(join(bufferOf(bench), "00000009.settled"));
    writeFileSync(join(bufferOf(bench), "00000007.settled"), Buffer.alloc(13, 1));
    writeFileSync(join(bufferOf(bench), "README"), "not ours");
    writeFileSync(join(bench.data, "configs.json"), Buffer.alloc(300));
    writeFileSync(join(bench.data, "status.json"), Buffer.alloc(300));
    const second = await listening(bench);
    await bench.allStored(count, 20_000);
    expect(await endOf(second)).toMatchObject(clean);
    expect(await bench.outcome("foreign files in the buffer", count)).toMatchObject({ lost: 0, doubled: 0 });
  });

  it.skipIf(!canMount())("is full while lines come: none lost, none doubled (needs root, to mount one)", async () => {
    const bench = await FaultBench.start(agent.path());
    bench.data = join(tinyFileSystem("1m"), "data");
    const handle = bench.cloud.faults.add({ operation: "PostLogStoreLogs", error: "ServerBusy" });
    const running = bench.agent();
    const sending = stream(await portOf(running), 0, { perSecond: 20_000, stop: after(3_000) });
    await running.awaitEvent("BufferDiskFails");
    await pause(1_500);
    handle.remove();
    const count = await sending;
    expect(await endOf(running)).toMatchObject(clean);
    expect(await bench.outcome("a disk that gets full", count)).toMatchObject({ lost: 0, doubled: 0 });
  });

  it.skipIf(!canMount())("is full at the start: lines go through memory (needs root, to mount one)", async () => {
    const bench = await FaultBench.start(agent.path());
    const mounted = tinyFileSystem("1m");
    bench.data = join(mounted, "data");
    await endOf(await listening(bench));
    for (const size of [65_536, 4_096, 1]) fill(join(mounted, `ballast-${size}`), size);
    const running = await listening(bench);
    const count = await stream(await portOf(running), 0, { perSecond, stop: after(1_000) });
    expect(await endOf(running)).toMatchObject(clean);
    expect(await bench.outcome("a disk that is full at the start", count)).toMatchObject({ lost: 0, doubled: 0 });
  });

  it("holds a backlog at its limit when the agent starts: the limit counts it, memory stays flat", async () => {
    const bench = await FaultBench.start(agent.path());
    const limit = 24 * 1024 * 1024;
    const env = { SLS_AGENT_BUFFER_MAX_BYTES: String(limit), SLS_AGENT_BUFFER_MEMORY_BYTES: String(16 * 1024 * 1024) };
    const handle = bench.cloud.faults.add(cutOff);
    const first = bench.agent({ ...env, SLS_AGENT_DRAIN_SECONDS: "0" });
    const wide = (n: number): string => stepLine(n).replace(/ (\d+)\n$/, ` ${"x".repeat(900)} $1\n`);
    const sending = stream(await portOf(first), 0, { perSecond: 10_000, stop: () => false, line: wide });
    // It takes no more: the buffer is full. Before that it may be held for a moment because of its memory.
    await first.awaitEvent("InputsHeld");
    await until("the buffer is at its limit", () => bytesIn(bufferOf(bench)) > limit * 0.9);
    first.process.kill("SIGKILL");
    await first.ended;
    const count = await sending;

    const second = bench.agent(env);
    const recovered = ((await second.awaitEvent("BufferRecovered")) as { lines: number }).lines;
    let held = false;
    const more = stream(await portOf(second), count, { perSecond: 10_000, stop: () => held, line: wide });
    await second.awaitEvent("InputsHeld");
    held = true;
    const most = residentMb(second);
    expect(bytesIn(bufferOf(bench))).toBeLessThan(limit * 1.3);
    handle.remove();
    const all = await more;
    const expected = recovered + (all - count);
    await bench.allStored(expected);
    expect(await endOf(second)).toMatchObject(clean);
    const { lost, doubled } = await bench.outcome("a backlog at the limit of the buffer", all);
    // What the killed agent had not read or written would be with a forwarder that gets answers; the rest is there, once.
    expect(all - lost).toBe(expected);
    expect(doubled).toBe(0);
    expect(most).toBeLessThan(250);
  });
});

function fill(file: string, size: number): void {
  try {
    for (let at = 0; ; at++) writeFileSync(file, Buffer.alloc(size), { flag: "a" });
  } catch {
    // Now there is no room for so many bytes.
  }
}

const bytesIn = (folder: string): number =>
  readdirSync(folder).reduce((sum, name) => sum + readFileSync(join(folder, name)).length, 0);

const residentMb = ({ process: { pid } }: RunningAgent): number =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
