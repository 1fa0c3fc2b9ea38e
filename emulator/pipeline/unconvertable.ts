/** A config that has no counterpart in the other form. Clients look for the word in the message. */
export class Unconvertable extends Error {
  constructor(why: string) {
    super(`unconvertable: ${why}`);
    this.name = "Unconvertable";
  }
}

type Json = Readonly<Record<string, unknown>>;

const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === "" ||
  value === false ||
  value === 0 ||
  (typeof value === "object" && Object.keys(value).length === 0);

/**
 * Reads the members of an object one by one, and knows at the end what it has not read: a member without a counterpart must not
 * get lost on the way.
 */
export class Members {
  private readonly seen = new Set<string>();

  constructor(
    private readonly json: Json,
    private readonly what: string,
  ) {}

  take(name: string): unknown {
    this.seen.add(name);
    return this.json[name];
  }

  text(name: string, missing = ""): string {
    const value = this.take(name) ?? missing;
    if (typeof value === "string") return value;
    throw new Unconvertable(`${this.what}: ${name} is no text`);
  }

  number(name: string, missing: number): number {
    const value = this.take(name) ?? missing;
    if (typeof value === "number") return value;
    throw new Unconvertable(`${this.what}: ${name} is no number`);
  }

  flag(name: string, missing = false): boolean {
    const value = this.take(name) ?? missing;
    if (typeof value === "boolean") return value;
    throw new Unconvertable(`${this.what}: ${name} is neither true nor false`);
  }

  texts(name: string): readonly string[] {
    const value = this.take(name) ?? [];
    if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
    throw new Unconvertable(`${this.what}: ${name} is no list of texts`);
  }

  /** Members that may be there with any value, for it means nothing in the other form. */
  ignore(...names: readonly string[]): void {
    for (const name of names) this.seen.add(name);
  }

  /** Throws when something is left that means something. */
  end(): void {
    const left = Object.keys(this.json).find((name) => !this.seen.has(name) && !isEmpty(this.json[name]));
    if (left !== undefined) throw new Unconvertable(`${this.what} has ${left}, which has no counterpart`);
  }
}
