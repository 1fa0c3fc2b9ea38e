/** What the service answers to `curl http://HOST`: the sign that the network is fine, as its proxy guide shows it. */
import type { SlsReply } from "./context";

/** Agents ask these two for their configuration, in a protocol that is not public. */
const agentHosts = /^(?:logtail|ali-[a-z0-9-]+-sls-admin)$/;

export interface Greeting {
  readonly status: number;
  readonly reply: SlsReply;
  /** Whether it is the check itself; else something was asked that this host alone could answer. */
  readonly isCheck: boolean;
}

/**
 * An unsigned `GET /`, and everything at an agent's control plane; undefined: a request for an operation.
 * The body is of the older form, `{"Error": {"Code", "Message", "RequestId"}}`.
 */
export function greeting(
  request: {
    readonly method: string;
    readonly path: string;
    readonly project: string | undefined;
    readonly authorization: string | undefined;
  },
  requestId: string,
): Greeting | undefined {
  const { method, path, project = "", authorization } = request;
  const isCheck = path === "/" && (method === "GET" || method === "HEAD") && !authorization;
  if (!isCheck && !agentHosts.test(project)) return undefined;
  const error = { Code: "OLSInvalidMethod", Message: `The script name is invalid : ${path}`, RequestId: requestId };
  return { status: 405, reply: { json: { Error: error } }, isCheck };
}
