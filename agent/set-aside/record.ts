/** A line that was set aside, as one JSON object: the log, where it was to go, and why the service refused it. */
import type { Log, LogContent } from "../../sls/model/log";
import type { Destination, GroupFace } from "../buffer/destination";

export interface SetAsideRecord {
  /** ISO 8601. */
  readonly setAsideAt: string;
  /** The service's error code and message. */
  readonly code: string;
  readonly reason: string;
  readonly face: GroupFace;
  readonly log: Log;
}

type Pair = readonly [key: string, value: unknown];

/**
 * Text where it is UTF-8; other bytes as `{"base64": …}`. Fields and tags are an object, or a list of pairs where an object
 * would lose some of them or change their order.
 */
export function encodeRecord(destination: Destination, { face, log, ...why }: SetAsideRecord): string {
  const { topic, source, tags, hashKey } = face;
  return JSON.stringify({
    ...why,
    ...destination,
    topic,
    source,
    ...(hashKey === undefined ? {} : { hashKey }),
    ...(tags === undefined ? {} : { tags: pairsOrObject(tags) }),
    time: log.time,
    ...(log.timeNs === undefined ? {} : { timeNs: log.timeNs }),
    contents: pairsOrObject(log.contents.map(([key, value]) => [key, shown(value)] as const)),
  });
}

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Throws an Error that tells what is wrong with the line. */
export function decodeRecord(line: Uint8Array): SetAsideRecord {
  const record = objectOf(JSON.parse(strictUtf8.decode(line)), "the line");
  const { topic, source, hashKey, tags, time, timeNs } = record;
  const face = {
    topic: textOf(topic, "topic"),
    source: textOf(source, "source"),
    ...(hashKey === undefined ? {} : { hashKey: textOf(hashKey, "hashKey") }),
    ...(tags === undefined
      ? {}
      : { tags: pairsOf(tags, "tags").map(([key, value]) => [key, textOf(value, key)] as const) }),
  };
  const log = {
    time: wholeOf(time, "time", 0xffffffff),
    ...(timeNs === undefined ? {} : { timeNs: wholeOf(timeNs, "timeNs", 999_999_999) }),
    contents: pairsOf(record["contents"], "contents").map(([key, value]): LogContent => [key, valueOf(value, key)]),
  };
  const [setAsideAt, code, reason] = (["setAsideAt", "code", "reason"] as const).map((key) => textOf(record[key], key));
  return { setAsideAt, code, reason, face, log } as SetAsideRecord;
}

const shown = (value: string | Uint8Array): string | { base64: string } =>
  typeof value === "string" ? value : { base64: Buffer.from(value).toString("base64") };

/** Names like these go first in an object, whenever they were added. */
const indexLike = /^(0|[1-9]\d*)$/;

function pairsOrObject(pairs: readonly Pair[]): object {
  const keys = new Set(pairs.map(([key]) => key));
  const faithful = keys.size === pairs.length && ![...keys].some((key) => indexLike.test(key));
  return faithful ? Object.fromEntries(pairs) : pairs;
}

function pairsOf(value: unknown, what: string): readonly Pair[] {
  if (!Array.isArray(value)) return Object.entries(objectOf(value, what));
  return value.map((pair: unknown): Pair => {
    if (!Array.isArray(pair) || pair.length !== 2) throw new Error(`${what} holds something that is no pair`);
    return [textOf(pair[0], `a name in ${what}`), pair[1] as unknown];
  });
}

function valueOf(value: unknown, what: string): string | Uint8Array {
  if (typeof value === "string") return value;
  return Buffer.from(textOf(objectOf(value, what)["base64"], what), "base64");
}

function objectOf(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new Error(`${what} is no object`);
}

function textOf(value: unknown, what: string): string {
  if (typeof value === "string") return value;
  throw new Error(`${what} is no text`);
}

function wholeOf(value: unknown, what: string, most: number): number {
  if (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most) return value as number;
  throw new Error(`${what} is no whole number from 0 to ${most}`);
}
