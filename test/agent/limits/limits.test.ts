import { describe, expect, it, onTestFinished } from "vitest";
import { Holds } from "../../../agent/inputs/holds";
import { CpuBudget } from "../../../agent/limits/cpu-budget";
import { defaultMemoryLimit, memoryHeld } from "../../../agent/limits/memory-limit";
import { SelfLimits, type Limits, type Usage } from "../../../agent/limits/self-limits";
import { realUsage } from "../../../agent/limits/usage";
import { Rates } from "../../../agent/status/rates";
import type { AgentEvent } from "../../../agent/status/events";
import { ManualWorld } from "../support/world";

const MiB = 1024 * 1024;

describe("reasons to hold the inputs", () => {
  it("hold from the first to the last of them", () => {
    const told: string[] = [];
    const holds = new Holds((held, why) => told.push(`${held} ${why}`));
    holds.set("buffer", "full");
    holds.set("memory", "much");
    holds.set("buffer", undefined);
    holds.set("cpu", undefined);
    expect(told).toEqual(["true full"]);
    holds.set("memory", undefined);
    holds.set("memory", undefined);
    expect(told).toEqual(["true full", "false "]);
  });
});

describe("memory", () => {
  it("holds above the limit and lets go a tenth below it", () => {
    expect(memoryHeld(false, 100, 100, 1)).toBe(false);
    expect(memoryHeld(false, 101, 100, 1)).toBe(true);
    expect(memoryHeld(true, 95, 100, 1)).toBe(true);
    expect(memoryHeld(true, 90, 100, 1)).toBe(false);
  });

  it("stays below what the unit may use, where that is told", () => {
    expect(defaultMemoryLimit(32 * MiB, 0)).toBe(512 * MiB);
    expect(defaultMemoryLimit(32 * MiB, 384 * MiB)).toBe(288 * MiB);
    // No limit, as the kernel says it.
    expect(defaultMemoryLimit(400 * MiB, 2 ** 63)).toBe(800 * MiB);
  });

  it("holds nothing when there is nothing that could be freed", () => {
    expect(memoryHeld(true, 200, 100, 0)).toBe(false);
  });
});

describe("a share of CPU", () => {
  it("asks for pauses that bring the use down to it", () => {
    const budget = new CpuBudget();
    let [at, used, working] = [0, 0, 0];
    for (budget.spend(at, used, 25); at < 60_000;) {
      at += 20;
      used += 20;
      working += 20;
      const pause = budget.spend(at, used, 25);
      at += pause;
    }
    expect(working / at).toBeCloseTo(0.25, 1);
  });

  it("asks for none below it, and does not save up for later", () => {
    const budget = new CpuBudget();
    budget.spend(0, 0, 50);
    expect(budget.spend(1_000, 400, 50)).toBe(0);
    expect(budget.spend(100_000, 400, 50)).toBe(0);
    expect(budget.spend(100_100, 500, 50)).toBe(100);
  });

  it("forgives what lies long back", () => {
    const budget = new CpuBudget();
    budget.spend(0, 0, 10);
    expect(budget.spend(60_000, 60_000, 10)).toBe(20_000);
  });
});

interface Machine {
  readonly world: ManualWorld;
  readonly held: string[];
  /** How long each hold lasted. */
  readonly heldMs: number[];
  readonly events: AgentEvent[];
  resident: number;
  cpu: number;
  files: number;
  unsent: number;
}

function machine(limits: Limits): Machine {
  const world = new ManualWorld();
  const state: Machine = { world, held: [], heldMs: [], events: [], resident: 50 * MiB, cpu: 0, files: 20, unsent: 1 };
  const usage: Usage = {
    residentBytes: () => state.resident,
    cpuMs: () => state.cpu,
    openFiles: () => state.files,
    mostOpenFiles: 1000,
  };
  let since = 0;
  const holds = new Holds((held, why) => {
    state.held.push(held ? why : "released");
    if (held) since = world.now().getTime();
    else state.heldMs.push(world.now().getTime() - since);
  });
  const one = new SelfLimits({
    limits: () => limits,
    usage,
    unsentBytes: () => state.unsent,
    hold: (what, why) => holds.set(what, why),
    clock: () => world.now().getTime(),
    world,
    emit: (event) => state.events.push(event),
  });
  onTestFinished(() => one.close());
  return state;
}

describe("an agent at its limits", () => {
  it("of memory holds its inputs, says so once, and goes on", async () => {
    const one = machine({ memoryBytes: 100 * MiB, cpuPercent: undefined });
    await one.world.pass(5_000);
    expect(one.held).toEqual([]);
    one.resident = 120 * MiB;
    await one.world.pass(5_000);
    const why = "120 MiB are in use, 100 MiB are allowed (limits.memoryBytes)";
    expect(one.held).toEqual([why]);
    expect(one.events).toEqual([{ type: "LimitReached", limit: "memory", why }]);
    one.resident = 60 * MiB;
    await one.world.pass(1_000);
    expect(one.held).toEqual([why, "released"]);
  });

  it("of open files does the same, and names the unit's setting", async () => {
    const one = machine({ memoryBytes: 100 * MiB, cpuPercent: undefined });
    one.files = 900;
    await one.world.pass(1_000);
    expect(one.held).toEqual(["900 files are open, the system allows 1000; raise LimitNOFILE= of the unit"]);
    one.files = 500;
    await one.world.pass(1_000);
    expect(one.held.at(-1)).toBe("released");
  });

  it("of CPU holds for short whiles, none of which shuts the port", async () => {
    const one = machine({ memoryBytes: 100 * MiB, cpuPercent: 20 });
    for (let i = 0; i < 50; i++) {
      one.cpu += 100;
      await one.world.pass(100);
    }
    expect(one.heldMs.length).toBeGreaterThan(10);
    expect(Math.max(...one.heldMs)).toBeLessThanOrEqual(200);
  });

  it("tells what this process really uses", () => {
    const usage = realUsage();
    expect(usage.residentBytes()).toBeGreaterThan(10 * MiB);
    expect(usage.cpuMs()).toBeGreaterThan(0);
    expect(usage.openFiles()).toBeGreaterThan(3);
    expect(usage.mostOpenFiles).toBeGreaterThan(usage.openFiles() ?? 0);
  });
});

describe("rates", () => {
  it("are means of the last minute", () => {
    const rates = new Rates();
    const counts = (accepted: number): { accepted: number; sent: number; sentBytes: number } => ({
      accepted,
      sent: accepted / 2,
      sentBytes: accepted * 10,
    });
    expect(rates.add(0, counts(0))).toEqual({ accepted: 0, sent: 0, sentBytes: 0 });
    expect(rates.add(10_000, counts(1_000))).toEqual({ accepted: 100, sent: 50, sentBytes: 1_000 });
    for (let second = 11; second <= 120; second++) rates.add(second * 1_000, counts(1_000));
    expect(rates.add(121_000, counts(1_600))).toEqual({ accepted: 10, sent: 5, sentBytes: 100 });
  });

  it("begin anew when the clock is set back", () => {
    const rates = new Rates();
    rates.add(100_000, { accepted: 0, sent: 0, sentBytes: 0 });
    expect(rates.add(50_000, { accepted: 5, sent: 0, sentBytes: 0 })).toEqual({ accepted: 0, sent: 0, sentBytes: 0 });
  });
});
