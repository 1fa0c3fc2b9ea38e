/** Index of a logstore, in the service's spelling. Source: SLS API reference, CreateIndex. */

/** The console's usual separators. */
export const defaultTokens: readonly string[] = [..." ,'\";=()[]{}?@&<>/:\n\t\r"];

/** `max_text_len`: bytes of a field that are indexed, 64 to 16,384; the service takes 2,048 when it is not given. */
export const defaultMaxTextLen = 2048;

export function maxTextLenProblem(bytes: number): string | undefined {
  if (Number.isInteger(bytes) && bytes >= 64 && bytes <= 16384) return undefined;
  return `maxTextLength must be 64 to 16384 whole bytes, got ${bytes}`;
}

/** Separators are single characters, each given once. */
export function tokensProblem(tokens: readonly string[]): string | undefined {
  const long = tokens.find((token) => [...token].length !== 1);
  if (long !== undefined) {
    return `tokens must be single characters, got ${JSON.stringify(long)}; give its characters one by one`;
  }
  const twice = tokens.find((token, i) => tokens.indexOf(token) !== i);
  return twice === undefined ? undefined : `tokens must differ, got ${JSON.stringify(twice)} twice`;
}

/** The fields that a line of the rsyslog template is stored in, in the order of the line. */
export const syslogFieldNames = [
  "hostname",
  "pri-text",
  "protocol-version",
  "app-name",
  "procid",
  "msgid",
  "msg",
] as const;

export interface IndexLine {
  token: readonly string[];
  caseSensitive: boolean;
  chn?: boolean;
  include_keys?: readonly string[];
  exclude_keys?: readonly string[];
}

export type IndexKeyType = "text" | "long" | "double" | "json";

export interface IndexKey {
  type: IndexKeyType;
  alias?: string;
  doc_value?: boolean;
  token?: readonly string[];
  caseSensitive?: boolean;
  chn?: boolean;
  json_keys?: Readonly<Record<string, IndexKey>>;
  /** Of a json key: every text in it, not only `json_keys`. */
  index_all?: boolean;
}

export interface IndexBody {
  line?: IndexLine;
  keys?: Readonly<Record<string, IndexKey>>;
  max_text_len?: number;
  ttl?: number;
  log_reduce?: boolean;
}
