/** What RELP sessions left without an answer, and what becomes of it. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { realDisk, type Disk } from "../../../../agent/buffer/disk";
import type { RecoveredLines, WrittenLines } from "../../../../agent/buffer/written-lines";
import { LineMark } from "../../../../agent/inputs/relp/line-mark";
import { RelpMemory } from "../../../../agent/inputs/relp/memory";
import { temporaryFolder } from "../../support/folder";
import { diskError } from "../../support/full-disk";
import { ManualWorld } from "../../support/world";

const from = "relp 10.0.0.9";
const here: WrittenLines = { queue: "p.l", lane: 3, first: 0, lines: 2 };

function mark(line: string): LineMark {
  const out = new LineMark();
  out.of(Buffer.from(line));
  return out;
}

const everything: RecoveredLines = { holds: () => true, sync: () => undefined };

/** An agent's memory over a folder. */
function memoryIn(folder: string, { bootId = "boot 1", disk = realDisk as Disk, lost = (): number => 0 } = {}) {
  const world = new ManualWorld();
  const file = join(folder, "relp-unanswered");
  const memory = new RelpMemory({ record: { file, bootId, disk }, lost, world });
  return { memory, world, file };
}

/** A session that took these lines; the first ones are answered. */
function session(memory: RelpMemory, lines: readonly string[], answered = 0, client = from) {
  const one = memory.session(client);
  for (const line of lines) one.add(mark(line));
  one.answering(answered);
  return one;
}

/** What a new session makes of its first frames. */
function verdict(memory: RelpMemory, lines: readonly string[], client = from): string {
  const recogniser = memory.session(client).recogniser();
  let last: unknown = "no";
  for (const line of lines) if ((last = recogniser?.next(mark(line)) ?? "no") === "no") return "no";
  return typeof last === "string" ? last : "known";
}

/** What the next run makes of it. */
function next(folder: string, recovered = everything, bootId = "boot 1"): RelpMemory {
  const { memory } = memoryIn(folder, { bootId });
  memory.load(recovered);
  return memory;
}

describe("what a RELP session left without an answer", () => {
  it("is known when all of it comes again, first and in its order", () => {
    const { memory } = memoryIn(temporaryFolder());
    session(memory, ["a", "b", "c"]).close();
    expect(verdict(memory, ["a", "b"])).toBe("perhaps");
    expect(verdict(memory, ["a", "b", "c"])).toBe("known");
    expect(verdict(memory, ["a", "x"])).toBe("no");
    expect(verdict(memory, ["b", "c"])).toBe("no");
    expect(verdict(memory, ["x", "a", "b", "c"])).toBe("no");
  });

  it("is known with lines before it whose answers the client did not fetch", () => {
    const { memory } = memoryIn(temporaryFolder());
    session(memory, ["a", "b", "c", "d"], 2).close();
    for (const again of ["cd", "bcd", "abcd"]) expect([again, verdict(memory, [...again])]).toEqual([again, "known"]);
    expect(verdict(memory, [..."acd"])).toBe("no");
    expect(verdict(memory, [..."ab"])).toBe("perhaps");
  });

  it("is nothing when all was answered: the same lines are new ones then", () => {
    const { memory } = memoryIn(temporaryFolder());
    session(memory, ["a", "b"], 2).close();
    expect(verdict(memory, ["a", "b"])).toBe("no");
  });

  it("counts once, and for its own client at its own input", () => {
    const { memory } = memoryIn(temporaryFolder());
    session(memory, ["a", "b"]).close();
    expect(verdict(memory, ["a", "b"], "relp 10.0.0.8")).toBe("no");
    expect(verdict(memory, ["a", "b"], "relp-2 10.0.0.9")).toBe("no");
    const again = memory.session(from);
    const recogniser = again.recogniser();
    recogniser?.next(mark("a"));
    const ended = recogniser?.next(mark("b"));
    if (typeof ended !== "object") throw new Error("it is not known");
    again.replaces(ended);
    expect(verdict(memory, ["a", "b"])).toBe("no");
  });

  it("is not told from a client that says the same again and again", () => {
    const { memory } = memoryIn(temporaryFolder());
    session(memory, ["beat", "beat", "beat"], 1).close();
    expect(verdict(memory, ["beat", "beat"])).toBe("no");
  });

  it("is nothing while the session goes on, and when lines were given up meanwhile", () => {
    let lost = 0;
    const { memory } = memoryIn(temporaryFolder(), { lost: () => lost });
    const one = session(memory, ["a", "b"]);
    expect(verdict(memory, ["a", "b"])).toBe("no");
    lost = 1;
    one.close();
    expect(verdict(memory, ["a", "b"])).toBe("no");
  });

  it("is nothing with a frame that has no mark, or more of them than are remembered", () => {
    const { memory } = memoryIn(temporaryFolder());
    const one = session(memory, ["a"]);
    one.add(undefined);
    one.close();
    expect(verdict(memory, ["a"])).toBe("no");
    const most = Array.from({ length: 40_000 }, (_, i) => `line ${i}`);
    session(memory, most, 0, "many").close();
    session(memory, most.slice(0, 9_000), 1_500, "fewer").close();
    expect(verdict(memory, most, "many")).toBe("no");
    expect(verdict(memory, most.slice(1_000, 9_000), "fewer")).toBe("known");
  });

  it("is forgotten after ten minutes", async () => {
    const { memory, world } = memoryIn(temporaryFolder());
    session(memory, ["a", "b"]).close();
    await world.pass(599_000);
    expect(verdict(memory, ["a", "b"])).toBe("known");
    await world.pass(2_000);
    expect(verdict(memory, ["a", "b"])).toBe("no");
  });
});

