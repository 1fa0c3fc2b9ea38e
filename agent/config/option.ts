/** One setting: how it is written in the file, the environment and the flags, and what is allowed. */
export interface Option<T> {
  /** Place in `sls-agent.json`, dots for nesting. */
  readonly path: string;
  /** @default none: file and flags only */
  readonly env?: string;
  /** For commander: `--port <number>`. @default none */
  readonly flag?: string;
  /** For `--help` and docs/agent.md. */
  readonly doc: string;
  readonly fallback: T;
  /** The fallback for a reader, where the value does not tell. */
  readonly fallbackText?: string;
  /** Text of a flag or variable to the value that the file would hold. */
  readonly read: (text: string) => unknown;
  /** The value, or a problem: what it must be. */
  readonly check: (value: unknown) => Checked<T>;
}

export type Checked<T> = { readonly value: T } | { readonly mustBe: string };

type Face<T> = Pick<Option<T>, "path" | "env" | "flag" | "doc" | "fallbackText"> & { readonly fallback: T };

export function text<T extends string | undefined>(
  face: Face<T>,
  problem?: (value: string) => string | undefined,
): Option<T> {
  return {
    ...face,
    read: (raw) => raw.trim(),
    check: (value) => {
      if (typeof value !== "string" || value === "") return { mustBe: "a text that is not empty" };
      const wrong = problem?.(value);
      return wrong === undefined ? { value: value as T } : { mustBe: wrong };
    },
  };
}

export function integer(face: Face<number>, min: number, max: number, unit = ""): Option<number> {
  return {
    ...face,
    read: (raw) => (/^\s*-?\d+\s*$/.test(raw) ? Number(raw) : raw),
    check: (value) =>
      Number.isInteger(value) && (value as number) >= min && (value as number) <= max
        ? { value: value as number }
        : { mustBe: `a whole number from ${min} to ${max}${unit && ` (${unit})`}` },
  };
}

/** A TCP port, 0 for any free one, or "off". */
export function portOrOff(face: Face<number | "off">): Option<number | "off"> {
  const port = integer({ ...face, fallback: 0 }, 0, 65535);
  return {
    ...face,
    read: (raw) => (raw.trim() === "off" ? "off" : port.read(raw)),
    check: (value) => {
      if (value === "off") return { value };
      const checked = port.check(value);
      return "value" in checked ? checked : { mustBe: `${checked.mustBe}, or "off"` };
    },
  };
}

/** One that may be left out. */
export const optionalInteger = (face: Face<undefined>, min: number, max: number): Option<number | undefined> => {
  const { read, check } = integer({ ...face, fallback: min }, min, max);
  return { ...face, read, check };
};

export function choice<T extends string>(face: Face<T>, allowed: readonly T[]): Option<T> {
  return {
    ...face,
    read: (raw) => raw.trim(),
    check: (value) =>
      allowed.includes(value as T) ? { value: value as T } : { mustBe: `one of ${allowed.join(", ")}` },
  };
}

/** Comma-separated in the environment, an array (or one text) in the file. */
export function list(
  face: Face<readonly string[]>,
  problem: (value: string) => string | undefined,
  problemOfAll: (values: readonly string[]) => string | undefined = () => undefined,
): Option<readonly string[]> {
  return {
    ...face,
    read: (raw) => splitList(raw),
    check: (value) => {
      const items: unknown[] = Array.isArray(value) ? value : [value];
      if (items.length === 0) return { mustBe: "at least one text" };
      for (const item of items) {
        if (typeof item !== "string") return { mustBe: "a text, or an array of texts" };
        const wrong = problem(item);
        if (wrong !== undefined) return { mustBe: wrong };
      }
      const wrong = problemOfAll(items as string[]);
      return wrong === undefined ? { value: items as string[] } : { mustBe: wrong };
    },
  };
}

/**
 * An array of the settings file, each item checked by itself; `example` shows a person what one looks like. What came is not
 * told: a command among it may hold a secret.
 */
export function listOf<T>(
  face: Omit<Face<readonly T[]>, "env" | "flag">,
  example: string,
  checkItem: (value: Readonly<Record<string, unknown>>) => Checked<T>,
): Option<readonly T[]> {
  return {
    ...face,
    read: (raw) => raw,
    check: (value) => {
      const mustBe = `an array of objects such as ${example}`;
      if (!Array.isArray(value)) return { mustBe: `${mustBe}, got no array` };
      const items: T[] = [];
      for (const [i, item] of (value as unknown[]).entries()) {
        if (typeof item !== "object" || item === null || Array.isArray(item)) {
          return { mustBe: `${mustBe}, got no object as item ${i + 1}` };
        }
        const checked = checkItem(item as Record<string, unknown>);
        if (!("value" in checked)) return { mustBe: `${mustBe}, got item ${i + 1}, whose ${checked.mustBe}` };
        items.push(checked.value);
      }
      return { value: items };
    },
  };
}

/** true or false. */
export function flag(face: Face<boolean>): Option<boolean> {
  return {
    ...face,
    read: (raw) => ({ true: true, false: false })[raw.trim()] ?? raw,
    check: (value) => (typeof value === "boolean" ? { value } : { mustBe: "true or false" }),
  };
}

export const splitList = (raw: string): string[] =>
  raw
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
