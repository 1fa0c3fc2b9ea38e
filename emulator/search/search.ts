/** A logstore's logs by query: pages in the order of time, and counts over time. */
import type { Log } from "../../sls/model/log";
import { decodeLog } from "../../sls/wire/log-group";
import type { GroupMeta } from "../store/log-group-bytes";
import type { Logstore } from "../store/logstore";
import type { Segment } from "../store/segment";
import { comparedField, compile } from "./match";
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

/** What matches in one part. It is kept, and the index is not: all of them may be more than the memory holds. */
interface Matches {
  readonly part: Part;
  /** How many groups were looked at. */
  readonly groups: number;
  /** Numbers of the logs, and the time of each. */
  readonly numbers: Uint32Array;
  readonly times: Uint32Array;
}

export class Search {
  /** False: not all logs were looked at yet; ask again. */
  complete = true;
  private readonly deadline = performance.now() + patienceMs;
  private readonly matches: Matches[] = [];
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
    const found = this.places(from, to);
    found.sort((a, b) => a.time - b.time || a.nanos - b.nanos || a.order - b.order || a.i - b.i);
    if (reverse) found.reverse();
    return this.read(found.slice(offset - before, offset - before + size));
  }

  /** Matches around one of them, in the order of arrival, each with its distance from it; undefined when that one does not match. */
  around(start: ArrivedAt, back: number, forward: number): { log: FoundLog; distance: number }[] | undefined {
    const found = this.places(0, Number.POSITIVE_INFINITY);
    found.sort((a, b) => a.order - b.order || a.i - b.i);
    const at = found.findIndex(
      ({ matches, i, order }) => order === start.order && inGroup(this.indexOf(matches), i) === start.inGroup,
    );
    if (at < 0) return undefined;
    const first = Math.max(0, at - back);
    return this.read(found.slice(first, at + forward + 1)).map((log, n) => ({ log, distance: first + n - at }));
  }

  private searchPart(part: Part, { query, from, to, topic }: Wanted, oldest: number): void {
    const { segment } = part;
    const { indexes } = this.logstore;
    const body = segment.index;
    if (body === undefined || !indexes.mayHold(part, from, to)) return;
    const { index, complete } = indexes.get(part, this.deadline);
    this.complete &&= complete;
    if (index.count === 0 || index.maxTime < from || index.minTime >= to) return;
    const verify = (phrase: Query, log: number): boolean => compile(phrase, body)(flatLog(logAt(segment, index, log)));
    const all = index.times.view();
    let numbers = evaluate(query, { index, body, verify }).numbers();
    if (index.minTime < from || index.maxTime >= to)
      numbers = numbers.filter((i) => (all[i] as number) >= from && (all[i] as number) < to);
    if (topic !== "") numbers = numbers.filter((i) => index.metaOfLog(i).topic === topic);
    if (segment.receiveTime(segment.first) < oldest)
      numbers = numbers.filter((i) => segment.receiveTime(segment.first + index.groups.at(i)) >= oldest);
    if (numbers.length === 0) return;
    this.earliest = Math.min(this.earliest, Math.max(from, index.minTime));
    this.latest = Math.max(this.latest, Math.min(to - 1, index.maxTime));
    const times = new Uint32Array(numbers.length);
    for (let n = 0; n < numbers.length; n++) times[n] = all[numbers[n] as number] as number;
    this.matches.push({ part, groups: index.groupCount, numbers, times });
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
    for (const { times } of this.matches) {
      for (let n = 0; n < times.length; n++) {
        const span = (((times[n] as number) - from) / width) | 0;
        counts[span] = (counts[span] as number) + 1;
      }
    }
  }

  private places(from: number, to: number): Place[] {
    const found: Place[] = [];
    for (const matches of this.matches) {
      const { part, numbers, times } = matches;
      let index: SegmentIndex | undefined;
      for (let n = 0; n < numbers.length; n++) {
        const time = times[n] as number;
        if (time < from || time >= to) continue;
        const i = numbers[n] as number;
        index ??= this.indexOf(matches);
        const order = part.segment.order(index.groups.at(i));
        found.push({ matches, i, time, nanos: index.nanos.at(i), order });
      }
    }
    return found;
  }

  /** One part after the other, for not all of their indexes may be in the memory together. */
  private read(places: readonly Place[]): FoundLog[] {
    const found: FoundLog[] = [];
    for (const one of new Set(places.map(({ matches }) => matches))) {
      const index = this.indexOf(one);
      places.forEach(({ matches, i, order }, n) => {
        if (matches !== one) return;
        found[n] = { ...logAt(one.part.segment, index, i), order, inGroup: inGroup(index, i) };
      });
    }
    return found;
  }

  /** With as many logs as when it was searched, even if it left the memory since. */
  private indexOf({ part, groups }: Matches): SegmentIndex {
    return this.logstore.indexes.get(part, Number.POSITIVE_INFINITY, groups).index;
  }
}

function logAt(segment: Segment, index: SegmentIndex, i: number): { log: Log; meta: GroupMeta } {
  const log = decodeLog(segment.readBytes(index.starts.at(i), index.sizes.at(i)));
  return { log, meta: index.metaOfLog(i) };
}

function inGroup({ groups }: SegmentIndex, i: number): number {
  let before = 0;
  while (before < i && groups.at(i - before - 1) === groups.at(i)) before++;
  return before;
}

interface Place {
  readonly matches: Matches;
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
