/** What is wrong with what a Logtail config was asked for. Values that are unknown until apply (tokens) are let through. */
import { Token } from "cdktf";
import { delimiterLogProblem, regexLogProblem, regexProblem } from "../../parsers";
import { syslogTagProblem } from "../../sls/model/logtail-config";
import { depthProblem, filePatternProblem, logDirectoryProblem, tailSizeProblem } from "../../sls/model/logtail-input";
import type { LogFormatDefinition } from "../log-format";
import type { LogSourceDefinition } from "../log-source";
import { beginOf, keysOf, timeOf, type LogtailWishes, type SendRate } from "./logtail-wishes";
import { nearest } from "./nearest";
import { portProblem } from "./port";

type Problem = string | undefined;

/** The factory's name, as the caller wrote it. */
const factory = ({ kind }: LogFormatDefinition | LogSourceDefinition): string =>
  kind === "files" ? "LogSource.files" : `LogFormat.${kind}`;

const known = (...values: readonly string[]): boolean => !values.some((value) => Token.isUnresolved(value));

function first(problems: Iterable<() => Problem>): Problem {
  for (const problem of problems) {
    const found = problem();
    if (found !== undefined) return found;
  }
  return undefined;
}

export function wishesProblem(wishes: LogtailWishes): Problem {
  const { format, source } = wishes;
  return first([
    () => formatProblem(format),
    () => pairProblem(format, source),
    () => (source === undefined ? undefined : sourceProblem(source)),
    () => beginProblem(wishes),
    () => timeProblem(format),
    () => extrasProblem(wishes),
  ]);
}

function formatProblem(format: LogFormatDefinition): Problem {
  switch (format.kind) {
    case "syslog":
      return known(format.tag) ? syslogTagProblem(format.tag) : undefined;
    case "regex":
      return known(format.pattern, ...format.keys) ? regexLogProblem(format.pattern, format.keys) : undefined;
    case "delimiter":
      if (!known(format.separator, format.quote ?? "", ...format.keys)) return undefined;
      return delimiterLogProblem({ ...format, acceptNoEnoughKeys: format.acceptFewer });
    case "plugin":
      return pluginProblem(format);
    case "rfcSyslog":
    case "simple":
    case "apsara":
    case "json":
    case "asFound":
      return undefined;
  }
}

function pluginProblem({ inputs, processors = [] }: Extract<LogFormatDefinition, { kind: "plugin" }>): Problem {
  if (inputs.length === 0)
    return `inputs is empty, so nothing is read; give one such as { type: "service_journal", detail: {} }`;
  const input = inputs.find(({ type }) => !/^(?:service|metric)_\w+$/.test(type));
  if (input !== undefined) {
    return `input type must begin with service_ or metric_, got ${JSON.stringify(input.type)}; write for example "service_http_server"`;
  }
  const processor = processors.find(({ type }) => !/^processor_\w+$/.test(type));
  if (processor === undefined) return undefined;
  return `processor type must begin with processor_, got ${JSON.stringify(processor.type)}; write for example "processor_json"`;
}

