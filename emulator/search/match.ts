/** Tree + index -> a test of one log. What the index does not name is not found. */
import type { IndexBody, IndexLine } from "../../sls/model/log-index";
import { parameterInvalid } from "../sls/service-error";
import { fieldOf, inLine, isNumeric, numberIn, type Field, type FlatLog } from "./fields";
import { globMatches } from "./glob";
import type { Comparison, Query } from "./query";
import { TextRule } from "./text-rule";

export type Matcher = (log: FlatLog) => boolean;

const never: Matcher = () => false;

export function compile(query: Query, index: IndexBody): Matcher {
  switch (query.kind) {
    case "all":
      return () => true;
    case "not": {
      const inner = compile(query.of, index);
      return (log) => !inner(log);
    }
    case "and":
    case "or": {
      const [left, right] = [compile(query.left, index), compile(query.right, index)];
      return query.kind === "and" ? (log) => left(log) && right(log) : (log) => left(log) || right(log);
    }
    case "exists": {
      const field = fieldOf(query.key, index);
      return field ? (log) => field.read(log) !== undefined : never;
    }
    case "compare":
      return compare(query.key, query.by, query.value, index);
    case "term":
    case "wildcard":
    case "phrase":
      return texts(query, index);
  }
}

/** The field that a comparison asks for; undefined when the index has none of that name. */
export function comparedField(name: string, index: IndexBody): Field | undefined {
  const field = fieldOf(name, index);
  if (field === undefined || isNumeric(field)) return field;
  throw parameterInvalid(`key (${name}) is indexed as ${field.type}; comparisons need long or double`);
}

/** NaN compares with nothing. */
export function holds(found: number, by: Comparison, value: number): boolean {
  switch (by) {
    case ">":
      return found > value;
    case ">=":
      return found >= value;
    case "<":
      return found < value;
    case "<=":
      return found <= value;
    case "=":
      return found === value;
  }
}

function compare(name: string, by: Comparison, value: number, index: IndexBody): Matcher {
  const field = comparedField(name, index);
  return field ? (log) => holds(numberIn(field.read(log)), by, value) : never;
}

export type TextQuery = Extract<Query, { kind: "term" | "wildcard" | "phrase" }>;

function texts(query: TextQuery, index: IndexBody): Matcher {
  if (query.key === undefined) {
    const { line } = index;
    if (line === undefined) return never;
    const matches = testOf(query, new TextRule(line));
    // A term's words may lie in different fields; a phrase or a pattern in one.
    return (log) => matches(lineTexts(log, line));
  }
  const field = fieldOf(query.key, index);
  if (field === undefined) return never;
  // A number is kept as a number: a pattern or a phrase is looked for in none.
  if (isNumeric(field)) return query.kind === "term" ? compare(query.key, "=", Number(query.value), index) : never;
  const matches = testOf(query, field.rule);
  return (log) => {
    const text = field.read(log);
    return text !== undefined && matches([text]);
  };
}

const lineTexts = (log: FlatLog, line: IndexLine): string[] =>
  Object.keys(log)
    .filter((key) => inLine(key, line))
    .map((key) => log[key] ?? "");

const hasPhrase = (words: readonly string[], wanted: readonly string[]): boolean =>
  words.some((_, at) => wanted.every((word, i) => words[at + i] === word));

function testOf(query: TextQuery, rule: TextRule): (texts: readonly string[]) => boolean {
  switch (query.kind) {
    case "term": {
      const wanted = rule.words(query.value);
      if (wanted.length === 0) return () => false;
      return (all) => wanted.every((word) => all.some((text) => rule.hasWord(text, word)));
    }
    case "phrase": {
      const wanted = rule.words(query.value);
      if (wanted.length === 0) return () => false;
      return (all) => all.some((text) => hasPhrase(rule.words(text), wanted));
    }
    case "wildcard": {
      const pattern = rule.normal(query.pattern);
      return (all) => all.some((text) => rule.words(text).some((word) => globMatches(pattern, word)));
    }
  }
}
