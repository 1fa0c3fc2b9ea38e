/** The index of a segment must answer as a matcher on each log does: growing, sealed, and read back from its file. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { encodeLogGroup, type LogGroup } from "../../../sls";
import type { IndexBody, IndexKey } from "../../../sls/model/log-index";
import { flatLog } from "../../../emulator/search";
import { compile } from "../../../emulator/search/match";
import type { Query } from "../../../emulator/search/query";
import { Bits } from "../../../emulator/search/index/bits";
import { evaluate } from "../../../emulator/search/index/evaluate";
import { IndexBuilder } from "../../../emulator/search/index/index-builder";
import { readIndexFile, writeIndexFile } from "../../../emulator/search/index/index-file";
import { SegmentIndex } from "../../../emulator/search/index/segment-index";
import fc from "../../support/property";

const folder = mkdtempSync(join(tmpdir(), "cdktf-sls-index-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const keys = ["msg", "status", "took", "Case", "detail", "free", "任务"] as const;
const words = [
  "error",
  "Error",
  "retry",
  "a",
  "ab",
  "abc",
  "200",
  "404",
  "0.5",
  "任务",
  "已创建",
  "é",
  "É",
  "x-y",
  "?",
];
const glue = [" ", "-", ",", ":", "\n", "", "="];

const someText = fc
  .array(fc.tuple(fc.constantFrom(...words), fc.constantFrom(...glue)), { maxLength: 5 })
  .map((parts) => parts.flat().join(""));
const someJson = fc
  .record({
    user: fc.record({ name: someText }),
    code: fc.constantFrom(1, 200, "404"),
    list: fc.array(someText, { maxLength: 2 }),
  })
  .map((value) => JSON.stringify(value));
const value = fc.oneof(someText, fc.constantFrom("200", "404", " ", "-1", "1e3"), someJson);
const log = fc.record({
  time: fc.integer({ min: 1000, max: 1010 }),
  contents: fc.dictionary(fc.constantFrom(...keys), value, { minKeys: 1 }).map((all) => Object.entries(all)),
});
const group: fc.Arbitrary<LogGroup> = fc.record({
  topic: fc.constantFrom("", "error", "任务"),
  source: fc.constantFrom("10.0.0.1", ""),
  tags: fc.constantFrom([], [["host", "vm-1"] as [string, string]]),
  logs: fc.array(log, { maxLength: 6 }),
});

const rule = fc.record({
  token: fc.subarray([" ", ",", ":", "-", "\n", "="]),
  caseSensitive: fc.boolean(),
  chn: fc.boolean(),
});
const keyOfIndex: fc.Arbitrary<IndexKey> = fc.oneof(
  rule.map((one): IndexKey => ({ type: "text", ...one })),
  fc.constantFrom<IndexKey>({ type: "long" }, { type: "double" }, { type: "text", alias: "other" }),
  rule.map((one): IndexKey => ({
    type: "json",
    ...one,
    json_keys: { "user.name": { type: "text" }, code: { type: "long", alias: "c" } },
  })),
  rule.map((one): IndexKey => ({ type: "json", ...one, index_all: true })),
);
const body: fc.Arbitrary<IndexBody> = fc.record({
  keys: fc.dictionary(fc.constantFrom(...keys), keyOfIndex),
  line: fc.option(
    fc
      .tuple(rule, fc.subarray([...keys]), fc.constantFrom("include_keys", "exclude_keys", ""))
      .map(([one, some, how]) => ({
        ...one,
        ...(how === "" ? {} : { [how]: some }),
      })),
    { nil: undefined },
  ),
}) as fc.Arbitrary<IndexBody>;

const name = fc.constantFrom(
  ...keys,
  "other",
  "detail.user.name",
  "detail.c",
  "detail.list.0",
  "__topic__",
  "__tag__:host",
  "none",
);
const said = fc.oneof(fc.constantFrom(...words), someText);
const leaf: fc.Arbitrary<Query> = fc.oneof(
  fc.constant<Query>({ kind: "all" }),
  name.map((key): Query => ({ kind: "exists", key })),
  fc
    .tuple(fc.option(name, { nil: undefined }), fc.constantFrom("term", "phrase"), said)
    .map(([key, kind, text]) => ({ kind, ...(key ? { key } : {}), value: text }) as Query),
  fc
    .tuple(fc.option(name, { nil: undefined }), fc.constantFrom("a*", "?b*", "*o*", "er?or", "*", "任*", "É*"))
    .map(([key, pattern]) => ({ kind: "wildcard", ...(key ? { key } : {}), pattern }) as Query),
  fc
    .tuple(name, fc.constantFrom(">", ">=", "<", "<=", "=" as const), fc.constantFrom(0, 200, 404, 0.5))
    .map(([key, by, number]) => ({ kind: "compare", key, by, value: number }) as Query),
);
const query: fc.Arbitrary<Query> = fc.letrec<{ tree: Query }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    tie("tree").map((of): Query => ({ kind: "not", of })),
    fc
      .tuple(fc.constantFrom("and", "or"), tie("tree"), tie("tree"))
      .map(([kind, left, right]) => ({ kind, left, right }) as Query),
  ),
})).tree;

const answer = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return (error as Error).message;
  }
};

describe("what an index finds is what a matcher finds in each log", () => {
  test("whatever the logs, the index and the query are", () => {
    const path = join(folder, "one.idx");
    fc.assert(
      fc.property(
        fc.array(group, { minLength: 1, maxLength: 4 }),
        body,
        fc.array(query, { minLength: 1, maxLength: 5 }),
        (groups, index, queries) => {
          const logs = groups.flatMap(({ topic = "", source = "", tags = [], logs: all }) =>
            all.map((one) => flatLog({ log: one, meta: { topic, source, tags } })),
          );
          const growing = new SegmentIndex();
          const builder = new IndexBuilder(index, growing);
          for (const one of groups) builder.add(encodeLogGroup(one), 0);
          const check = (segment: SegmentIndex): void => {
            for (const one of queries) {
              const expected = answer(() => {
                const matches = compile(one, index);
                return logs.flatMap((each, i) => (matches(each) ? [i] : []));
              });
              const verify = (phrase: Query, i: number): boolean => compile(phrase, index)(logs[i] ?? {});
              const found = answer(() => [...evaluate(one, { index: segment, body: index, verify }).numbers()]);
              expect(found, JSON.stringify(one)).toEqual(expected);
            }
          };
          check(growing);
          growing.seal();
          check(growing);
          writeIndexFile(path, growing);
          const kept = readIndexFile(path);
          if (kept === undefined) throw new Error("it was not read back");
          check(kept);
        },
      ),
      { numRuns: 400 },
    );
  });

  test("a word longer than the kept text is found whole", () => {
    const index = new SegmentIndex();
    const long = "x".repeat(5000);
    const line: IndexBody = { line: { token: [" "], caseSensitive: false } };
    new IndexBuilder(line, index).add(encodeLogGroup({ logs: [{ time: 1, contents: [["msg", `${long} b`]] }] }), 0);
    const found = (value: string): number[] => [
      ...evaluate({ kind: "term", value }, { index, body: line, verify: () => false }).numbers(),
    ];
    expect([found(long), found(long.slice(1)), found("b")]).toEqual([[0], [], [0]]);
  });
});

test("a set of numbers counts, turns round and lists", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 200 }), fc.array(fc.nat(199)), (length, wanted) => {
      const inside = [...new Set(wanted.filter((i) => i < length))].sort((a, b) => a - b);
      const bits = new Bits(length);
      for (const i of inside) bits.add(i);
      expect([...bits.numbers()]).toEqual(inside);
      expect(bits.count).toBe(inside.length);
      expect(bits.not().count).toBe(length - inside.length);
    }),
  );
});
