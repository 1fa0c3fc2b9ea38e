import type { LogContent } from "../sls/model/log";

/** A log taken apart. Keys are in the order of the format. */
export interface LogFields {
  readonly ok: true;
  readonly contents: readonly LogContent[];
}

/** Why a log does not fit, and where. */
export interface LogMisfit {
  readonly ok: false;
  /** What is wrong, as the end of a sentence that begins with the log: `ends inside quotes`. */
  readonly problem: string;
  /** Index of the first character that does not fit; the text's length where it ends too early. */
  readonly at: number;
}

export type ParsedLog = LogFields | LogMisfit;

/** Takes one log (its lines without the last line end) apart. Pure; may be called from any thread in any order. */
export type LogParser = (text: string) => ParsedLog;

export const misfit = (problem: string, at: number): LogMisfit => ({ ok: false, problem, at });

/** The whole log is one field, `content`. */
export const simpleParser: LogParser = (text) => ({ ok: true, contents: [["content", text]] });

/** The value of a field as text; undefined where the log has none of that name. */
export function fieldText(contents: readonly LogContent[], name: string): string | undefined {
  const found = contents.find(([key]) => key === name)?.[1];
  return found === undefined || typeof found === "string" ? found : Buffer.from(found).toString("utf8");
}
