import type { Place } from "./place";
import type { Segment } from "./segment";

/** Four numbers of 53 bits at most, 7 bits a byte. */
const mostBytes = 4 * 8;

/**
 * Places in their order, in 7 or 8 bytes each as a rule: of each number only what differs from what the place before leads one to expect,
 * least significant bits first, 7 a byte, the eighth says that more follow.
 */
export class PackedPlaces implements Iterable<Place> {
  length = 0;
  /** One for each run of places in the same segment. */
  readonly segments: Segment[] = [];
  private bytes = new Uint8Array(0);
  private used = 0;
  private last: Place | undefined;

  add(place: Place): void {
    if (this.used + mostBytes > this.bytes.length) {
      const larger = new Uint8Array(Math.max(2 * this.bytes.length, 2 * mostBytes));
      larger.set(this.bytes);
      this.bytes = larger;
    }
    const { segment, from, to, first, lines } = place;
    const goesOn = this.last?.segment === segment;
    if (!goesOn) this.segments.push(segment);
    this.put(2 * unsigned(first - lineAfter(this.last)) + (goesOn ? 0 : 1));
    this.put(unsigned(from - (goesOn ? byteAfter(this.last) : 0)));
    this.put(to - from);
    this.put(lines);
    this.last = place;
    this.length++;
  }

  *[Symbol.iterator](): Iterator<Place> {
    let last: Place | undefined;
    let run = -1;
    let at = 0;
    const next = (): number => {
      let value = 0;
      for (let factor = 1; ; factor *= 128) {
        const byte = this.bytes[at++] as number;
        value += (byte % 128) * factor;
        if (byte < 128) return value;
      }
    };
    while (at < this.used) {
      const head = next();
      const goesOn = head % 2 === 0;
      if (!goesOn) run++;
      const first = signed(Math.floor(head / 2)) + lineAfter(last);
      const from = signed(next()) + (goesOn ? byteAfter(last) : 0);
      const to = from + next();
      last = { segment: this.segments[run] as Segment, from, to, first, lines: next() };
      yield last;
    }
  }

  private put(value: number): void {
    let left = value;
    for (; left >= 128; left = Math.floor(left / 128)) this.bytes[this.used++] = (left % 128) + 128;
    this.bytes[this.used++] = left;
  }
}

const lineAfter = (place: Place | undefined): number => (place === undefined ? 0 : place.first + place.lines);
const byteAfter = (place: Place | undefined): number => place?.to ?? 0;

/** 0, -1, 1, -2, … as 0, 1, 2, 3, … */
const unsigned = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value);
const signed = (value: number): number => (value % 2 === 0 ? value / 2 : -(value + 1) / 2);
