import { regexProblem } from "../parsers";

export interface LogMaskOptions {
  /** The field in which something is hidden. */
  readonly key: string;
  /** Regular expression of what comes right before the secret, e.g. `password=`. It stays. */
  readonly before: string;
  /** Regular expression of the secret itself, e.g. `[^,]+`. */
  readonly content: string;
  /** Every occurrence is hidden, not the first alone. @default true */
  readonly all?: boolean;
}

/** Hides a part of a field on the machine, before it is sent. Source: SLS, CreateConfig, `sensitive_keys`. */
export class LogMask {
  /** Puts a fixed text in the secret's place. `replacement` @default "***" */
  static constant(options: LogMaskOptions & { readonly replacement?: string }): LogMask {
    return new LogMask("const", options, options.replacement ?? "***");
  }

  /** Puts the secret's MD5 in its place, by which equal ones can still be found. */
  static md5(options: LogMaskOptions): LogMask {
    return new LogMask("md5", options, undefined);
  }

  readonly key: string;
  readonly before: string;
  readonly content: string;
  readonly all: boolean;

  private constructor(
    readonly type: "const" | "md5",
    options: LogMaskOptions,
    readonly replacement: string | undefined,
  ) {
    this.key = options.key;
    this.before = options.before;
    this.content = options.content;
    this.all = options.all ?? true;
  }

  get problem(): string | undefined {
    for (const [name, pattern] of [
      ["before", this.before],
      ["content", this.content],
    ] as const) {
      const problem = regexProblem(pattern);
      if (problem !== undefined) return `mask of ${JSON.stringify(this.key)}: ${name} ${problem}`;
    }
    if (this.content !== "") return undefined;
    return `mask of ${JSON.stringify(this.key)} has no content, so it would hide nothing; give the regular expression of the secret`;
  }
}
