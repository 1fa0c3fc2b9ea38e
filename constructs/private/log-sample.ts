/** A sample log, taken apart at synth as the agent will take its like apart. */
import {
  delimiterParser,
  fieldText,
  jsonParser,
  parseStreamLog,
  parseTime,
  regexParser,
  simpleParser,
  splitLogs,
  wholeRegex,
  type LogParser,
} from "../../parsers";
import { maxLogSampleBytes } from "../../sls/model/logtail-input";
import type { LogContent } from "../../sls/model/log";
import type { LogFormatDefinition } from "../log-format";
import { within } from "./time-limit";
import { beginOf, timeOf, type LogtailWishes } from "./logtail-wishes";

export interface LogSample {
  /** A log as it is in the file or on the wire, at most 1,000 bytes. */
  readonly text: string;
  /** Fields that must come out, with their values; others may come out too. @default - whatever comes out */
  readonly fields?: Readonly<Record<string, string>>;
}

/** A sample is at most 1,000 bytes: what takes longer than this backtracks. */
const matchingMs = 2000;
const tooSlow =
  `logSample was not matched in ${matchingMs} ms: a pattern tries too many ways, as (a+)+ and (\\w+\\s?)+ do, and would keep the agent busy as well; ` +
  `write it so that a text can match in one way only`;

/** What is wrong with a sample, shown at the place where it stops to fit; undefined where it fits. */
export function sampleProblem(sample: LogSample, wishes: LogtailWishes): string | undefined {
  const judged = within(matchingMs, () => judge(sample, wishes));
  return judged === undefined ? tooSlow : judged.value;
}

function judge(sample: LogSample, wishes: LogtailWishes): string | undefined {
  const bytes = Buffer.byteLength(sample.text);
  if (bytes > maxLogSampleBytes)
    return `logSample must be at most ${maxLogSampleBytes} bytes, got ${bytes}; one log is enough`;
  if (wishes.format.kind === "asFound") return undefined;
  const log = oneLog(sample.text, wishes.format);
  if ("problem" in log) return log.problem;
  const taken = takeApart(log.text, wishes.format);
  if (typeof taken === "string") return taken;
  return timeProblem(taken, wishes.format) ?? fieldsProblem(taken, sample.fields ?? {});
}

function oneLog(text: string, format: LogFormatDefinition): { text: string } | { problem: string } {
  const begin = beginOf(format);
  const { logs, unmatched } = splitLogs(text, begin === undefined ? undefined : wholeRegex(begin));
  const [line] = unmatched;
  if (line !== undefined) {
    return {
      problem: `logSample does not begin with a line that begin (${begin}) matches as a whole:\n${pointed(line, 0)}`,
    };
  }
  const [log = "", next] = logs;
  if (next !== undefined) {
    const remedy = begin === undefined && joinsLines(format) ? "; give begin where a log may have several lines" : "";
    return { problem: `logSample holds ${logs.length} logs, but must be one${remedy}; the second is:\n  ${next}` };
  }
  return { text: log };
}

const joinsLines = ({ kind }: LogFormatDefinition): boolean =>
  kind === "simple" || kind === "regex" || kind === "apsara";

function takeApart(text: string, format: LogFormatDefinition): readonly LogContent[] | string {
  if (format.kind === "syslog") return streamFields(text, format.tag);
  const parser = parserOf(format);
  if (parser === undefined) return [];
  const parsed = parser(text);
  return parsed.ok ? parsed.contents : `logSample ${parsed.problem}:\n${pointed(text, parsed.at)}`;
}

/** undefined: a format that only the service's own agent reads. */
function parserOf(format: LogFormatDefinition): LogParser | undefined {
  switch (format.kind) {
    case "simple":
      return simpleParser;
    case "regex":
      return regexParser(format.pattern, format.keys);
    case "json":
      return jsonParser;
    case "delimiter":
      return delimiterParser({ ...format, acceptNoEnoughKeys: format.acceptFewer });
    case "syslog":
    case "rfcSyslog":
    case "apsara":
    case "plugin":
    case "asFound":
      return undefined;
  }
}

const streamProblems = {
  unknownVersion: 'must begin with "0.1 ", the version of rsyslog\'s template',
  noTag: "has no tag as its second word",
  badTime: "must have unix seconds as its third word",
  badAddress: "must have an IP address as its fourth word",
  tooFewFields: "ends before its message",
  badStructuredData: "must have structured data of RFC 5424, or -, before its message",
};

function streamFields(text: string, tag: string): readonly LogContent[] | string {
  const parsed = parseStreamLog(Buffer.from(text));
  if (!parsed.ok) return `logSample ${streamProblems[parsed.problem]}:\n  ${text}`;
  if (parsed.tag === tag) return parsed.contents;
  return `logSample has the tag ${JSON.stringify(parsed.tag)}, but the format has ${JSON.stringify(tag)}; they must be equal`;
}

function timeProblem(contents: readonly LogContent[], format: LogFormatDefinition): string | undefined {
  const time = timeOf(format);
  if (time === undefined) return undefined;
  const text = fieldText(contents, time.key);
  if (text === undefined)
    return `logSample has no field ${JSON.stringify(time.key)}, from which the time is read; it has ${names(contents)}`;
  const { year } = time.format;
  const parsed = parseTime(text, time.format.format, {
    offsetMinutes: time.format.offsetMinutes,
    // Which year it is changes only whether there is a 29 February: let there be one.
    ...(year === undefined ? {} : { year: year === "current" ? 2024 : year }),
  });
  if (parsed.ok) return undefined;
  return `logSample's field ${JSON.stringify(time.key)} ${parsed.problem} (${time.format.format}):\n${pointed(text, parsed.at)}`;
}

function fieldsProblem(contents: readonly LogContent[], wanted: Readonly<Record<string, string>>): string | undefined {
  for (const [key, value] of Object.entries(wanted)) {
    const found = fieldText(contents, key);
    if (found === undefined) return `logSample gives no field ${JSON.stringify(key)}; it gives ${names(contents)}`;
    if (found !== value)
      return `logSample gives ${JSON.stringify(found)} for the field ${JSON.stringify(key)}, but must give ${JSON.stringify(value)}`;
  }
  return undefined;
}

const names = (contents: readonly LogContent[]): string => contents.map(([key]) => key).join(", ") || "no field";

/** The line in which `at` is, with a mark under it. */
function pointed(text: string, at: number): string {
  const begin = text.lastIndexOf("\n", at - 1) + 1;
  const end = text.indexOf("\n", begin);
  const line = text.slice(begin, end < 0 ? undefined : end);
  const before = line.slice(0, at - begin).replace(/[^\t]/g, " ");
  return `  ${line}\n  ${before}^`;
}