/** Which format goes with which source. */
function pairProblem(format: LogFormatDefinition, source: LogSourceDefinition | undefined): Problem {
  const name = factory(format);
  if (format.kind === "plugin" || format.kind === "asFound") {
    return source === undefined
      ? undefined
      : `${name} has inputs of its own; leave source out, or choose another format`;
  }
  if (source === undefined) {
    return `${name} needs a source; give LogSource.files({ directory, pattern }) or LogSource.syslog({ port })`;
  }
  if (source.kind === "files") {
    if (format.kind !== "syslog" && format.kind !== "rfcSyslog") return undefined;
    return `${name} reads lines that are sent, not files; use LogSource.syslog, or LogFormat.simple or LogFormat.regex for files`;
  }
  if (format.kind === "apsara") return `${name} reads files only; use LogSource.files`;
  if (format.kind === "syslog") {
    if (source.protocol === "tcp") return undefined;
    return `${name} takes lines over TCP only, got "${source.protocol}"; for UDP use LogFormat.rfcSyslog, which has a port of its own`;
  }
  if (source.port === 11111) {
    return `port 11111 is the agent's own for LogFormat.syslog; give LogSource.syslog another port for ${name}`;
  }
  if (format.kind === "regex" && known(format.pattern) && /\(\?<?[=!]|\\[1-9]/.test(format.pattern)) {
    return `pattern ${JSON.stringify(format.pattern)} looks around or back, which Logtail's plugins for sent lines cannot; write it without`;
  }
  return undefined;
}

function sourceProblem(source: LogSourceDefinition): Problem {
  if (source.kind === "syslog") return portProblem(source.port);
  const { directory, pattern, depth, tailSizeKb, exclude = {} } = source;
  const relative = [...(exclude.directories ?? []), ...(exclude.paths ?? [])].find(
    (path) => known(path) && logDirectoryProblem(path),
  );
  const nested = (exclude.files ?? []).find((name) => known(name) && /[/\\]/.test(name));
  return first([
    () => (known(directory) ? logDirectoryProblem(directory) : undefined),
    () => (known(pattern) ? filePatternProblem(pattern) : undefined),
    () => depthProblem(depth),
    () => (tailSizeKb === undefined ? undefined : tailSizeProblem(tailSizeKb)),
    () =>
      relative === undefined
        ? undefined
        : `exclude.directories and exclude.paths must be full paths, got ${JSON.stringify(relative)}; names alone go into exclude.files`,
    () =>
      nested === undefined
        ? undefined
        : `exclude.files must be names without directories, got ${JSON.stringify(nested)}; full paths go into exclude.paths`,
  ]);
}

function beginProblem({ format, source }: LogtailWishes): Problem {
  const begin = beginOf(format);
  if (begin === undefined || !known(begin)) return undefined;
  const problem = regexProblem(begin);
  if (problem !== undefined) return `begin ${problem}`;
  if (source?.kind === "files") return undefined;
  return `begin joins lines of files; a log that is sent is one line, so leave it out`;
}

function timeProblem(format: LogFormatDefinition): Problem {
  const time = timeOf(format);
  if (time === undefined) return undefined;
  const { key } = time;
  const keys = keysOf(format);
  if (keys !== undefined && known(key, ...keys) && !keys.includes(key)) {
    if (format.kind === "regex")
      return `time is read from the key "time", which is not among ${keys.join(", ")}; name the group with the time so`;
    return `time.key ${unknownKey(key, keys)}`;
  }
  return known(time.format.format) ? time.format.problem : undefined;
}

function extrasProblem(wishes: LogtailWishes): Problem {
  const { format, source, topic, filters, masks, sendRate } = wishes;
  const name = factory(format);
  if (format.kind === "plugin" && (Object.keys(filters).length > 0 || masks.length > 0 || wishes.uploadRaw)) {
    return `filters, masks and uploadRaw do not reach ${name}; write them as processors, such as processor_filter_regex and processor_desensitize`;
  }
  if (format.kind === "asFound") return wordForWordProblem(wishes);
  if (source?.kind !== "files" && topic.kind !== "none") {
    return `topic is for files; logs of ${name} have the topic of their machine group, so give it there`;
  }
  const keys = keysOf(format);
  const wrongKey = (what: string, key: string): Problem =>
    keys === undefined || keys.includes(key) || !known(key, ...keys) ? undefined : `${what} ${unknownKey(key, keys)}`;
  return first([
    () => (known(topic.value) ? topic.problem : undefined),
    ...Object.entries(filters).flatMap(([key, pattern]) => [
      () => wrongKey("filters has", key),
      () => {
        const problem = known(pattern) ? regexProblem(pattern) : undefined;
        return problem && `filter of ${JSON.stringify(key)}: ${problem}`;
      },
    ]),
    ...masks.flatMap((mask) => [
      () => wrongKey("masks has", mask.key),
      () => (known(mask.before, mask.content) ? mask.problem : undefined),
    ]),
    () => (sendRate === undefined ? undefined : rateProblem(sendRate)),
  ]);
}

/** Nothing is added to a config that is given word for word. */
function wordForWordProblem(wishes: LogtailWishes): Problem {
  const { topic, filters, masks, uploadRaw, sendRate, discardUnmatched, discardNonUtf8 } = wishes;
  const extras = {
    topic: topic.kind !== "none",
    filters: Object.keys(filters).length > 0,
    masks: masks.length > 0,
    uploadRaw,
    sendRate: sendRate !== undefined,
    discardUnmatched,
    discardNonUtf8,
  };
  const [extra] = Object.entries(extras).find(([, isGiven]) => isGiven) ?? [];
  return extra && `${extra} does not reach LogFormat.asFound, which is the config word for word; write it there`;
}

function rateProblem({ bytesPerSecond: bytes, until }: SendRate): Problem {
  if (until !== undefined && !(until.getTime() > 0)) {
    return `sendRate.until must be a date after 1970, got ${String(until)}; leave it out for a rate that holds for ever`;
  }
  if (Number.isInteger(bytes) && bytes >= 1) return undefined;
  return `sendRate.bytesPerSecond must be a whole number of bytes, 1 or more, got ${bytes}; leave sendRate out for no limit`;
}

function unknownKey(key: string, keys: readonly string[]): string {
  const meant = nearest(key, keys);
  const remedy = meant === undefined ? "" : `; did you mean "${meant}"?`;
  return `${JSON.stringify(key)}, which is not among the keys ${keys.join(", ")}${remedy}`;
}
