/** Who of a consumer group reads which shard. */
import { beforeEach, expect, test } from "vitest";
import { ConsumerGroup } from "../../../emulator/store/consumer-group";

const shards = [0, 1, 2, 3];
let group: ConsumerGroup;
beforeEach(() => {
  group = new ConsumerGroup({ name: "g", timeout: 60, order: false });
});
const beat = (consumer: string, held: readonly number[], at = 0): number[] =>
  group.heartbeat(consumer, held, shards, at * 1000);

test("one consumer reads all; a second gets its share when the first has let go of it", () => {
  expect(beat("a", [])).toEqual([0, 1, 2, 3]);
  expect(beat("b", [])).toEqual([]);
  expect(beat("a", [0, 1, 2, 3])).toEqual([0, 2]);
  expect(beat("b", [])).toEqual([]);
  expect(beat("a", [0, 1, 2])).toEqual([0, 2]);
  expect(beat("b", [])).toEqual([3]);
  expect(beat("a", [0, 2])).toEqual([0, 2]);
  expect(beat("b", [3])).toEqual([1, 3]);
});

test("a shard that was just given is its consumer's before it reports it", () => {
  expect(beat("a", [])).toEqual([0, 1, 2, 3]);
  expect(beat("a", [])).toEqual([0, 1, 2, 3]);
});

test("one that is silent for longer than the time-out loses its shards, and has nothing when it comes back", () => {
  beat("a", []);
  beat("b", [], 30);
  expect(beat("b", [], 60)).toEqual([]);
  expect(beat("b", [], 60.001)).toEqual([0, 1, 2, 3]);
  expect(beat("a", [], 61)).toEqual([]);
});

test("after a restart of the service what consumers report is theirs", () => {
  expect(beat("b", [0, 1])).toEqual([0, 1, 2, 3]);
  group = new ConsumerGroup(group.state());
  expect(beat("a", [3])).toEqual([0, 1, 2, 3]);
  group = new ConsumerGroup(group.state());
  beat("a", [3]);
  expect(beat("b", [0, 1])).toEqual([]);
});

test("no two consumers ever have the same shard, however they come and go", () => {
  const held = new Map<string, number[]>();
  // A generator of its own: the same run every time.
  let seed = 7;
  const next = (below: number): number => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) % below;
  for (let step = 0; step < 2000; step++) {
    const consumer = ["a", "b", "c", "d"][next(4)] ?? "a";
    const mine = held.get(consumer) ?? [];
    const given = beat(consumer, mine);
    // It takes what is new at once, and lets go of what is no longer its own some time later.
    const kept = mine.filter((shard) => given.includes(shard) || next(2) === 0);
    held.set(consumer, [...new Set([...kept, ...given])]);
    const all = [...held.values()].flat();
    expect(new Set(all).size).toBe(all.length);
  }
  expect([...held.values()].every((mine) => mine.length > 0)).toBe(true);
});
