/** Tree + index -> a test of one log. What the index does not name is not found. */
import type { IndexBody, IndexKey, IndexLine } from "../../sls/model/log-index";
import { ServiceError } from "../sls/service-error";
import type { Comparison, Query } from "./query";

export type FlatLog = Readonly<Record<string, string>>;
export type Matcher = (log: FlatLog) => boolean;

/** How one text is cut into words and compared. */
interface TextRule {
  words(text: string): string[];
  normal(text: string): string;
  /** Whether one of the text's words is this one (as `words` gives it), without cutting the whole text up. */
  hasWord(text: string, word: string): boolean;
}

const never: Matcher = () => false;
const chinese = /[\p{Script=Han}]/u;

function ruleOf({
  token,
  caseSensitive,
  chn,
}: {
  token?: readonly string[];
  caseSensitive?: boolean;
  chn?: boolean;
}): TextRule {
  const separators = new Set(token ?? []);
  const normal = (text: string): string => (caseSensitive ? text : text.toLowerCase());
  const words = (text: string): string[] => {
    const found: string[] = [];
    let current = "";
    const flush = (): void => {
      if (current !== "") found.push(current);
      current = "";
    };
    for (const letter of normal(text)) {
      if (separators.has(letter)) flush();
      else if (chn && chinese.test(letter)) {
        flush();
        found.push(letter);
      } else current += letter;
    }
    flush();
    return found;
  };
  const ends = (letter: string | undefined): boolean =>
    letter === undefined || separators.has(letter) || (chn === true && chinese.test(letter));
  const hasWord = (text: string, word: string): boolean => {
    const all = normal(text);
    const alone = chn === true && chinese.test(word);
    for (let at = all.indexOf(word); at >= 0; at = all.indexOf(word, at + 1)) {
      if (alone || (ends(all[at - 1]) && ends(all[at + word.length]))) return true;
    }
    return false;
  };
  return { words, normal, hasWord };
}

/** Searchable without being in the index. */
const alwaysIndexed = (key: string): boolean =>
  key === "__topic__" || key === "__source__" || key.startsWith("__tag__:");

interface Field {
  readonly type: IndexKey["type"];
  readonly rule: TextRule;
  /** undefined: this log has no such field. */
  read(log: FlatLog): string | undefined;
}

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

function fieldOf(name: string, index: IndexBody): Field | undefined {
  const keys = index.keys ?? {};
  const key = keys[name] ? name : Object.keys(keys).find((one) => keys[one]?.alias === name);
  if (key !== undefined) {
    const entry = keys[key] as IndexKey;
    return { type: entry.type, rule: ruleOf(entry), read: (log) => log[key] };
  }
  if (!alwaysIndexed(name)) return jsonFieldOf(name, keys);
  return { type: "text", rule: ruleOf(index.line ?? {}), read: (log) => log[name] };
}

/** `detail.user.name`: a value within the JSON text of a field whose type is json. */
function jsonFieldOf(name: string, keys: NonNullable<IndexBody["keys"]>): Field | undefined {
  const parent = Object.keys(keys).find((one) => keys[one]?.type === "json" && name.startsWith(`${one}.`));
  if (parent === undefined) return undefined;
  const { json_keys = {}, index_all, ...outer } = keys[parent] as IndexKey;
  const path = name.slice(parent.length + 1);
  const found = Object.keys(json_keys).find((one) => one === path || json_keys[one]?.alias === path);
  const entry = found === undefined ? undefined : json_keys[found];
  if (entry === undefined && !index_all) return undefined;
  const at = found ?? path;
  return {
    type: entry?.type ?? "text",
    rule: ruleOf({ ...outer, ...entry }),
    read: (log) => valueAt(log[parent], at.split(".")),
  };
}

function valueAt(json: string | undefined, path: readonly string[]): string | undefined {
  try {
    let value: unknown = JSON.parse(json ?? "");
    for (const name of path) {
      if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
      value = (value as Record<string, unknown>)[name];
    }
    return typeof value === "string" ? value : JSON.stringify(value);
  } catch {
    return undefined;
  }
}

function compare(name: string, by: Comparison, value: number, index: IndexBody): Matcher {
  const field = fieldOf(name, index);
  if (field === undefined) return never;
  if (field.type !== "long" && field.type !== "double") {
    throw new ServiceError(
      400,
      "ParameterInvalid",
      `key (${name}) is indexed as ${field.type}; comparisons need long or double`,
    );
  }
  return (log) => {
    const text = field.read(log);
    if (text === undefined || text.trim() === "" || Number.isNaN(Number(text))) return false;
    const found = Number(text);
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
  };
}

type TextQuery = Extract<Query, { kind: "term" | "wildcard" | "phrase" }>;

function texts(query: TextQuery, index: IndexBody): Matcher {
  if (query.key === undefined) {
    const { line } = index;
    if (line === undefined) return never;
    const matches = testOf(query, ruleOf(line));
    // A term's words may lie in different fields; a phrase or a pattern in one.
    return (log) => matches(lineTexts(log, line));
  }
  const field = fieldOf(query.key, index);
  if (field === undefined) return never;
  if (query.kind === "term" && (field.type === "long" || field.type === "double")) {
    return compare(query.key, "=", Number(query.value), index);
  }
  const matches = testOf(query, field.rule);
  return (log) => {
    const text = field.read(log);
    return text !== undefined && matches([text]);
  };
}

function lineTexts(log: FlatLog, { include_keys: only, exclude_keys: without }: IndexLine): string[] {
  const texts: string[] = [];
  for (const key in log) {
    if (key === "__time__" || key === "__time_ns_part__") continue;
    if ((only?.length && !only.includes(key)) || without?.includes(key)) continue;
    texts.push(log[key] ?? "");
  }
  return texts;
}

function testOf(query: TextQuery, rule: TextRule): (texts: readonly string[]) => boolean {
  switch (query.kind) {
    case "term": {
      const wanted = rule.words(query.value);
      if (wanted.length === 0) return () => false;
      return (all) => wanted.every((word) => all.some((text) => rule.hasWord(text, word)));
    }
    case "phrase": {
      const wanted = rule.normal(query.value);
      return (all) => all.some((text) => rule.normal(text).includes(wanted));
    }
    case "wildcard": {
      const source = rule
        .normal(query.pattern)
        .replace(/[.+^${}()|[\]\\]/g, "\\$&")
        .replace(/\*/g, ".*")
        .replace(/\?/g, ".");
      const pattern = new RegExp(`^${source}$`, "su");
      return (all) => all.some((text) => rule.words(text).some((word) => pattern.test(word)));
    }
  }
}