describe("the record of what RELP sessions left", () => {
  /** An agent that is killed while it writes. */
  function killed(folder: string, answered = 0): void {
    const { memory } = memoryIn(folder);
    const one = session(memory, ["a", "b", "c"], 1);
    memory.writing([here]);
    one.answering(answered);
  }

  it("is believed when the buffer holds the lines, and for one run", () => {
    const folder = temporaryFolder();
    killed(folder);
    expect(verdict(next(folder), ["b", "c"])).toBe("known");
    // That run was killed before the client was back, and knew for itself what it held.
    expect(verdict(next(folder, { ...everything, holds: () => false }), ["b", "c"])).toBe("known");
  });

  it.each([
    ["the buffer does not hold the lines", { holds: () => false, sync: () => undefined }, "boot 1"],
    ["the disk does not promise to have them", { holds: () => true, sync: () => diskError("EIO") }, "boot 1"],
    ["the machine was started again", everything, "boot 2"],
  ])("is not believed when %s", (_, recovered, bootId) => {
    const folder = temporaryFolder();
    killed(folder);
    expect(verdict(next(folder, recovered, bootId), ["b", "c"])).toBe("no");
    // A lane of which nothing reached the disk may be another one's by the next start.
    expect(verdict(next(folder), ["b", "c"])).toBe("no");
  });

  it("is not believed when lines were given up while the buffer was read back: they may be these", () => {
    const folder = temporaryFolder();
    killed(folder);
    const { memory } = memoryIn(folder, { lost: () => 1 });
    memory.load(everything);
    expect(verdict(memory, ["b", "c"])).toBe("no");
  });

  it("asks the buffer for the very lines that were being written", () => {
    const folder = temporaryFolder();
    killed(folder);
    const asked: WrittenLines[] = [];
    next(folder, { ...everything, holds: (lines) => asked.push(lines) > 0 });
    expect(asked).toEqual([here]);
  });

  it("says at once what was answered", () => {
    const folder = temporaryFolder();
    killed(folder, 1);
    expect(verdict(next(folder), ["b", "c"])).toBe("known");
    const other = temporaryFolder();
    killed(other, 2);
    expect(verdict(next(other), ["b", "c"])).toBe("no");
  });

  it("is void when the lines could not be written", () => {
    const folder = temporaryFolder();
    const { memory } = memoryIn(folder);
    session(memory, ["a", "b"]);
    memory.writing([here]);
    memory.writing(undefined);
    expect(verdict(next(folder), ["a", "b"])).toBe("no");
  });

  it("is void wherever it is damaged", () => {
    const folder = temporaryFolder();
    killed(folder);
    const file = join(folder, "relp-unanswered");
    const bytes = readFileSync(file);
    for (const at of [0, 12, ...Array.from({ length: 60 }, (_, i) => 4096 + i)]) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] as number) ^ 0x55;
      writeFileSync(file, damaged);
      expect([at, verdict(next(folder), ["b", "c"])]).toEqual([at, "no"]);
    }
    for (let size = 0; size < bytes.length; size++) {
      // What was not written yet at a power cut is missing, or zeros.
      for (const rest of [0, bytes.length - size]) {
        const left = Buffer.concat([bytes.subarray(0, size), Buffer.alloc(rest)]);
        if (left.equals(bytes)) continue;
        writeFileSync(file, left);
        expect([size, verdict(next(folder), ["b", "c"])]).toEqual([size, "no"]);
      }
    }
  });

  it("is deleted when the disk does not take what it has to say", () => {
    const folder = temporaryFolder();
    let works = true;
    const disk: Disk = {
      ...realDisk,
      writevSync: (...all) => {
        if (!works) throw diskError("ENOSPC");
        return realDisk.writevSync(...all);
      },
    };
    const { memory, file } = memoryIn(folder, { disk });
    const one = session(memory, ["a", "b"]);
    memory.writing([here]);
    expect(existsSync(file)).toBe(true);
    works = false;
    expect(one.answering(2)).toBe(true);
    expect(existsSync(file)).toBe(false);
  });

  it("is kept at a clean end for what could not be answered, and else is gone", () => {
    const folder = temporaryFolder();
    const { memory, file } = memoryIn(folder);
    const one = session(memory, ["a", "b"]);
    one.close();
    memory.close(true);
    expect(one.answering(2)).toBe(false);
    expect(verdict(next(folder), ["a", "b"])).toBe("known");
    const { memory: second } = memoryIn(folder);
    second.load(everything);
    session(second, ["c"], 1, "other").close();
    expect(existsSync(file)).toBe(true);
    const empty = memoryIn(temporaryFolder());
    session(empty.memory, ["a"], 1).close();
    empty.memory.close(true);
    expect(existsSync(empty.file)).toBe(false);
  });

  it("is done without for a minute after a write that took long: all lines wait for it", async () => {
    const folder = temporaryFolder();
    let late = 0;
    let writes = 0;
    const disk: Disk = {
      ...realDisk,
      writevSync: (...args) => {
        writes++;
        late += slow ? 300 : 0;
        return realDisk.writevSync(...args);
      },
    };
    let slow = true;
    const { memory, world, file } = memoryIn(folder, { disk });
    const { monotonic } = world;
    Object.assign(world, { monotonic: () => monotonic() + late });
    const one = session(memory, ["a", "b"]);
    memory.writing([here]);
    expect(existsSync(file)).toBe(false);
    const before = writes;
    one.add(mark("c"));
    memory.writing([here]);
    one.answering(1);
    expect(writes).toBe(before);
    slow = false;
    await world.pass(60_000);
    memory.writing([here]);
    expect(verdict(next(folder), ["b", "c"])).toBe("known");
  });
});
