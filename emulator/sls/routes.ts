/** Which operation a request means: by method, path, `type` and whether it is for a project. */
import { splitTarget } from "../../sls/wire/request";
import type { RequestHead } from "../gateway/gateway";
import { operations } from "../operations";
import type { Operation } from "./context";

interface Pattern {
  readonly operation: Operation;
  readonly pattern: RegExp;
}

const patterns: readonly Pattern[] = operations.map((operation) => ({
  operation,
  pattern: new RegExp(`^${operation.path.replace(/\{(\w+)\}/g, "(?<$1>[^/]+)")}$`),
}));

export interface Route {
  /** Undefined when none matches. */
  readonly operation: Operation | undefined;
  /** From `x-log-project`, or the host. */
  readonly project: string | undefined;
  readonly path: string;
  /** Parts of the path that the operation names; percent-escapes kept. */
  readonly parts: Readonly<Record<string, string>>;
  /** Decoded. */
  readonly query: Readonly<Record<string, string>>;
}

export function routeOf(head: Pick<RequestHead, "method" | "url" | "headers">, hostProject: string | undefined): Route {
  const project = head.headers["x-log-project"] || hostProject;
  const { path, query } = splitTarget(head.url);
  const verb = head.method === "HEAD" ? "GET" : head.method;
  for (const { operation, pattern } of patterns) {
    if (operation.method !== verb) continue;
    if (operation.scope && (operation.scope === "project") !== (project !== undefined)) continue;
    if (operation.type && !operation.type.includes(query["type"] ?? "")) continue;
    const match = pattern.exec(path);
    if (match) return { operation, project, path, parts: match.groups ?? {}, query };
  }
  return { operation: undefined, project, path, parts: {}, query };
}
