import { splitTarget } from "../sls/wire/request";
import type { GatewayRequest, RequestHead } from "./gateway/gateway";
import { parametersOf } from "./openapi/rpc";

/** The access key id that a request names, in the header of any signature version or among an OpenAPI call's parameters; it is not verified. */
export function callerOf(request: RequestHead & { readonly body?: Buffer }): string | undefined {
  const authorization = request.headers["authorization"] ?? "";
  const [, id] = /^LOG ([^:\s]+):/.exec(authorization) ?? /\bCredential=([^/,\s]+)/.exec(authorization) ?? [];
  return (id ?? (isRpc(request) ? parametersOf(request)["AccessKeyId"] : undefined))?.slice(0, 128);
}

/** The action of an OpenAPI call; undefined when its body must tell, and is not there yet. */
export function actionOf(request: RequestHead & { readonly body?: Buffer }): string | undefined {
  const named = request.headers["x-acs-action"] || splitTarget(request.url).query["Action"];
  if (named) return named;
  return isRpc(request) ? parametersOf(request)["Action"] || "-" : undefined;
}

function isRpc(request: RequestHead & { readonly body?: Buffer }): request is GatewayRequest {
  return request.target !== undefined && request.target.service !== "sls" && request.body !== undefined;
}
