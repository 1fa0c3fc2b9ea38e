/**
 * Lines that come over the network to a port of the config's own: Logtail's plugin `service_syslog`, and processors for the format.
 * Source: iLogtail's plugins of these names.
 */
import type { LogtailPlugin } from "../../sls/model/logtail-input";
import type { LogFormatDefinition } from "../log-format";
import type { LogSourceDefinition } from "../log-source";
import { timeOf, type LogtailWishes } from "./logtail-wishes";

/** The field in which the plugin puts a message. */
const message = "_content_";

export interface SyslogPlugin {
  readonly inputs: readonly LogtailPlugin[];
  readonly processors?: readonly LogtailPlugin[];
}

export function syslogPlugin(wishes: LogtailWishes): SyslogPlugin {
  const source = wishes.source as Extract<LogSourceDefinition, { kind: "syslog" }>;
  const { format } = wishes;
  const protocol = format.kind === "rfcSyslog" && format.protocol !== "none" ? format.protocol : "";
  const detail = {
    Address: `${source.protocol}://${source.address}:${source.port}`,
    ParseProtocol: protocol,
    // What does not parse is kept whole.
    IgnoreParseFailure: true,
  };
  const processors = [
    ...parsing(format, wishes.uploadRaw),
    ...time(wishes),
    ...(Object.keys(wishes.filters).length === 0
      ? []
      : [{ type: "processor_filter_regex", detail: { Include: asWhole(wishes.filters) } }]),
    ...wishes.masks.map(({ key, type, before, content, replacement }) => ({
      type: "processor_desensitize",
      detail: {
        SourceKey: key,
        Method: type,
        Match: "regex",
        ...(replacement === undefined ? {} : { ReplaceString: replacement }),
        RegexBegin: before,
        RegexContent: content,
      },
    })),
  ];
  const inputs = [{ type: "service_syslog", detail }];
  return processors.length === 0 ? { inputs } : { inputs, processors };
}

/** The plugin finds a pattern anywhere in a field; as of files, it must match the whole of it. */
const asWhole = (filters: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(filters).map(([key, pattern]) => [key, `^(?:${pattern})$`]));

function parsing(format: LogFormatDefinition, keep: boolean): LogtailPlugin[] {
  const source = { SourceKey: message, KeepSource: keep };
  switch (format.kind) {
    case "regex":
      return [
        {
          type: "processor_regex",
          detail: {
            ...source,
            Regex: format.pattern,
            Keys: format.keys,
            FullMatch: true,
            KeepSourceIfParseError: true,
          },
        },
      ];
    case "json":
      return [{ type: "processor_json", detail: { ...source, ExpandDepth: 1, KeepSourceIfParseError: true } }];
    case "delimiter": {
      const detail = { ...source, SplitSep: format.separator, SplitKeys: format.keys, PreserveOthers: true };
      if ([...format.separator].length > 1) return [{ type: "processor_split_string", detail }];
      const quote = format.quote === undefined ? {} : { QuoteFlag: true, Quote: format.quote };
      return [{ type: "processor_split_char", detail: { ...detail, ...quote } }];
    }
    case "simple":
      return [{ type: "processor_rename", detail: { SourceKeys: [message], DestKeys: ["content"] } }];
    case "syslog":
    case "rfcSyslog":
    case "apsara":
    case "plugin":
    case "asFound":
      return [];
  }
}

function time(wishes: LogtailWishes): LogtailPlugin[] {
  const wish = timeOf(wishes.format);
  if (wish === undefined) return [];
  const zone =
    wish.format.timeZone === undefined ? {} : { AdjustUTCOffset: true, UTCOffset: wish.format.offsetMinutes * 60 };
  return [
    {
      type: "processor_strptime",
      detail: { SourceKey: wish.key, Format: wish.format.format, ...zone, KeepSource: true },
    },
  ];
}
