import { describe, expect, it } from "vitest";
import { RecoveredBlocks } from "../../../agent/buffer/recovered-blocks";
import { joinLast, type Place } from "../../../agent/buffer/place";
import { Segment } from "../../../agent/buffer/segment";
import { realDisk } from "../../../agent/buffer/disk";
import { BlockMemory } from "../../../agent/buffer/memory";
import type { LaneOwner } from "../../../agent/buffer/lane";

const segment = new Segment("/nowhere/00000001", realDisk);
const place = (first: number, from: number, of = segment): Place => ({
  segment: of,
  from,
  to: from + 100,
  first,
  lines: 1,
});

describe("places of a block", () => {
  it("that follow each other closely are one, where lines, segment and bytes go on", () => {
    const places = [place(0, 0), place(1, 200)];
    joinLast(places);
    expect(places).toEqual([{ segment, from: 0, to: 300, first: 0, lines: 2 }]);
    for (const next of [
      place(3, 400),
      place(2, 400 + 64 * 1024),
      place(2, 400, new Segment("/nowhere/00000002", realDisk)),
    ]) {
      const two = [...places, next];
      joinLast(two);
      expect(two).toHaveLength(2);
    }
  });

  it("cost each the same, however many a block has: a relay of a thousand machines can be started again after an outage", () => {
    const owner: LaneOwner = {
      destination: { project: "p", logstore: "l" },
      memory: new BlockMemory(1024, 1024),
      room: () => undefined,
      added: () => undefined,
    };
    const count = 40_000;
    const blocks = new RecoveredBlocks({ bytes: Infinity, lines: Infinity });
    const begun = performance.now();
    for (let n = 0; n < count; n++) {
      const found = { lane: 1, face: { topic: "", source: "s" }, first: n, lines: 1, bytes: 100 };
      blocks.add({ ...found, acceptedAt: new Date(0), place: place(n, n * 250_000) }, 0, owner);
    }
    // With a copy of all for each it is half a minute.
    expect(performance.now() - begun).toBeLessThan(3_000);
  });
});
