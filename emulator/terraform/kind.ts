/** What the schema file does not say about a resource, and its life in the service. One file a resource in `resources/`. */
import type { Cloud } from "./cloud";
import { parsed, parsedList } from "./json-text";
import { isZero, mapsOf, sameValue, textOf, type Value, type ValueMap } from "./values";

export interface Problem {
  readonly message: string;
  readonly attribute?: string;
}
/** Looks at a configuration in which anything may be unknown yet. */
export type Check = (config: ValueMap) => Problem | undefined;

/** What was made, with what no read tells again, such as a secret. */
export interface Created {
  readonly id: string;
  readonly told: ValueMap;
}

export interface ResourceKind {
  /** `alicloud_log_store` */
  readonly type: string;
  /** `project:logstore`: how an id is put together, and what to import by. */
  readonly idForm: string;
  /** Arguments of which a change replaces the resource. */
  readonly forceNew: readonly string[];
  /** Values of arguments that were left out, by path: `retention_period`, `field_search.type`. */
  readonly defaults?: Readonly<Record<string, Value>>;
  /** Blocks that the service fills in when they are left out. */
  readonly computedBlocks?: readonly string[];
  readonly checks?: readonly Check[];
  /** How an argument is spelt in the state. */
  readonly spelling?: Readonly<Record<string, (value: string) => string>>;
  /** Differences that are none, by path: the argument keeps its former value. `resource` is the block that the argument is in. */
  readonly unchanged?: Readonly<Record<string, (prior: Value, wanted: Value, resource: ValueMap) => boolean>>;
  /** Makes it and returns its id. In a plan that is being carried out nothing is unknown: what was, is null. */
  create(cloud: Cloud, planned: ValueMap): Promise<string | Created>;
  /** After `create` (`prior` undefined then) and at each change. */
  update?(cloud: Cloud, id: string, planned: ValueMap, prior: ValueMap | undefined): Promise<void>;
  /** What was found; attributes that it does not name keep their value. Undefined: there is none (any more). */
  read(cloud: Cloud, id: string, state: ValueMap): Promise<ValueMap | undefined>;
  remove(cloud: Cloud, id: string, state: ValueMap): Promise<void>;
}

/** Whether an argument changes; at creation, whether it is given. */
export const changes = (name: string, planned: ValueMap, prior: ValueMap | undefined): boolean =>
  prior === undefined ? !isZero(planned[name]) : !sameValue(planned[name], prior[name]);

const given = (config: ValueMap, name: string): boolean => config[name] !== null && config[name] !== undefined;
const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(", ");

export const oneOf =
  (attribute: string, allowed: readonly string[]): Check =>
  (config) => {
    const value = config[attribute];
    if (typeof value !== "string" || allowed.includes(value)) return undefined;
    return { attribute, message: `${attribute} must be one of ${quoted(allowed)}, got ${JSON.stringify(value)}.` };
  };

/** Every value at a path through blocks: `schedule.type`. */
function valuesAt(config: ValueMap, path: string): Value[] {
  const [name = "", ...rest] = path.split(".");
  const value = config[name] ?? null;
  if (rest.length === 0) return [value];
  return mapsOf(value).flatMap((inner) => valuesAt(inner, rest.join(".")));
}

/** As oneOf, for an argument within blocks. */
export const oneOfIn =
  (path: string, allowed: readonly (string | number)[]): Check =>
  (config) => {
    const wrong = valuesAt(config, path).find(
      (value) => (typeof value === "string" || typeof value === "number") && !allowed.includes(value),
    );
    if (wrong === undefined) return undefined;
    const attribute = path.split(".")[0] ?? path;
    const names = allowed.map((value) => JSON.stringify(value)).join(", ");
    return { attribute, message: `${path} must be one of ${names}, got ${JSON.stringify(wrong)}.` };
  };

/** The argument, perhaps within blocks, holds JSON in a text. */
export const isJson =
  (path: string, what: "object" | "list"): Check =>
  (config) => {
    const read = what === "list" ? parsedList : parsed;
    const wrong = valuesAt(config, path).find((value) => typeof value === "string" && read(value) === undefined);
    if (wrong === undefined) return undefined;
    const attribute = path.split(".")[0] ?? path;
    return { attribute, message: `${path} must be a JSON ${what}; jsonencode(...) makes one.` };
  };

export const between =
  (attribute: string, min: number, max: number): Check =>
  (config) => {
    const value = config[attribute];
    if (typeof value !== "number" || (value >= min && value <= max)) return undefined;
    return { attribute, message: `${attribute} must be ${min} to ${max}, got ${value}.` };
  };

export const matches =
  (attribute: string, pattern: RegExp, words: string): Check =>
  (config) => {
    const value = config[attribute];
    if (typeof value !== "string" || pattern.test(value)) return undefined;
    return { attribute, message: `${attribute} must be ${words}, got ${JSON.stringify(value)}.` };
  };

export const exactlyOneOf =
  (...names: readonly string[]): Check =>
  (config) => {
    const found = names.filter((name) => given(config, name));
    if (found.length === 1) return undefined;
    const came = found.length === 0 ? "none" : quoted(found);
    return { message: `Exactly one of ${quoted(names)} must be given, got ${came}.` };
  };

export const atLeastOneOf =
  (...names: readonly string[]): Check =>
  (config) =>
    names.some((name) => given(config, name))
      ? undefined
      : { message: `At least one of ${quoted(names)} must be given, got none.` };

export const notTogether =
  (attribute: string, other: string): Check =>
  (config) =>
    given(config, attribute) && given(config, other)
      ? { attribute, message: `"${attribute}" and "${other}" exclude one another: leave one of them out.` }
      : undefined;

/** Splits an id at colons; throws where it has not as many parts as `idForm`. */
export function idParts(id: string, idForm: string): string[] {
  const parts = id.split(":");
  const wanted = idForm.split(":").length;
  if (parts.length === wanted && parts.every((part) => part !== "")) return parts;
  throw new Error(`An id has the form ${idForm}, got ${JSON.stringify(id)}.`);
}

/** The first of these arguments that is given: some have an old and a new name. */
export function eitherOf(resource: ValueMap, ...names: readonly string[]): string {
  return names.map((name) => textOf(resource[name])).find(Boolean) ?? "";
}
