/**
 * Logtail's delimiter mode (`logType: delimiter_log`). With a separator of one character, a field that begins with the quote ends
 * with it, and may hold the separator and doubled quotes; a quote inside an unquoted field is an error. A longer separator knows no quotes.
 * Source: SLS, "Delimiter mode"; LoongCollector, processor_parse_delimiter_native.
 */
import type { LogContent } from "../sls/model/log";
import { misfit, type LogMisfit, type LogParser } from "./parsed-log";
import { keysProblem } from "./regex-log";

export interface DelimiterLogFormat {
  /** 1 to 3 characters. */
  readonly separator: string;
  /** One character; undefined for none. Only with a separator of one character. */
  readonly quote: string | undefined;
  /** Names of the fields, from the left. */
  readonly keys: readonly string[];
  /** Each field past the keys is kept as `__columnN__`, N counted from 0 over the whole line; otherwise all of them as one. */
  readonly autoExtend: boolean;
  /** A line may have fewer fields than there are keys. */
  readonly acceptNoEnoughKeys: boolean;
}

/** What is wrong with a format, or undefined. */
export function delimiterLogProblem({ separator, quote, keys }: DelimiterLogFormat): string | undefined {
  const length = [...separator].length;
  if (length < 1 || length > 3) return `separator must be 1 to 3 characters, got ${JSON.stringify(separator)}`;
  if (quote !== undefined) {
    if ([...quote].length !== 1) return `quote must be one character, got ${JSON.stringify(quote)}`;
    if (length > 1) {
      return `quote ${JSON.stringify(quote)} needs a separator of one character, got ${JSON.stringify(separator)}; leave the quote out`;
    }
    if (quote === separator) return `quote and separator must differ, got ${JSON.stringify(quote)} for both`;
  }
  if (keys.length === 0) return "keys is empty; name the fields of a line, from the left";
  return keysProblem(keys);
}

/** A parser for one config, to be made once and used for each log. */
export function delimiterParser(format: DelimiterLogFormat): LogParser {
  return (text) => {
    let begin = 0;
    while (text[begin] === " ") begin++;
    // No regular expression: one that looks for an end tries at each blank.
    let end = text.length;
    while (text[end - 1] === " " || text[end - 1] === "\r") end--;
    if (begin >= end) return misfit("is empty", 0);
    const columns = split(text, begin, end, format);
    if (!Array.isArray(columns)) return columns;
    if (columns.length < format.keys.length && !format.acceptNoEnoughKeys) {
      return misfit(`ends after ${columns.length} of ${format.keys.length} fields`, text.length);
    }
    return { ok: true, contents: named(columns, format) };
  };
}

function named(columns: readonly string[], { keys, autoExtend, separator }: DelimiterLogFormat): LogContent[] {
  const extra = columns.slice(keys.length);
  const kept = autoExtend || extra.length === 0 ? extra : [separator + extra.join(separator)];
  return [...columns.slice(0, keys.length), ...kept].map((value, i) => [keys[i] ?? `__column${i}__`, value]);
}

function split(text: string, begin: number, end: number, format: DelimiterLogFormat): string[] | LogMisfit {
  const { separator, quote } = format;
  if (quote === undefined || separator.length > 1) return text.slice(begin, end).split(separator);
  const columns: string[] = [];
  for (let at = begin; ; at++) {
    const field = text[at] === quote && at < end ? quoted(text, at, end, format) : unquoted(text, at, end, format);
    if (!("value" in field)) return field;
    columns.push(field.value);
    if (field.next >= end) return columns;
    at = field.next;
  }
}

interface Column {
  readonly value: string;
  /** Index of the separator behind it, or of the end. */
  readonly next: number;
}

function unquoted(text: string, begin: number, end: number, { separator, quote = "" }: DelimiterLogFormat) {
  const found = text.indexOf(separator, begin);
  const next = found < 0 || found > end ? end : found;
  const value = text.slice(begin, next);
  const stray = value.indexOf(quote);
  if (stray >= 0) return misfit(`has a quote inside an unquoted field`, begin + stray);
  return { value, next };
}

function quoted(
  text: string,
  begin: number,
  end: number,
  { separator, quote = "" }: DelimiterLogFormat,
): Column | LogMisfit {
  let value = "";
  for (let at = begin + 1; ;) {
    const close = text.indexOf(quote, at);
    if (close < 0 || close >= end) return misfit("ends inside quotes", text.length);
    value += text.slice(at, close);
    const next = close + 1;
    if (next >= end || text[next] === separator) return { value, next: Math.min(next, end) };
    if (text[next] !== quote) return misfit(`goes on after the closing quote`, next);
    value += quote;
    at = next + 1;
  }
}
