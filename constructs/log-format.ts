import type { LogtailInputType } from "../sls/model/logtail-config";
import type { LogtailPlugin } from "../sls/model/logtail-input";
import type { PipelinePlugin } from "../sls/model/logtail-pipeline";
import type { TimeFormat } from "./time-format";

export interface SyslogFormatOptions {
  /** The second word of each line; must equal the one in rsyslog's template. @default "sys_tag" */
  readonly tag?: string;
}

export interface RfcSyslogFormatOptions {
  /** `auto` takes both; with `none` the whole message is the field `_content_`. @default "auto" */
  readonly protocol?: "auto" | "rfc3164" | "rfc5424" | "none";
}

export interface MultiLineOptions {
  /** Matches the first line of a log as a whole; the lines up to the next such line belong to it. @default - each line is a log */
  readonly begin?: string;
}

export interface RegexFormatOptions extends MultiLineOptions {
  /** Matches a log as a whole; each `( )` is a field. Perl's syntax, without possessive quantifiers, atomic groups and `(?i)`. */
  readonly pattern: string;
  /** Names of the fields, one for each `( )`. The one that holds the time must be named `time`. */
  readonly keys: readonly string[];
  /** How the field `time` is written. @default - a log's time is that of its reading */
  readonly time?: TimeFormat;
}

/** Where a log says its time. */
export interface TimeField {
  readonly key: string;
  readonly format: TimeFormat;
}

export interface JsonFormatOptions {
  /** @default - a log's time is that of its reading */
  readonly time?: TimeField;
}

export interface DelimiterFormatOptions {
  /** 1 to 3 characters, e.g. `|`, `\t`, `&&`. */
  readonly separator: string;
  /** Names of the fields, from the left. */
  readonly keys: readonly string[];
  /** Surrounds fields that hold the separator. @default - `"`; none with a separator of several characters */
  readonly quote?: string;
  /** @default - a log's time is that of its reading */
  readonly time?: TimeField;
  /** Fields past the keys are kept as `__column3__` and so on; with false all of them in one. @default true */
  readonly autoExtend?: boolean;
  /** Lines with fewer fields than keys are taken too. @default false */
  readonly acceptFewer?: boolean;
}

/** Inputs and processors of Logtail's plugin system, in its own words. Source: SLS, "Use Logtail plug-ins to collect data". */
export interface PluginFormatOptions {
  /** At least one, e.g. `{ type: "service_http_server", detail: { Address: ":18689", Format: "sls" } }`. */
  readonly inputs: readonly LogtailPlugin[];
  /** @default - none */
  readonly processors?: readonly LogtailPlugin[];
  /** @default - Logtail's own */
  readonly aggregators?: readonly LogtailPlugin[];
  /** Settings of the plugin system, e.g. `{ DefaultLogQueueSize: 10 }`. @default - none */
  readonly global?: Readonly<Record<string, unknown>>;
}

/** A config of `/configs` in the service's own words. */
export interface FoundLogtailOptions {
  readonly inputType: LogtailInputType;
  readonly inputDetail: Readonly<Record<string, unknown>>;
  /** Besides logstoreName. @default - none */
  readonly outputDetail?: Readonly<Record<string, unknown>>;
}

/** A config of `/pipelineconfigs` in the service's own words. */
export interface FoundPipelineOptions {
  /** @default - none */
  readonly global?: Readonly<Record<string, unknown>>;
  readonly inputs: readonly PipelinePlugin[];
  /** @default - none */
  readonly processors?: readonly PipelinePlugin[];
  /** @default - none */
  readonly aggregators?: readonly PipelinePlugin[];
  /** Settings of flusher_sls besides Type and Logstore. @default - none */
  readonly flusher?: Readonly<Record<string, unknown>>;
  /** @default - none */
  readonly task?: Readonly<Record<string, unknown>>;
}

