/** What an operation gets and gives. */
import type { Logstore } from "../store/logstore";
import type { Project, Store } from "../store/store";
import type { Quotas } from "./quotas";
import { logStoreNotExist, parameterInvalid, postBodyInvalid, projectNotExist } from "./service-error";

export interface SlsReply {
  readonly headers?: Readonly<Record<string, string>>;
  /** An object becomes JSON; nothing becomes an empty reply without a content type. */
  readonly json?: unknown;
  readonly bytes?: Buffer;
}

export interface SlsContext {
  readonly store: Store;
  readonly quotas: Quotas;
  readonly now: Date;
  readonly region: string;
  /** From the host name, or `x-log-project`. */
  readonly projectName: string | undefined;
  /** Parts of the path that the route names. */
  readonly path: Readonly<Record<string, string>>;
  /** Decoded; parameters with an empty value are left out, as if not given. */
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  /** As sent, perhaps compressed. */
  readonly body: Buffer;
}

export interface Operation {
  /** The API's name, as in RAM actions. */
  readonly name: string;
  readonly method: string;
  /** `/logstores/{logstore}/shards/lb`; `type` in the query may tell operations on one path apart. */
  readonly path: string;
  /** Only for requests with this `type`. */
  readonly type?: readonly string[];
  /** `account`: on the host without a project; `project`: on a project's; left out: on both. */
  readonly scope?: "account" | "project";
  /** Served without a signature. */
  readonly anonymous?: true;
  handle(context: SlsContext): SlsReply;
}

export const unixSeconds = (date: Date): number => Math.floor(date.getTime() / 1000);

export function projectOf({ store, projectName = "", region }: SlsContext): Project {
  const project = store.projects.get(projectName);
  if (project === undefined || project.region !== region) throw projectNotExist(projectName);
  return project;
}

export function logstoreOf(context: SlsContext): Logstore {
  const name = context.path["logstore"] ?? "";
  const logstore = projectOf(context).logstores.get(name);
  if (logstore === undefined) throw logStoreNotExist(name);
  return logstore;
}

export function jsonBody(context: SlsContext): Record<string, unknown> {
  const json = jsonValue(context);
  if (typeof json === "object" && json !== null && !Array.isArray(json)) return json as Record<string, unknown>;
  throw postBodyInvalid("The body must be a JSON object.");
}

export function jsonValue({ body }: SlsContext): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    throw parameterInvalid("The body is not valid json string.");
  }
}

/** `offset` and `size` of a list call. */
export function page<T>(
  { query }: SlsContext,
  all: readonly T[],
  defaultSize = 500,
): { count: number; total: number; items: T[] } {
  const offset = Number(query["offset"] ?? 0);
  const size = Number(query["size"] ?? defaultSize);
  if (!Number.isInteger(offset) || offset < 0) throw parameterInvalid("Invalid parameter offset");
  if (!Number.isInteger(size) || size < 0 || size > 500) throw parameterInvalid("Invalid parameter size");
  const items = all.slice(offset, offset + size);
  return { count: items.length, total: all.length, items };
}
