import { beforeEach, describe, expect, it } from "vitest";
import { ReadPacer } from "../../../../agent/inputs/sockets/read-pacer";

/** A socket with a peer that has `perTurn` bytes for each turn of the loop, and a clock that the test moves. */
class Bench {
  now = 0;
  paused = false;
  resumed = 0;
  private readonly sleepers: (() => void)[] = [];
  private readonly turns: (() => void)[] = [];
  readonly pacer = new ReadPacer(
    {
      pause: () => ((this.paused = true), undefined as never),
      resume: () => ((this.paused = false), this.resumed++, undefined as never),
    },
    {
      now: () => new Date(0),
      monotonic: () => this.now,
      sleep: () => new Promise((resolve) => void this.sleepers.push(resolve)),
      random: () => 0,
    },
    () => new Promise((resolve) => void this.turns.push(resolve)),
  );

  /** For `ms`, a chunk each millisecond. */
  read(ms: number, chunk: number): void {
    for (let i = 0; i < ms; i++) {
      this.now++;
      this.pacer.took(chunk);
    }
  }

  async turn(bytes = 0): Promise<void> {
    if (bytes > 0) this.pacer.took(bytes);
    this.turns.splice(0).forEach((resolve) => resolve());
    await settled();
  }

  async wake(): Promise<void> {
    this.now += 20;
    this.sleepers.splice(0).forEach((resolve) => resolve());
    await settled();
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("the pace at which a connection is read", () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });

  it("is a rest of 20 ms at a time for a peer that writes 10 MB a second in small parts", async () => {
    bench.read(20, 10_000);
    await bench.turn();
    expect(bench.paused).toBe(true);
    await bench.wake();
    expect(bench.paused).toBe(false);
    // What has come in the meantime is read in one go, and the next rest follows at once.
    bench.pacer.took(200_000);
    await bench.turn();
    expect(bench.paused).toBe(true);
  });

  it("has no rest for a peer that writes 1 MB a second: its lines are written to disk as they come", async () => {
    bench.read(200, 1_000);
    await bench.turn();
    expect(bench.paused).toBe(false);
  });

  it("has no rest in a flood, in which a read brings as much as it can", async () => {
    bench.read(20, 65_536);
    for (let turn = 0; turn < 3; turn++) await bench.turn(65_536);
    expect(bench.paused).toBe(false);
  });

  it("has no rest where more comes than the kernel could keep, be it in small parts", async () => {
    bench.read(20, 40_000);
    await bench.turn();
    expect(bench.paused).toBe(false);
  });

  it("does not let a connection go on that is held, nor rest in one that is over", async () => {
    bench.read(20, 10_000);
    await bench.turn();
    bench.pacer.setHeld(true);
    await bench.wake();
    expect([bench.paused, bench.resumed]).toEqual([true, 0]);
    bench.pacer.setHeld(false);
    expect([bench.paused, bench.resumed]).toEqual([false, 1]);
    bench.pacer.end();
    bench.read(40, 10_000);
    await bench.turn();
    expect(bench.paused).toBe(false);
  });

  it("is not held any more once it is over: what has come already is read, or the peer would be reset with it", async () => {
    bench.pacer.end();
    bench.pacer.setHeld(true);
    expect(bench.paused).toBe(false);
  });

  it("keeps its rest when a hold ends within it", async () => {
    bench.read(20, 10_000);
    await bench.turn();
    bench.pacer.setHeld(true);
    bench.pacer.setHeld(false);
    expect(bench.resumed).toBe(0);
    await bench.wake();
    expect(bench.paused).toBe(false);
  });
});
