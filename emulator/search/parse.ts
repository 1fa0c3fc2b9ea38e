/** Query text -> tree. NOT binds tightest, then AND (also when nothing is said), then OR. */
import { unsupported } from "../sls/service-error";
import type { Comparison, Query } from "./query";
import { invalidQuery, tokensOf, type Token } from "./tokens";

/** A tree as deep as this is still walked safely. */
const mostTokens = 1000;

export function parseQuery(text: string): Query {
  if (/(^|\s)\|/.test(text.replace(/"(?:[^"\\]|\\.)*"/gs, '""'))) {
    const message = "SQL after | is not served by the local cloud yet; search without it";
    throw unsupported(400, "ParameterInvalid", message);
  }
  const tokens = tokensOf(text);
  if (tokens.length === 0) return { kind: "all" };
  if (tokens.length > mostTokens) throw invalidQuery(`it has more than ${mostTokens} words and signs`);
  const parser = new Parser(tokens);
  const query = parser.or();
  parser.end();
  return query;
}

const comparisons: readonly string[] = [">", ">=", "<", "<=", "="];

class Parser {
  private at = 0;
  constructor(private readonly tokens: readonly Token[]) {}

  or(): Query {
    let left = this.and();
    while (this.keyword("or")) left = { kind: "or", left, right: this.and() };
    return left;
  }

  end(): void {
    const token = this.tokens[this.at];
    if (token !== undefined) throw invalidQuery(`${JSON.stringify(token.text)} is not expected here`);
  }

  private and(): Query {
    let left = this.not();
    for (;;) {
      const said = this.keyword("and");
      const next = this.tokens[this.at];
      if (!said && (next === undefined || this.isSign(")") || this.isKeyword("or"))) return left;
      left = { kind: "and", left, right: this.not() };
    }
  }

  private not(): Query {
    if (this.keyword("not")) return { kind: "not", of: this.not() };
    return this.primary();
  }

  private primary(): Query {
    if (this.sign("(")) {
      const inner = this.or();
      if (!this.sign(")")) throw invalidQuery("a ( is not closed");
      return inner;
    }
    const token = this.tokens[this.at++];
    if (token === undefined) throw invalidQuery("it ends too early");
    if (token.kind === "sign") throw invalidQuery(`${JSON.stringify(token.text)} is not expected here`);
    const next = this.tokens[this.at];
    if (token.kind !== "phrase" && next?.kind === "sign" && (next.text === ":" || comparisons.includes(next.text))) {
      this.at++;
      return this.field(token.text, next.text as ":" | Comparison);
    }
    if (token.kind === "word" && this.isKeyword("in") && this.isRangeOpening(this.at + 1)) {
      this.at++;
      return this.range(token.text);
    }
    return valueOf(token, undefined);
  }

  private field(key: string, by: ":" | Comparison): Query {
    const token = this.tokens[this.at++];
    if (token === undefined || token.kind === "sign") throw invalidQuery(`${key}${by} needs a value`);
    if (by === ":" || by === "=") return valueOf(token, key);
    return { kind: "compare", key, by, value: numberOf(token, key) };
  }

  /** `key in [1 5]`, `(1 5]`: square includes the end, round does not. */
  private range(key: string): Query {
    const low: Comparison = this.sign("[") ? ">=" : this.sign("(") ? ">" : ">=";
    const from = numberOf(this.tokens[this.at++], key);
    const to = numberOf(this.tokens[this.at++], key);
    const high: Comparison | undefined = this.sign("]") ? "<=" : this.sign(")") ? "<" : undefined;
    if (high === undefined) throw invalidQuery(`the range of ${key} is not closed`);
    const left: Query = { kind: "compare", key, by: low, value: from };
    return { kind: "and", left, right: { kind: "compare", key, by: high, value: to } };
  }

  private isRangeOpening(at: number): boolean {
    const token = this.tokens[at];
    return token?.kind === "sign" && (token.text === "[" || token.text === "(");
  }
  private isKeyword(name: string): boolean {
    const token = this.tokens[this.at];
    return token?.kind === "word" && token.text.toLowerCase() === name;
  }
  private keyword(name: string): boolean {
    if (!this.isKeyword(name)) return false;
    this.at++;
    return true;
  }
  private isSign(text: string): boolean {
    const token = this.tokens[this.at];
    return token?.kind === "sign" && token.text === text;
  }
  private sign(text: string): boolean {
    if (!this.isSign(text)) return false;
    this.at++;
    return true;
  }
}

function numberOf(token: Token | undefined, key: string): number {
  const value = Number(token?.text);
  if (token === undefined || token.kind === "sign" || Number.isNaN(value))
    throw invalidQuery(`${key} is compared with no number`);
  return value;
}

function valueOf(token: Token, key: string | undefined): Query {
  const named = key === undefined ? {} : { key };
  if (token.kind === "phrase") return { kind: "phrase", ...named, value: token.text };
  if (token.kind === "word") {
    if (token.text === "*") return key === undefined ? { kind: "all" } : { kind: "exists", key };
    if (/[*?]/.test(token.text)) return { kind: "wildcard", ...named, pattern: token.text };
  }
  return { kind: "term", ...named, value: token.text };
}
