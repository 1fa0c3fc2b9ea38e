/** Log Service: finds the operation, verifies who asks, answers in the service's form. */
import { randomBytes } from "node:crypto";
import { splitTarget, type Credentials } from "../../sls/wire/request";
import type { GatewayReply, GatewayRequest } from "../gateway/gateway";
import { operations } from "../operations";
import type { Store } from "../store/store";
import { authenticate } from "./authenticate";
import { greeting } from "./connectivity";
import { unixSeconds, type Operation, type SlsContext, type SlsReply } from "./context";
import { parameterInvalid, ServiceError } from "./service-error";

export interface SlsServiceOptions {
  readonly store: Store;
  readonly keys: ReadonlyMap<string, Credentials>;
  readonly now: () => Date;
}

export interface SlsAnswer {
  readonly reply: GatewayReply;
  /** The API's name, or `-` when no operation matched. */
  readonly operation: string;
  readonly project: string | undefined;
  readonly errorCode: string | undefined;
}

interface Route {
  readonly operation: Operation;
  readonly pattern: RegExp;
}

const routes: readonly Route[] = operations.map((operation) => ({
  operation,
  pattern: new RegExp(`^${operation.path.replace(/\{(\w+)\}/g, "(?<$1>[^/]+)")}$`),
}));

interface Found {
  readonly operation: Operation;
  /** Percent-escapes kept. */
  readonly path: Readonly<Record<string, string>>;
}

function decoded(path: Found["path"]): Record<string, string> {
  try {
    return Object.fromEntries(Object.entries(path).map(([name, part]) => [name, decodeURIComponent(part)]));
  } catch {
    throw parameterInvalid("the path holds a percent escape that is none");
  }
}

function find(method: string, path: string, type: string | undefined, hasProject: boolean): Found | undefined {
  const verb = method === "HEAD" ? "GET" : method;
  for (const { operation, pattern } of routes) {
    if (operation.method !== verb) continue;
    if (operation.scope && (operation.scope === "project") !== hasProject) continue;
    if (operation.type && !operation.type.includes(type ?? "")) continue;
    const match = pattern.exec(path);
    if (match) return { operation, path: match.groups ?? {} };
  }
  return undefined;
}

export function answerSls(
  request: GatewayRequest,
  region: string,
  hostProject: string | undefined,
  options: SlsServiceOptions,
): SlsAnswer {
  const now = options.now();
  const project = request.headers["x-log-project"] || hostProject;
  const { path, query } = splitTarget(request.url);
  const found = find(request.method, path, query["type"], project !== undefined);
  const requestId = randomBytes(12).toString("hex").toUpperCase();
  const tell = (status: number, reply: SlsReply, errorCode?: string): SlsAnswer => ({
    reply: toHttp(status, reply, now, requestId),
    operation: found?.operation.name ?? "-",
    project,
    errorCode,
  });
  const { authorization } = request.headers;
  const hello = greeting({ method: request.method, path, project: hostProject, authorization }, requestId);
  if (hello !== undefined) {
    const operation = hello.isCheck ? "ConnectivityCheck" : "-";
    return { ...tell(hello.status, hello.reply, "OLSInvalidMethod"), operation };
  }
  try {
    const signed = {
      method: request.method,
      path,
      query,
      headers: { ...request.headers, host: request.host },
      body: request.body,
    };
    if (found?.operation.anonymous !== true) authenticate(signed, options.keys, now);
    if (found === undefined) throw notServed(request.method, path);
    const given = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== ""));
    const context: SlsContext = {
      store: options.store,
      now,
      region,
      projectName: project,
      path: decoded(found.path),
      query: given,
      headers: request.headers,
      body: request.body,
    };
    return tell(200, found.operation.handle(context));
  } catch (error) {
    const known = error instanceof ServiceError ? error : internal(error);
    return tell(known.status, { json: { errorCode: known.code, errorMessage: known.message } }, known.code);
  }
}

const notServed = (method: string, path: string): ServiceError =>
  new ServiceError(
    405,
    "InvalidMethod",
    `${method} ${path}: there is no such operation, or the local cloud does not serve it yet`,
  );

function internal(error: unknown): ServiceError {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new ServiceError(500, "InternalServerError", `the local cloud failed: ${message}`);
}

function toHttp(status: number, reply: SlsReply, now: Date, requestId: string): GatewayReply {
  const body = reply.bytes ?? (reply.json === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(reply.json)));
  return {
    status,
    body,
    headers: {
      ...(reply.json === undefined ? {} : { "content-type": "application/json" }),
      server: "cdktf-sls-local",
      date: now.toUTCString(),
      "access-control-allow-origin": "*",
      "x-log-requestid": requestId,
      "x-log-time": String(unixSeconds(now)),
      ...reply.headers,
    },
  };
}
