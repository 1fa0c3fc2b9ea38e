/** Log Service: finds the operation, verifies who asks, answers in the service's form. */
import { authorize } from "../access/authorize";
import { requestFacts } from "../access/facts";
import type { Identities, Principal } from "../access/principal";
import type { GatewayReply, GatewayRequest } from "../gateway/gateway";
import type { Store } from "../store/store";
import { neededAccess, projectIn } from "./access";
import { authenticate } from "./authenticate";
import { checkHeaders } from "./check-headers";
import type { Operation, SlsContext } from "./context";
import type { Quotas } from "./quotas";
import { connectivityReply, slsErrorReply, slsReply } from "./reply";
import { routeOf, type Route } from "./routes";
import { parameterInvalid, projectNotExist, ServiceError, unauthorized, unsupported } from "./service-error";

export interface SlsServiceOptions {
  readonly store: Store;
  readonly identities: Identities;
  readonly quotas: Quotas;
  readonly now: () => Date;
}

export interface SlsAnswer {
  readonly reply: GatewayReply;
  /** The API's name, or `-` when no operation matched. */
  readonly operation: string;
  readonly project: string | undefined;
  readonly errorCode: string | undefined;
  /** Whether the request is one that the local cloud does not serve. */
  readonly unsupported: boolean;
}

function decoded(parts: Route["parts"]): Record<string, string> {
  try {
    return Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, decodeURIComponent(part)]));
  } catch {
    throw parameterInvalid("the path holds a percent escape that is none");
  }
}

export function answerSls(
  request: GatewayRequest,
  region: string,
  hostProject: string | undefined,
  options: SlsServiceOptions,
): SlsAnswer {
  const now = options.now();
  const route = routeOf(request, hostProject);
  const { operation, project, path, query } = route;
  const tell = (reply: GatewayReply, code?: string, unserved = false): SlsAnswer => ({
    reply,
    operation: operation?.name ?? "-",
    project,
    errorCode: code,
    unsupported: unserved,
  });
  if (isConnectivityCheck(request, path)) return tell(connectivityReply(path, now), "OLSInvalidMethod");
  if (agentHosts.test(hostProject ?? "")) return tell(connectivityReply(path, now), "OLSInvalidMethod", true);
  try {
    const { method, body } = request;
    const signed = { method, path, query, headers: { ...request.headers, host: request.host }, body };
    let principal: Principal | undefined;
    if (operation?.anonymous !== true) {
      checkHeaders(request, path);
      principal = authenticate(signed, options.identities, now);
    }
    if (operation === undefined) throw notServed(method, path, query["type"]);
    const context: SlsContext = {
      store: options.store,
      quotas: options.quotas,
      now,
      region,
      projectName: project,
      path: decoded(route.parts),
      query: Object.fromEntries(Object.entries(query).filter(([, value]) => value !== "")),
      headers: request.headers,
      body,
    };
    checkAccess(request, principal, operation, context, options.identities);
    options.quotas.takeOperation(operation.name, project ?? "", rawSize(request), now);
    return tell(slsReply(200, operation.handle(context), now));
  } catch (error) {
    const known = error instanceof ServiceError ? error : internal(error);
    return tell(slsErrorReply(known, now), known.code, known.unsupported || operation === undefined);
  }
}

/** Agents ask these two for their configuration, in a protocol that is not public. */
const agentHosts = /^(?:logtail|ali-[a-z0-9-]+-sls-admin)$/;

/** `curl http://PROJECT.ENDPOINT`, as the manual tells people to test their network. */
const isConnectivityCheck = ({ headers, method }: GatewayRequest, path: string): boolean =>
  path === "/" && (method === "GET" || method === "HEAD") && !headers["authorization"] && !headers["x-log-apiversion"];

/** Bytes before compression, as quotas count them. */
function rawSize({ headers, body }: GatewayRequest): number {
  const stated = headers["x-log-compresstype"] ? Number(headers["x-log-bodyrawsize"]) : body.length;
  return Number.isFinite(stated) && stated > 0 ? stated : body.length;
}

function notServed(method: string, path: string, type: string | undefined): ServiceError {
  const what = `${method} ${path}${type === undefined ? "" : `?type=${type}`}`;
  return unsupported(405, "InvalidMethod", `${what}: there is no such operation, or the local cloud does not serve it`);
}

/** Throws Unauthorized. `principal` undefined: the operation needs no signature. */
function checkAccess(
  request: GatewayRequest,
  principal: Principal | undefined,
  operation: Operation,
  context: SlsContext,
  { state }: Identities,
): void {
  const { projects } = context.store;
  const isFree = principal === undefined || principal.type === "root";
  const project = projects.get(context.projectName ?? "");
  const isThere = context.projectName === undefined || project?.region === context.region;
  if (!isThere && !isFree && operation.name !== "CreateProject") throw projectNotExist(context.projectName ?? "");
  const { actions, resources } = neededAccess(operation, context);
  const facts = requestFacts(request, context.now);
  for (const resource of resources) {
    const policy = projects.get(projectIn(resource))?.policy ?? "";
    if (policy === "" && isFree) continue;
    const question = { actions: actions.map((action) => `log:${action}`), resource, facts };
    if (authorize(state, principal, question, policy) === "Allow") continue;
    throw unauthorized(`denied by sts or ram, action: log:${actions[0]}, resource: ${resource}`);
  }
}

function internal(error: unknown): ServiceError {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new ServiceError(500, "InternalServerError", `the local cloud failed: ${message}`);
}
