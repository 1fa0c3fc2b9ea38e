/** Nouns that are stored, listed and given back as they came, and not acted on: a noun is a description, its five verbs are here. */
import { textField, type Json } from "../sls/fields";
import { jsonBody, page, projectOf, unixSeconds, type Operation, type SlsContext } from "../sls/context";
import { parameterInvalid, ServiceError } from "../sls/service-error";
import type { Kept, Stored } from "../store/store";

export type KeptOne = Stored<Json>;

export interface KeptNoun {
  /** `Dashboard`, as in DashboardNotExist. */
  readonly noun: string;
  /** The API's name of the list call. */
  readonly list: string;
  /** `dashboards`: of the path, and in the list's reply. */
  readonly path: string;
  /** Member of the body that holds the name. */
  readonly nameField: string;
  readonly scope: "account" | "project";
  readonly maximum: number;
  /** An update changes the members that it names, and leaves the others. @default it takes the place of all */
  readonly merges?: true;
  /** What is wrong with a body, or undefined. */
  problem?(body: Json): string | undefined;
  /** What a reply holds of one. @default the body as it came */
  describe?(one: KeptOne): object;
  /** Whether a list shows it. @default those of which the name holds the query's `nameField` */
  matches?(body: Json, query: SlsContext["query"]): boolean;
  /** A list's members beside `count` and `total`. @default the names */
  listed?(found: readonly KeptOne[]): object;
}

/** The shelf of a noun, made when it is first asked for. */
export function shelfOf(context: SlsContext, { path, scope }: Pick<KeptNoun, "path" | "scope">): Map<string, KeptOne> {
  const kept: Kept = scope === "project" ? projectOf(context).kept : context.store.kept;
  const shelf = kept.get(path) ?? new Map<string, KeptOne>();
  kept.set(path, shelf);
  return shelf;
}

/** 1 to 128 letters, digits, `-`, `_`, `.`: wider than any noun's own rule, of which few are documented. */
export const looseNameProblem = (field: string, name: string): string | undefined =>
  /^[A-Za-z0-9][\w.-]{0,127}$/.test(name)
    ? undefined
    : `${field} must be 1 to 128 letters, digits, hyphens, underscores and dots, got ${JSON.stringify(name)}`;

export function keptOf(context: SlsContext, noun: Pick<KeptNoun, "noun" | "path" | "scope">): KeptOne {
  const name = context.path["name"] ?? "";
  const one = shelfOf(context, noun).get(name);
  if (one === undefined) throw notExist(noun.noun, name);
  return one;
}

export const notExist = (noun: string, name: string): ServiceError =>
  new ServiceError(404, `${noun}NotExist`, `${noun} ${name} does not exist`);
export const alreadyExist = (noun: string, name: string): ServiceError =>
  new ServiceError(400, `${noun}AlreadyExist`, `${noun} ${name} already exists`);

const without = (body: Json, ...names: readonly string[]): Json =>
  Object.fromEntries(Object.entries(body).filter(([name]) => !names.includes(name)));

function checked(noun: KeptNoun, body: Json): Json {
  const name = textField(body, noun.nameField, parameterInvalid);
  const problem = looseNameProblem(noun.nameField, name) ?? noun.problem?.(body);
  if (problem !== undefined) throw parameterInvalid(problem);
  // The times are the server's.
  return without(body, "createTime", "lastModifyTime", "lastModifiedTime");
}

function create(noun: KeptNoun, context: SlsContext): object {
  const shelf = shelfOf(context, noun);
  const body = checked(noun, jsonBody(context));
  const name = String(body[noun.nameField]);
  if (shelf.has(name)) throw alreadyExist(noun.noun, name);
  if (shelf.size >= noun.maximum) {
    throw new ServiceError(400, "ExceedQuota", `${noun.noun} count exceeds ${noun.maximum}`);
  }
  const seconds = unixSeconds(context.now);
  shelf.set(name, { body, createTime: seconds, lastModifyTime: seconds });
  return {};
}

/** The name is the path's; one in the body must be the same. */
function update(noun: KeptNoun, context: SlsContext): object {
  const one = keptOf(context, noun);
  const given = jsonBody(context);
  const name = context.path["name"];
  const former = noun.merges ? one.body : {};
  const body = checked(noun, { ...former, ...given, [noun.nameField]: given[noun.nameField] ?? name });
  if (body[noun.nameField] !== name) {
    throw parameterInvalid(`${noun.nameField} ${String(body[noun.nameField])} is not the ${name} of the path`);
  }
  one.body = body;
  one.lastModifyTime = unixSeconds(context.now);
  return {};
}

function list(noun: KeptNoun, context: SlsContext): object {
  const wanted = context.query[noun.nameField] ?? "";
  const byName = (body: Json): boolean => String(body[noun.nameField]).includes(wanted);
  const found = [...shelfOf(context, noun).values()].filter(({ body }) =>
    noun.matches ? noun.matches(body, context.query) : byName(body),
  );
  const { items, ...counts } = page(context, found, 100);
  const names = (): object => ({ [noun.path]: items.map(({ body }) => body[noun.nameField]) });
  return { ...counts, ...(noun.listed ? noun.listed(items) : names()) };
}

export function keptOperations(noun: KeptNoun): readonly Operation[] {
  const { scope, path } = noun;
  const [all, one] = [`/${path}`, `/${path}/{name}`];
  const describe = noun.describe ?? (({ body }: KeptOne): object => body);
  return [
    { name: `Create${noun.noun}`, method: "POST", path: all, scope, handle: (context) => create(noun, context) },
    { name: noun.list, method: "GET", path: all, scope, handle: (context) => ({ json: list(noun, context) }) },
    {
      name: `Get${noun.noun}`,
      method: "GET",
      path: one,
      scope,
      handle: (context) => ({ json: describe(keptOf(context, noun)) }),
    },
    { name: `Update${noun.noun}`, method: "PUT", path: one, scope, handle: (context) => update(noun, context) },
    {
      name: `Delete${noun.noun}`,
      method: "DELETE",
      path: one,
      scope,
      handle: (context) => {
        keptOf(context, noun);
        shelfOf(context, noun).delete(context.path["name"] ?? "");
        return {};
      },
    },
  ];
}
