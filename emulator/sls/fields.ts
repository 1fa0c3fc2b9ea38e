/**
 * Readers of the fields of a JSON body. A missing field, `null` and (for text) a number are taken as clients mean them;
 * anything else of the wrong type is refused with the caller's error: a mistake of the client must never be a 500, which clients repeat.
 */
import type { ServiceError } from "./service-error";

export type Json = Readonly<Record<string, unknown>>;
export type Refuse = (why: string) => ServiceError;

export const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const shown = (value: unknown): string => JSON.stringify(value)?.slice(0, 60) ?? "nothing";

/** Text, or a number as text; `missing` where there is none. */
export function textField(body: Json, name: string, refuse: Refuse, missing = ""): string {
  const value = body[name] ?? missing;
  if (typeof value === "string") return value;
  if (typeof value === "number") return String(value);
  throw refuse(`${name} must be a text, got ${shown(value)}`);
}

export function objectField(body: Json, name: string, refuse: Refuse): Json {
  const value = body[name] ?? {};
  if (isObject(value)) return value;
  throw refuse(`${name} must be an object, got ${shown(value)}`);
}

export function listField(body: Json, name: string, refuse: Refuse): readonly unknown[] {
  const value = body[name] ?? [];
  if (Array.isArray(value)) return value;
  throw refuse(`${name} must be a list, got ${shown(value)}`);
}

export function textListField(body: Json, name: string, refuse: Refuse): string[] {
  return listField(body, name, refuse).map((item) => {
    if (typeof item === "string") return item;
    throw refuse(`${name} must be a list of texts, got ${shown(item)} in it`);
  });
}

/** JSON text in a query parameter: Go sends `tags=null` for none. */
export function jsonParameter(query: Readonly<Record<string, string>>, name: string, refuse: Refuse): Json {
  try {
    return { [name]: JSON.parse(query[name] ?? "null") as unknown };
  } catch {
    throw refuse(`${name} is not valid JSON`);
  }
}
