import { defaultTokens, type IndexKeyType } from "../sls/model/log-index";

/** How text is cut into words, and words are compared. */
export interface TextIndexOptions {
  /** Single characters between words. @default - those of the console: blanks, line ends and ,'";=()[]{}?@&<>/: */
  readonly tokens?: readonly string[];
  /** @default false */
  readonly caseSensitive?: boolean;
  /** Chinese text is cut into words by its meaning. @default false */
  readonly includeChinese?: boolean;
}

export interface IndexFieldOptions {
  /** Another name for the field in searches and SQL. @default - none */
  readonly alias?: string;
  /** The field can be used in SQL. @default true */
  readonly enableAnalytics?: boolean;
}

/** How one field of a log is indexed. */
export class IndexField {
  /** Found by its words: `msg: timeout`. */
  static text(options: IndexFieldOptions & TextIndexOptions = {}): IndexField {
    return new IndexField("text", options, textIndexDefaults(options));
  }

  /** Whole numbers, found by range: `status >= 500`. */
  static long(options: IndexFieldOptions = {}): IndexField {
    return new IndexField("long", options, undefined);
  }

  /** Numbers, found by range: `request_time > 0.5`. */
  static double(options: IndexFieldOptions = {}): IndexField {
    return new IndexField("double", options, undefined);
  }

  /** A field that holds JSON; its members are indexed by name: `request.status >= 500`. Members of members are named with dots. */
  static json(
    fields: Readonly<Record<string, IndexField>>,
    options: IndexFieldOptions & TextIndexOptions = {},
  ): IndexField {
    return new IndexField("json", options, textIndexDefaults(options), fields);
  }

  readonly alias: string | undefined;
  readonly enableAnalytics: boolean;

  private constructor(
    readonly type: IndexKeyType,
    options: IndexFieldOptions,
    /** undefined unless the field is text or JSON. */
    readonly text: Required<TextIndexOptions> | undefined,
    /** Members of a JSON field. */
    readonly fields: Readonly<Record<string, IndexField>> = {},
  ) {
    this.alias = options.alias;
    this.enableAnalytics = options.enableAnalytics ?? true;
  }
}

export function textIndexDefaults(options: TextIndexOptions = {}): Required<TextIndexOptions> {
  return {
    tokens: options.tokens ?? defaultTokens,
    caseSensitive: options.caseSensitive ?? false,
    includeChinese: options.includeChinese ?? false,
  };
}
