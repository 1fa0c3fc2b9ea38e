/**
 * Logtail's JSON mode (`logType: json_log`): each member of the outermost object is a field. Text is unescaped, numbers stay as
 * they are written (64 bits and more), null is empty, objects and lists are JSON again, without blanks.
 */
import type { LogContent } from "../sls/model/log";
import { misfit, type LogParser } from "./parsed-log";

class Misfit extends Error {
  constructor(
    readonly problem: string,
    readonly at: number,
  ) {
    super(problem);
  }
}

const maxDepth = 512;
const escape = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/** RFC 8259, one pass. */
class JsonScanner {
  private at = 0;

  constructor(private readonly text: string) {}

  fields(): LogContent[] {
    this.blanks();
    if (this.text[this.at] !== "{") throw new Misfit("is no JSON object", this.at);
    const fields: LogContent[] = [];
    this.members((key) => fields.push([key, this.field()]));
    this.blanks();
    if (this.at < this.text.length) throw new Misfit("goes on after the JSON object", this.at);
    return fields;
  }

  private field(): string {
    if (this.text[this.at] === '"') return JSON.parse(this.string()) as string;
    const value = this.value(1);
    return value === "null" ? "" : value;
  }

  /** The value without blanks. */
  private value(depth: number): string {
    if (depth > maxDepth) throw new Misfit(`is nested deeper than ${maxDepth}`, this.at);
    const first = this.text[this.at];
    if (first === '"') return this.string();
    if (first === "[") return this.list(depth);
    if (first === "{") {
      const members: string[] = [];
      this.members((_key, raw) => members.push(`${raw}:${this.value(depth + 1)}`));
      return `{${members.join(",")}}`;
    }
    return this.take(/(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/y, "has no JSON value here");
  }

  private list(depth: number): string {
    const items: string[] = [];
    this.take(/\[/y, "");
    for (this.blanks(); this.text[this.at] !== "]";) {
      if (items.length > 0) this.take(/,/y, "needs , or ] here");
      this.blanks();
      items.push(this.value(depth + 1));
      this.blanks();
    }
    this.at++;
    return `[${items.join(",")}]`;
  }

  private members(each: (key: string, raw: string) => unknown): void {
    this.take(/\{/y, "");
    let first = true;
    for (this.blanks(); this.text[this.at] !== "}"; first = false) {
      if (!first) this.take(/,/y, "needs , or } here");
      this.blanks();
      const raw = this.string();
      this.blanks();
      this.take(/:/y, "needs : here");
      this.blanks();
      each(JSON.parse(raw) as string, raw);
      this.blanks();
    }
    this.at++;
  }

  private string(): string {
    const begin = this.at;
    this.take(/"/y, 'needs " here');

    // In runs: one expression for all would need stack for each character.
    do this.take(/[^"\\\u0000-\u001f]*/y, "");
    while (this.text[this.at] === "\\" && this.take(escape, "has a character that JSON text must escape") !== "");
    this.take(/"/y, this.at >= this.text.length ? "ends inside quotes" : "has a character that JSON text must escape");
    return this.text.slice(begin, this.at);
  }

  private blanks(): void {
    this.take(/[ \t\n\r]*/y, "");
  }

  private take(pattern: RegExp, problem: string): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found === undefined)
      throw new Misfit(this.at >= this.text.length ? "ends inside the JSON object" : problem, this.at);
    this.at += found.length;
    return found;
  }
}

export const jsonParser: LogParser = (text) => {
  try {
    return { ok: true, contents: new JsonScanner(text).fields() };
  } catch (error) {
    if (error instanceof Misfit) return misfit(error.problem, error.at);
    throw error;
  }
};
