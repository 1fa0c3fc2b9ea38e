import type { Segment } from "./segment";

/** Consecutive lines of one lane in a segment; other lanes' records may lie in between. */
export interface Place {
  readonly segment: Segment;
  /** Bytes of the file. */
  readonly from: number;
  readonly to: number;
  /** Number in their lane of the first line. */
  readonly first: number;
  readonly lines: number;
}

/** Records of other lanes that lie between those of a block are read with it up to this size. */
const gapBytes = 64 * 1024;

/** Of one place: where it begins, its bytes, its first line less the run's, its lines. */
const words = 4;
const fewPlaces = 4;

/** Places in one segment, 16 bytes each. */
interface Run {
  readonly segment: Segment;
  /** Number in their lane of the first line of all. */
  readonly base: number;
  places: Uint32Array;
  count: number;
}

/**
 * Where the lines of one block are on disk, in their order. While the service is away a relay of a thousand machines has a record for
 * nearly every line: millions of them, which must cost little memory, and little time when they are read back.
 */
export class Places implements Iterable<Place> {
  private readonly runs: Run[] = [];

  get length(): number {
    return this.runs.reduce((sum, { count }) => sum + count, 0);
  }

  /** Adds a place behind the others. */
  push({ segment, from, to, first, lines }: Place): void {
    let run = this.runs.at(-1);
    if (run?.segment !== segment || first < run.base || first - run.base > 0xffff_ffff) {
      run = { segment, base: first, places: new Uint32Array(fewPlaces * words), count: 0 };
      this.runs.push(run);
    }
    const at = run.count * words;
    if (at === run.places.length) {
      const larger = new Uint32Array(2 * at);
      larger.set(run.places);
      run.places = larger;
    }
    run.places[at] = from;
    run.places[at + 1] = to - from;
    run.places[at + 2] = first - run.base;
    run.places[at + 3] = lines;
    run.count++;
  }

  /** The last place becomes part of the one before where it follows that closely. */
  joinLast(): void {
    const run = this.runs.at(-1);
    if (run === undefined || run.count < 2) return;
    const { places } = run;
    const word = (index: number): number => places[index] as number;
    const last = (run.count - 1) * words;
    const before = last - words;
    const gap = word(last) - word(before) - word(before + 1);
    if (word(before + 2) + word(before + 3) !== word(last + 2) || gap < 0 || gap > gapBytes) return;
    places[before + 1] = word(last) + word(last + 1) - word(before);
    places[before + 3] = word(before + 3) + word(last + 3);
    run.count--;
  }

  /** One that was not written after all; mostly the last. */
  remove(place: Place): void {
    for (let at = this.runs.length - 1; at >= 0; at--) {
      const run = this.runs[at] as Run;
      if (run.segment !== place.segment) continue;
      for (let n = run.count - 1; n >= 0; n--) {
        if (run.places[n * words] !== place.from) continue;
        run.places.copyWithin(n * words, (n + 1) * words, run.count * words);
        run.count--;
        if (run.count === 0) this.runs.splice(at, 1);
        return;
      }
    }
  }

  /** Whether all of it is in segments of which this is true. */
  everySegment(isSo: (segment: Segment) => boolean): boolean {
    return this.runs.every(({ segment }) => isSo(segment));
  }

  *[Symbol.iterator](): Iterator<Place> {
    for (const run of this.runs) for (let n = 0; n < run.count; n++) yield placeAt(run, n);
  }
}

function placeAt({ segment, base, places }: Run, n: number): Place {
  const at = n * words;
  const word = (index: number): number => places[at + index] as number;
  const from = word(0);
  return { segment, from, to: from + word(1), first: base + word(2), lines: word(3) };
}
