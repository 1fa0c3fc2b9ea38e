import { describe, expect, it } from "vitest";
import { encodeTrailer } from "../../../agent/buffer/destination";
import { realDisk } from "../../../agent/buffer/disk";
import type { LaneOwner } from "../../../agent/buffer/lane";
import { BlockMemory } from "../../../agent/buffer/memory";
import type { Place } from "../../../agent/buffer/place";
import { Places } from "../../../agent/buffer/places";
import { RecoveredBlocks } from "../../../agent/buffer/recovered-blocks";
import { Segment } from "../../../agent/buffer/segment";
import { encodeRecordHead, SegmentRecord } from "../../../agent/buffer/segment-format";
import fc from "../../support/property";
import { cpuMs } from "../../support/cpu-time";

const segments = ["1", "2", "3"].map((name) => new Segment(`/nowhere/${name}`, realDisk)) as [Segment, ...Segment[]];
const [segment, another = segment] = segments;
const place = (first: number, from: number, of = segment): Place => ({
  segment: of,
  from,
  to: from + 100,
  first,
  lines: 1,
});

function placesOf(...all: readonly Place[]): Places {
  const places = new Places();
  for (const each of all) places.push(each);
  return places;
}

describe("places of a block", () => {
  it("that follow each other closely are one, where lines, segment and bytes go on", () => {
    const [a, b] = [place(7, 0), place(8, 200)];
    const both = { segment, from: 0, to: 300, first: 7, lines: 2 };
    const places = placesOf(a, b);
    places.joinLast();
    expect([...places]).toEqual([both]);
    for (const next of [place(10, 400), place(9, 301 + 64 * 1024), place(9, 400, another)]) {
      const two = placesOf(both, next);
      two.joinLast();
      expect([...two]).toEqual([both, next]);
    }
  });

  it("are given back as they came, whatever they are, but for those that were taken back", () => {
    const written = fc.array(
      fc.record({
        of: fc.constantFrom(...segments),
        size: fc.integer({ min: 1, max: 2 ** 25 }),
        skipped: fc.integer({ min: 0, max: 2 ** 40 }),
        lines: fc.integer({ min: 1, max: 100_000 }),
        /** Which one is taken back then, counted from the last. */
        back: fc.option(fc.nat(5), { freq: 2 }),
      }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(written, (each) => {
        const places = new Places();
        const kept: Place[] = [];
        let first = 2 ** 33;
        let from = 0;
        for (const { of, size, skipped, lines, back } of each) {
          const next = { segment: of, from, to: from + size, first, lines };
          places.push(next);
          kept.push(next);
          const [taken] = back === null ? [] : kept.splice(-1 - back, 1);
          if (taken) places.remove(taken);
          from += size;
          first += lines + skipped;
        }
        expect([...places]).toEqual(kept);
        expect(places.length).toBe(kept.length);
      }),
    );
  });

  it("tell whether all of their segments are so", () => {
    const places = placesOf(place(0, 0), place(1, 0, another));
    expect(places.everySegment((each) => each === segment)).toBe(false);
    expect(places.everySegment((each) => each !== undefined)).toBe(true);
  });

  it("cost each the same, however many a block has: a relay of a thousand machines can be started again after an outage", () => {
    const owner: LaneOwner = {
      destination: { project: "p", logstore: "l" },
      memory: new BlockMemory(1024, 1024),
      room: () => undefined,
      added: () => undefined,
    };
    const count = 40_000;
    const blocks = new RecoveredBlocks({ bytes: Infinity, lines: Infinity }, owner, 0);
    const trailer = encodeTrailer({ topic: "", source: "s" });
    const face = { lane: 1, first: 0, lines: 1, acceptedAt: 0, hashKey: false, trailer };
    const head = encodeRecordHead(face, Buffer.alloc(0));
    const record = new SegmentRecord(head, 0, head.length);
    const took = cpuMs(() => {
      for (let n = 0; n < count; n++) blocks.add({ record, bytes: 100, place: place(n, n * 70_000) });
    });
    // With a copy of all for each it is half a minute.
    expect(took).toBeLessThan(3_000);
  });
});
