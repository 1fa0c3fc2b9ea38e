/** Log Service: finds the operation, verifies who asks, answers in the service's form. */
import { randomBytes } from "node:crypto";
import { splitTarget } from "../../sls/wire/request";
import { authorize } from "../access/authorize";
import { requestFacts } from "../access/facts";
import type { Identities, Principal } from "../access/principal";
import type { GatewayReply, GatewayRequest } from "../gateway/gateway";
import { operations } from "../operations";
import type { Store } from "../store/store";
import { neededAccess } from "./access";
import { authenticate } from "./authenticate";
import { unixSeconds, type Operation, type SlsContext, type SlsReply } from "./context";
import { parameterInvalid, projectNotExist, ServiceError, unauthorized } from "./service-error";

export interface SlsServiceOptions {
  readonly store: Store;
  readonly identities: Identities;
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
  const tell = (status: number, reply: SlsReply, errorCode?: string): SlsAnswer => ({
    reply: toHttp(status, reply, now),
    operation: found?.operation.name ?? "-",
    project,
    errorCode,
  });
  try {
    const signed = {
      method: request.method,
      path,
      query,
      headers: { ...request.headers, host: request.host },
      body: request.body,
    };
    const anonymous = found?.operation.anonymous === true;
    const principal = anonymous ? undefined : authenticate(signed, options.identities, now);
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
    checkAccess(request, principal, found.operation, context, options.identities);
    return tell(200, found.operation.handle(context));
  } catch (error) {
    const known = error instanceof ServiceError ? error : internal(error);
    return tell(known.status, { json: { errorCode: known.code, errorMessage: known.message } }, known.code);
  }
}

/** Throws Unauthorized. `principal` undefined: the operation needs no signature. */
function checkAccess(
  request: GatewayRequest,
  principal: Principal | undefined,
  operation: Operation,
  context: SlsContext,
  { state }: Identities,
): void {
  const project = context.store.projects.get(context.projectName ?? "");
  const policy = project?.policy ?? "";
  if (policy === "" && (principal === undefined || principal.type === "root")) return;
  if (context.projectName !== undefined && operation.name !== "CreateProject" && project?.region !== context.region) {
    throw projectNotExist(context.projectName);
  }
  const { actions, resources } = neededAccess(operation, context);
  const facts = requestFacts(request, context.now);
  for (const resource of resources) {
    const question = { actions: actions.map((action) => `log:${action}`), resource, facts };
    if (authorize(state, principal, question, policy) === "Allow") continue;
    throw unauthorized(`denied by sts or ram, action: log:${actions[0]}, resource: ${resource}`);
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

function toHttp(status: number, reply: SlsReply, now: Date): GatewayReply {
  const body = reply.bytes ?? (reply.json === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(reply.json)));
  return {
    status,
    body,
    headers: {
      ...(reply.json === undefined ? {} : { "content-type": "application/json" }),
      server: "cdktf-sls-local",
      date: now.toUTCString(),
      "access-control-allow-origin": "*",
      "x-log-requestid": randomBytes(12).toString("hex").toUpperCase(),
      "x-log-time": String(unixSeconds(now)),
      ...reply.headers,
    },
  };
}