/** What a format was asked for, with its defaults. */
export type LogFormatDefinition =
  | { readonly kind: "syslog"; readonly tag: string }
  | { readonly kind: "rfcSyslog"; readonly protocol: "auto" | "rfc3164" | "rfc5424" | "none" }
  | ({ readonly kind: "simple" } & MultiLineOptions)
  | ({ readonly kind: "apsara" } & MultiLineOptions)
  | ({ readonly kind: "regex" } & RegexFormatOptions)
  | ({ readonly kind: "json" } & JsonFormatOptions)
  | {
      readonly kind: "delimiter";
      readonly separator: string;
      readonly keys: readonly string[];
      readonly quote: string | undefined;
      readonly time: TimeField | undefined;
      readonly autoExtend: boolean;
      readonly acceptFewer: boolean;
    }
  | ({ readonly kind: "plugin" } & PluginFormatOptions)
  | { readonly kind: "asFound"; readonly found: FoundLogtailOptions | FoundPipelineOptions };

/** What the logs look like to the agent; a factory for each format. What is wrong with one is told by the LogtailConfig that it is given to. */
export class LogFormat {
  /** Lines of the rsyslog template: `0.1 <tag> <unix time> <address> <hostname> <pri-text> …`, on the agent's port for them. */
  static syslog(options: SyslogFormatOptions = {}): LogFormat {
    return new LogFormat({ kind: "syslog", tag: options.tag ?? "sys_tag" });
  }

  /**
   * Syslog as RFC 3164 and RFC 5424 have it, on a port of its own (Logtail's plugin `service_syslog`). Fields: `_program_`, `_priority_`,
   * `_facility_`, `_severity_`, `_unixtimestamp_`, `_hostname_`, `_content_`, `_ip_`, `_client_ip_`.
   */
  static rfcSyslog(options: RfcSyslogFormatOptions = {}): LogFormat {
    return new LogFormat({ kind: "rfcSyslog", protocol: options.protocol ?? "auto" });
  }

  /** A log is one field, `content`. */
  static simple(options: MultiLineOptions = {}): LogFormat {
    return new LogFormat({ kind: "simple", ...options });
  }

  /** A log is taken apart by a regular expression. */
  static regex(options: RegexFormatOptions): LogFormat {
    return new LogFormat({ kind: "regex", ...options });
  }

  /** A line is a JSON object; each of its members is a field. */
  static json(options: JsonFormatOptions = {}): LogFormat {
    return new LogFormat({ kind: "json", ...options });
  }

  /** A line is a row of a table, such as CSV. */
  static delimiter(options: DelimiterFormatOptions): LogFormat {
    return new LogFormat({
      kind: "delimiter",
      separator: options.separator,
      keys: options.keys,
      quote: options.quote ?? ([...options.separator].length > 1 ? undefined : '"'),
      time: options.time,
      autoExtend: options.autoExtend ?? true,
      acceptFewer: options.acceptFewer ?? false,
    });
  }

  /** Lines of Alibaba's own programs: `[time]\t[level]\t[thread]\t[file:line]\tkey:value…`. */
  static apsara(options: MultiLineOptions = {}): LogFormat {
    return new LogFormat({ kind: "apsara", ...options });
  }

  /** What only plugins can read: HTTP, journald, MySQL, Docker's output and more. It has its own inputs, so no LogSource goes with it. */
  static plugin(options: PluginFormatOptions): LogFormat {
    return new LogFormat({ kind: "plugin", ...options });
  }

  /**
   * A config word for word, as `cdktf-sls import` finds those that the other formats do not say: nothing is added to it, and only the service judges it.
   * It says all that a config can, so no LogSource, filters, masks and so on go with it.
   */
  static asFound(found: FoundLogtailOptions | FoundPipelineOptions): LogFormat {
    return new LogFormat({ kind: "asFound", found });
  }

  private constructor(readonly definition: LogFormatDefinition) {}
}
