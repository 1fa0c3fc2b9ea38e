/** A logstore's logs by query: pages in the order of time, and counts over time. */
import type { Log } from "../../sls/model/log";
import { decodeLog } from "../../sls/wire/log-group";
import type { GroupMeta } from "../store/log-group-bytes";
import type { Logstore } from "../store/logstore";
import { comparedField, compile } from "./match";
import type { Bits } from "./index/bits";
import { evaluate } from "./index/evaluate";
import type { Part } from "./index/indexes";
import type { SegmentIndex } from "./index/segment-index";
import { flatLog } from "./flat-log";
import type { Query } from "./query";

export interface Wanted {
  readonly query: Query;
  /** Unix seconds, `from <= time < to`. */
  readonly from: number;
  readonly to: number;
  /** "": any. */
  readonly topic: string;
}

/** Where a log came: its group's number among all of the logstore, and its own within the group. */
export interface ArrivedAt {
  readonly order: number;
  readonly inGroup: number;
}

/** A log with what its group says of it. */
export interface FoundLog extends ArrivedAt {
  readonly log: Log;
  readonly meta: GroupMeta;
}

/** How long one search may index what is not indexed yet, before it answers with what it has. */
const patienceMs = 1000;
/** A page is found by counting logs in at most this many spans of time. */
const mostSpans = 1 << 20;

interface Matches {
  readonly part: Part;
  readonly bits: Bits;
}

export class Search {
  /** False: not all logs were looked at yet; ask again. */
  complete = true;
  private readonly deadline = performance.now() + patienceMs;
  private readonly matches: Matches[] = [];
  /** How many groups of each part were looked at. */
  private readonly groups = new Map<Part, number>();
  private earliest = Number.POSITIVE_INFINITY;
  private latest = 0;

  constructor(
    private readonly logstore: Logstore,
    wanted: Wanted,
    now: number,
  ) {
    const current = logstore.index?.body;
    // A comparison with a text is refused, even where no log would be compared.
    if (current) check(wanted.query, current);
    const oldest = logstore.oldestKept(now);
    logstore.expire(now);
    for (const part of logstore.parts()) this.searchPart(part, wanted, oldest);
  }

  /** How many logs match. */
  count(): number {
    return this.matches.reduce((sum, { bits }) => sum + bits.count, 0);
  }

  /** Counts by time: `spans` of `width` seconds from `from` on. */
  histogram(from: number, width: number, spans: number): number[] {
    const counts = new Uint32Array(spans);
    this.countInto(counts, from, width);
    return [...counts];
  }

  /** In the order of time, logs of one instant in the order in which they came; `reverse`: the other way round. */
  page(offset: number, size: number, reverse: boolean): FoundLog[] {
    if (this.matches.length === 0 || size === 0) return [];
    const { from, to, before } = this.spanOf(offset, size, reverse);
    const found: Place[] = [];
    for (const { part, bits } of this.matches) {
      const index = this.indexOf(part);
      if (index.maxTime < from || index.minTime >= to) continue;
      const times = index.times.view();
      for (const i of bits.numbers()) {
        const time = times[i] as number;
        if (time < from || time >= to) continue;
        found.push({ part, i, time, nanos: index.nanos.at(i), order: part.segment.order(index.groups.at(i)) });
      }
    }
    found.sort((a, b) => a.time - b.time || a.nanos - b.nanos || a.order - b.order || a.i - b.i);
    if (reverse) found.reverse();
    return found.slice(offset - before, offset - before + size).map((place) => this.read(place));
  }

  /** Matches around one of them, in the order of arrival, each with its distance from it; undefined when that one does not match. */
  around(start: ArrivedAt, back: number, forward: number): { log: FoundLog; distance: number }[] | undefined {
    const found: Place[] = [];
    for (const { part, bits } of this.matches) {
      const index = this.indexOf(part);
      for (const i of bits.numbers()) {
        const order = part.segment.order(index.groups.at(i));
        found.push({ part, i, time: index.times.at(i), nanos: index.nanos.at(i), order });
      }
    }
    found.sort((a, b) => a.order - b.order || a.i - b.i);
    const group = found.findIndex(({ order }) => order === start.order);
    const at = found.findIndex(
      (place, n) => n >= group && place.order === start.order && this.inGroup(place) === start.inGroup,
    );
    if (group < 0 || at < 0) return undefined;
    const first = Math.max(0, at - back);
    return found
      .slice(first, at + forward + 1)
      .map((place, n) => ({ log: this.read(place), distance: first + n - at }));
  }

