import type { RequestHead } from "../gateway/gateway";
import type { Target } from "../gateway/hosts";
import { actionOf } from "../caller";
import { routeOf } from "../sls/routes";
import type { FaultFacts } from "./faults";

/** What faults are chosen by; undefined when the body must be read first, as the action of an OpenAPI call may lie there. */
export function factsOf(request: RequestHead & { readonly body?: Buffer }, target: Target): FaultFacts | undefined {
  const { method, host, headers } = request;
  const client = headers["user-agent"];
  const known = { service: target.service, method, host, ...(client ? { client } : {}) };
  if (target.service !== "sls") {
    const operation = actionOf(request);
    return operation === undefined ? undefined : { ...known, operation };
  }
  const { operation, project, parts } = routeOf(request, target.project);
  const logstore = parts["logstore"];
  return {
    ...known,
    operation: operation?.name ?? "-",
    ...(project ? { project } : {}),
    ...(logstore ? { logstore } : {}),
  };
}
