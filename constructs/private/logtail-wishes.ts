import type { LogFormatDefinition } from "../log-format";
import type { LogMask } from "../log-mask";
import type { LogSourceDefinition } from "../log-source";
import type { LogTopic } from "../log-topic";
import type { TimeFormat } from "../time-format";

/** How much of a config's logs may be sent. */
export interface SendRate {
  /** Bytes a second, of one machine. */
  readonly bytesPerSecond: number;
  /** Until when it holds. @default - for ever */
  readonly until?: Date;
}

/** All that a Logtail config was asked for besides its name and place, with the defaults. */
export interface LogtailWishes {
  readonly format: LogFormatDefinition;
  /** undefined for plugins, which have inputs of their own. */
  readonly source: LogSourceDefinition | undefined;
  readonly topic: LogTopic;
  readonly filters: Readonly<Record<string, string>>;
  readonly masks: readonly LogMask[];
  readonly uploadRaw: boolean;
  readonly sendRate: SendRate | undefined;
  readonly discardUnmatched: boolean;
  readonly discardNonUtf8: boolean;
}

export interface TimeWish {
  readonly key: string;
  readonly format: TimeFormat;
}

/** Where and how the logs of a format tell their time. Source: a full regex config takes it from the field `time`. */
export function timeOf(format: LogFormatDefinition): TimeWish | undefined {
  if (format.kind === "regex") return format.time && { key: "time", format: format.time };
  return format.kind === "json" || format.kind === "delimiter" ? format.time : undefined;
}

/** The names of the fields, where the format tells all of them. */
export function keysOf(format: LogFormatDefinition): readonly string[] | undefined {
  if (format.kind === "regex" || format.kind === "delimiter") return format.keys;
  return format.kind === "simple" ? ["content"] : undefined;
}

/** The pattern of a log's first line. */
export function beginOf(format: LogFormatDefinition): string | undefined {
  return "begin" in format ? format.begin : undefined;
}
