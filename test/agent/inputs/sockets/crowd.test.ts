import { describe, expect, it, onTestFinished } from "vitest";
import { Crowd, type Member } from "../../../../agent/inputs/sockets/crowd";
import { ManualWorld, settle } from "../../support/world";

interface Peer extends Member {
  readonly name: string;
  lastAt: number;
}

function crowdOf(fair: number, idleMs: number) {
  const world = new ManualWorld();
  const members = new Set<Peer>();
  const ended: string[] = [];
  const told: [number, number][] = [];
  const crowd = new Crowd({
    members,
    fair,
    idleMs,
    world,
    onLetGo: (those, ms) => told.push([those.length, ms]),
  });
  onTestFinished(() => crowd.close());
  const join = (name: string): Peer => {
    const peer: Peer = { name, lastAt: world.monotonic(), finish: () => ended.push(name) };
    members.add(peer);
    crowd.joined();
    return peer;
  };
  return { world, members, ended, told, crowd, join };
}

describe("connections at one input", () => {
  it("may be idle for as long as they like while they are few", async () => {
    const { world, ended, join } = crowdOf(2, 60_000);
    join("a");
    join("b");
    await world.pass(86_400_000);
    expect(ended).toEqual([]);
  });

  it("are ended when they are too many, the longest idle first, until a fair number is left", async () => {
    const { world, ended, told, join } = crowdOf(2, 60_000);
    join("a");
    await world.pass(1_000);
    join("b");
    await world.pass(1_000);
    join("c");
    join("d");
    await world.pass(57_999);
    expect(ended).toEqual([]);
    await world.pass(1);
    expect(ended).toEqual(["a"]);
    await world.pass(1_000);
    expect(ended).toEqual(["a", "b"]);
    expect(told).toEqual([
      [1, 60_000],
      [1, 60_000],
    ]);
    await world.pass(86_400_000);
    expect(ended).toEqual(["a", "b"]);
  });

  it("are not idle while they bring something, or while nothing is taken of them", async () => {
    const { world, ended, crowd, join } = crowdOf(1, 60_000);
    const busy = join("busy");
    const quiet = join("quiet");
    quiet.lastAt = 10;
    await world.pass(50_000);
    busy.lastAt = world.monotonic();
    crowd.setHeld(true);
    await world.pass(600_000);
    expect(ended).toEqual([]);
    crowd.setHeld(false);
    await world.pass(30_000);
    busy.lastAt = world.monotonic();
    await world.pass(29_999);
    expect(ended).toEqual([]);
    await world.pass(1);
    expect(ended).toEqual(["quiet"]);
  });

  it("are looked at when one comes, however long nothing was to be done", async () => {
    const { world, ended, join } = crowdOf(1, 60_000);
    join("old");
    await world.pass(3_600_000);
    join("new");
    await settle();
    expect(ended).toEqual(["old"]);
  });

  it("stay for ever with idleMs 0", async () => {
    const { world, ended, join } = crowdOf(1, 0);
    for (const name of "abc") join(name);
    await world.pass(86_400_000);
    expect(ended).toEqual([]);
  });
});
