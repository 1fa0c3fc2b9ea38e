/** Index of a logstore, in the service's spelling. Source: SLS API reference, CreateIndex. */

/** The console's usual separators. */
export const defaultTokens: readonly string[] = [..." ,'\";=()[]{}?@&<>/:\n\t\r"];

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
}

export interface IndexBody {
  line?: IndexLine;
  keys?: Readonly<Record<string, IndexKey>>;
  max_text_len?: number;
  ttl?: number;
  log_reduce?: boolean;
}
