/** What the service wants of the headers of every signed request, before it looks at the signature. Source: SLS API reference, "Error codes". */
import type { GatewayRequest } from "../gateway/gateway";
import { ServiceError } from "./service-error";

const bad = (code: string, message: string): ServiceError => new ServiceError(400, code, message);

const versions = ["0.6.0", "0.4.0"];
/** Clients send these without one: the Python SDK's tags, resources and topostores. */
const untyped = /^\/((system)?(un)?tag|policy|(resources|topostores)(\/.*)?)$/;

export function checkHeaders({ method, headers, body }: GatewayRequest, path: string): void {
  const writes = method === "POST" || method === "PUT";
  // `@alicloud/sls20201230` streams every body, in chunks.
  if (writes && headers["content-length"] === undefined && headers["transfer-encoding"] === undefined) {
    throw new ServiceError(
      411,
      "MissingContentLength",
      "Content-Length does not exist in http header when it is necessary.",
    );
  }
  if (body.length > 0 && !headers["content-type"] && !untyped.test(path)) {
    throw bad("MissingContentType", "Content-Type does not exist in http header when body is not empty.");
  }
  const version = headers["x-log-apiversion"];
  if (version && !versions.includes(version)) {
    throw bad("InvalidAPIVersion", `x-log-apiversion ${version} is unsupported.`);
  }
  const [, id = ""] = /^LOG ([^:]*):/.exec(headers["authorization"] ?? "") ?? [];
  if (id !== "" && !/^[\w.-]{1,128}$/.test(id)) {
    throw new ServiceError(401, "InvalidAccessKeyId", "The access key id is not one.");
  }
}
