/** Errors of the services that clients must live with, by their codes. Texts and statuses: SLS API reference, "Error codes"; OpenAPI, "Common errors". */
import type { FaultError } from "./fault-rule";

const presets = {
  WriteQuotaExceed: [403, "Project write quota exceed: qps"],
  ShardWriteQuotaExceed: [403, "Write quota is exceeded: shard write quota"],
  ReadQuotaExceed: [403, "Project read quota exceed: qps"],
  ShardReadQuotaExceed: [403, "Read quota is exceeded: shard read quota"],
  ExceedQuota: [403, "The quota is exceeded."],
  ProjectForbidden: [403, "The project is forbidden."],
  Unauthorized: [401, "The caller is not authorized to perform the action."],
  InvalidAccessKeyId: [401, "The access key id is invalid, or the service is not opened."],
  SecurityTokenExpired: [401, "The security token has expired."],
  SignatureNotMatch: [401, "Signature is not matched."],
  RequestTimeExpired: [400, "Request time has been expired."],
  RequestTimeTooSkewed: [400, "The difference between the request time and the current time is too large."],
  ParameterInvalid: [400, "Invalid parameter."],
  PostBodyInvalid: [400, "The body is not valid."],
  ProjectNotExist: [404, "The Project does not exist."],
  LogStoreNotExist: [404, "The logstore does not exist."],
  RequestTimeout: [500, "The request timed out."],
  InternalServerError: [500, "Internal server error."],
  NotImplemented: [501, "The operation is not implemented."],
  BadGateway: [502, "Bad gateway."],
  ServerBusy: [503, "The server is busy, please try again later."],
  ServiceUnavailable: [503, "The request has failed due to a temporary failure of the server."],
  Throttling: [400, "Request was denied due to request throttling."],
  "Throttling.User": [400, "Request was denied due to user flow control."],
} as const satisfies Readonly<Record<string, readonly [status: number, message: string]>>;

export type FaultPreset = keyof typeof presets;

export const presetNames = Object.keys(presets) as readonly FaultPreset[];

export const isPreset = (name: string): name is FaultPreset => Object.hasOwn(presets, name);

export function presetError(code: FaultPreset): FaultError {
  const [status, message] = presets[code];
  return { status, code, message };
}
