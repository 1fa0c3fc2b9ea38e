/** Query + index of a segment -> the logs that match: the same answer as a matcher (match.ts) on each of its logs. */
import type { IndexBody } from "../../../sls/model/log-index";
import { fieldOf, isNumeric } from "../fields";
import { globMatches } from "../glob";
import { comparedField, holds, type TextQuery } from "../match";
import type { Comparison, Query } from "../query";
import { TextRule } from "../text-rule";
import { Bits } from "./bits";
import { existsScope, lineScope } from "./index-builder";
import type { SegmentIndex } from "./segment-index";
import { hashOf } from "./term-hash";
import { inScope } from "./term-table";

export interface Searched {
  readonly index: SegmentIndex;
  /** Under which the segment's logs came. */
  readonly body: IndexBody;
  /** Tells of one log whether it holds the phrase: words alone do not tell their order. */
  verify(phrase: Extract<Query, { kind: "phrase" }>, log: number): boolean;
}

export function evaluate(query: Query, segment: Searched): Bits {
  const { index, body } = segment;
  switch (query.kind) {
    case "all":
      return new Bits(index.count).not();
    case "not":
      return evaluate(query.of, segment).not();
    case "and":
      return evaluate(query.left, segment).and(evaluate(query.right, segment));
    case "or":
      return evaluate(query.left, segment).or(evaluate(query.right, segment));
    case "exists": {
      const field = fieldOf(query.key, body);
      return field ? withWord(index, existsScope, field.scope) : new Bits(index.count);
    }
    case "compare":
      return compare(query.key, query.by, query.value, segment);
    case "term":
    case "wildcard":
    case "phrase":
      return texts(query, segment);
  }
}

function withWord(index: SegmentIndex, scope: string, word: string): Bits {
  const bits = new Bits(index.count);
  const { one, two } = inScope(hashOf(Buffer.from(word)), hashOf(Buffer.from(scope)));
  const term = index.terms.find(one, two);
  if (term >= 0) index.collect(term, bits);
  return bits;
}

function compare(name: string, by: Comparison, value: number, { index, body }: Searched): Bits {
  const bits = new Bits(index.count);
  const column = index.columns.get(comparedField(name, body)?.scope ?? "");
  if (column === undefined) return bits;
  const logs = Math.min(index.count, column.length);
  for (let log = 0; log < logs; log++) if (holds(column[log] as number, by, value)) bits.add(log);
  return bits;
}

function texts(query: TextQuery, segment: Searched): Bits {
  const { index, body } = segment;
  const none = new Bits(index.count);
  if (query.key === undefined) return body.line ? inText(query, new TextRule(body.line), lineScope, segment) : none;
  const field = fieldOf(query.key, body);
  if (field === undefined) return none;
  if (!isNumeric(field)) return inText(query, field.rule, field.scope, segment);
  if (query.kind === "term") return compare(query.key, "=", Number(query.value), segment);
  // A number is kept as a number: a pattern or a phrase is looked for in none.
  return none;
}

function inText(query: TextQuery, rule: TextRule, scope: string, segment: Searched): Bits {
  const { index } = segment;
  if (query.kind === "wildcard") return withPattern(rule.normal(query.pattern), scope, index);
  const words = rule.words(query.value);
  if (words.length === 0) return new Bits(index.count);
  const bits = words.map((word) => withWord(index, scope, word)).reduce((all, one) => all.and(one));
  if (query.kind === "term" || words.length === 1) return bits;
  const kept = new Bits(index.count);
  for (const log of bits.numbers()) if (segment.verify(query, log)) kept.add(log);
  return kept;
}

function withPattern(pattern: string, scope: string, index: SegmentIndex): Bits {
  const bits = new Bits(index.count);
  const number = index.terms.knownScope(scope);
  if (number === undefined) return bits;
  const start = Buffer.from(/^[^*?]*/.exec(pattern)?.[0] ?? "");
  index.terms.eachBeginning(number, start, (term, text) => {
    if (globMatches(pattern, text)) index.collect(term, bits);
  });
  return bits;
}
