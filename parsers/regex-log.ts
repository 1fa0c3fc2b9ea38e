/** Logtail's full regex mode (`logType: common_reg_log`): each group of the pattern is a field. */
import type { LogContent } from "../sls/model/log";
import { misfit, type LogParser } from "./parsed-log";
import { groupCount, regexProblem, wholeRegex, whereRegexStops } from "./regex";

/** What is wrong with a pattern and its keys, or undefined. */
export function regexLogProblem(pattern: string, keys: readonly string[]): string | undefined {
  const problem = regexProblem(pattern);
  if (problem !== undefined) return `pattern ${problem}`;
  const groups = groupCount(pattern);
  if (groups === 0) return `pattern ${JSON.stringify(pattern)} has no group; put ( ) around each part that is a field`;
  if (groups !== keys.length) {
    return (
      `pattern has ${groups} ${groups === 1 ? "group" : "groups"}, but there ${keys.length === 1 ? "is 1 key" : `are ${keys.length} keys`} ` +
      `(${keys.join(", ")}); give one key for each ( ), and write (?: ) for a group that is no field`
    );
  }
  return keysProblem(keys);
}

/** Each key is given once and has a name. */
export function keysProblem(keys: readonly string[]): string | undefined {
  const twice = keys.find((key, i) => keys.indexOf(key) !== i);
  if (twice !== undefined) return `keys must differ, got ${JSON.stringify(twice)} twice`;
  return keys.includes("") ? `keys has one without a name; name what that part of the line is` : undefined;
}

/** A parser for one config, to be made once and used for each log. The pattern must match the log as a whole. */
export function regexParser(pattern: string, keys: readonly string[]): LogParser {
  const regex = wholeRegex(pattern);
  return (text) => {
    const match = regex.exec(text);
    if (match !== null) return { ok: true, contents: keys.map((key, i): LogContent => [key, match[i + 1] ?? ""]) };
    const { at, piece } = whereRegexStops(pattern, text);
    return misfit(piece === undefined ? "goes on where the pattern ends" : `does not match ${piece} here`, at);
  };
}
