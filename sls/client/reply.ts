import { SlsError } from "../model/errors";
import type { HttpReply } from "./transport";

export const header = (reply: HttpReply, name: string): string | undefined => {
  const value = reply.headers[name];
  return Array.isArray(value) ? value[0] : value;
};

const remedies: Readonly<Record<string, string>> = {
  SignatureNotMatch: "the access key secret does not belong to this access key id; check both for missing characters",
  Unauthorized: "the access key may be disabled, or its RAM policy lacks this action",
  RequestTimeExpired: "the clock of this machine is more than 15 minutes off",
  ProjectNotExist: "check project and region; a project lives in one region; `cdktf deploy` makes it",
};

/** What a reply other than 200 says, as an SlsError; `cause` is the reply, so that `serverTime` can be read from it. */
export function replyError(reply: HttpReply, what: string): SlsError {
  const requestId = header(reply, "x-log-requestid");
  const ids = { httpStatus: reply.status, ...(requestId ? { requestId } : {}), cause: reply };
  if (reply.status === 407) {
    return new SlsError(
      "ProxyAuthenticationRequired",
      `${what}: HTTP 407: the proxy wants another user and password; write them into its address, ` +
        `http://user:password@host:port in HTTPS_PROXY, HTTP_PROXY or ALL_PROXY, with special characters percent-encoded`,
      ids,
    );
  }
  const text = reply.body.toString("utf8");
  const { errorCode, errorMessage } = errorFields(text);
  if (errorCode === undefined || requestId === undefined) {
    return new SlsError(
      "BadResponse",
      `${what}: HTTP ${reply.status}, and not from Log Service: ${JSON.stringify(text.slice(0, 200))}; ` +
        `a proxy or another server may have answered: check the endpoint and HTTPS_PROXY`,
      ids,
    );
  }
  const remedy = remedies[errorCode];
  const id = requestId ? `, request ${requestId}` : "";
  return new SlsError(
    errorCode,
    `${what}: ${errorCode}: ${errorMessage} (HTTP ${reply.status}${id})${remedy ? `; ${remedy}` : ""}`,
    ids,
  );
}

function errorFields(text: string): { errorCode?: string; errorMessage?: string } {
  try {
    const json = JSON.parse(text) as Record<string, unknown>;
    const { errorCode, errorMessage } = json;
    if (typeof errorCode === "string") return { errorCode, errorMessage: String(errorMessage ?? "") };
  } catch {
    // not JSON: not the service
  }
  return {};
}