  private searchPart(part: Part, { query, from, to, topic }: Wanted, oldest: number): void {
    const body = part.segment.index;
    if (body === undefined) return;
    const { index, complete } = this.logstore.indexes.get(part, this.deadline);
    this.complete &&= complete;
    this.groups.set(part, index.groupCount);
    if (index.count === 0 || index.maxTime < from || index.minTime >= to) return;
    const verify = (phrase: Query, log: number): boolean =>
      compile(phrase, body)(flatLog(this.read({ part, i: log, time: 0, nanos: 0, order: 0 })));
    const bits = evaluate(query, { index, body, verify });
    keep(bits, index, from, to);
    if (topic !== "") keepIf(bits, (i) => index.metaOfLog(i).topic === topic);
    const { segment } = part;
    if (segment.receiveTime(segment.first) < oldest) {
      keepIf(bits, (i) => segment.receiveTime(segment.first + index.groups.at(i)) >= oldest);
    }
    this.earliest = Math.min(this.earliest, Math.max(from, index.minTime));
    this.latest = Math.max(this.latest, Math.min(to - 1, index.maxTime));
    this.matches.push({ part, bits });
  }

  /** The shortest time that holds the page, and how many matches lie before it. */
  private spanOf(offset: number, size: number, reverse: boolean): { from: number; to: number; before: number } {
    const width = Math.ceil((this.latest - this.earliest + 1) / mostSpans);
    const spans = Math.ceil((this.latest - this.earliest + 1) / width);
    const counts = new Uint32Array(spans);
    this.countInto(counts, this.earliest, width);
    let before = 0;
    let sum = 0;
    let first = -1;
    let last = spans - 1;
    for (let n = 0; n < spans; n++) {
      const count = counts[reverse ? spans - 1 - n : n] as number;
      if (first < 0 && sum + count > offset) {
        first = n;
        before = sum;
      }
      sum += count;
      if (sum >= offset + size) {
        last = n;
        break;
      }
    }
    if (first < 0) return { from: 0, to: 0, before: offset };
    const [low, high] = reverse ? [spans - 1 - last, spans - 1 - first] : [first, last];
    return { from: this.earliest + low * width, to: this.earliest + (high + 1) * width, before };
  }

  /** Matches by time: those of `from <= time < from + width` in the first place, and so on; all lie within. */
  private countInto(counts: Uint32Array, from: number, width: number): void {
    for (const { part, bits } of this.matches) {
      const times = this.indexOf(part).times.view();
      const numbers = bits.numbers();
      for (let n = 0; n < numbers.length; n++) {
        const span = (((times[numbers[n] as number] as number) - from) / width) | 0;
        counts[span] = (counts[span] as number) + 1;
      }
    }
  }

  /** With as many logs as when it was searched, even if it left the memory since. */
  private indexOf(part: Part): SegmentIndex {
    return this.logstore.indexes.get(part, Number.POSITIVE_INFINITY, this.groups.get(part)).index;
  }

  private read({ part, i, order }: Place): FoundLog {
    const index = this.indexOf(part);
    const log = decodeLog(part.segment.readBytes(index.starts.at(i), index.sizes.at(i)));
    return { log, meta: index.metaOfLog(i), order, inGroup: this.inGroup({ part, i }) };
  }

  private inGroup({ part, i }: Pick<Place, "part" | "i">): number {
    const { groups } = this.indexOf(part);
    let before = 0;
    while (before < i && groups.at(i - before - 1) === groups.at(i)) before++;
    return before;
  }
}

interface Place {
  readonly part: Part;
  readonly i: number;
  readonly time: number;
  readonly nanos: number;
  readonly order: number;
}

function check(query: Query, body: Parameters<typeof comparedField>[1]): void {
  if (query.kind === "compare") comparedField(query.key, body);
  else if (query.kind === "not") check(query.of, body);
  else if (query.kind === "and" || query.kind === "or") {
    check(query.left, body);
    check(query.right, body);
  }
}

function keep(bits: Bits, index: SegmentIndex, from: number, to: number): void {
  if (index.minTime >= from && index.maxTime < to) return;
  const times = index.times.view();
  keepIf(bits, (i) => (times[i] as number) >= from && (times[i] as number) < to);
}

function keepIf(bits: Bits, holds: (i: number) => boolean): void {
  for (const i of bits.numbers()) if (!holds(i)) bits.remove(i);
}
