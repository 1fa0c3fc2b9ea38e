/** What went wrong, as a diagnostic that says what to do. */
import { attributePath, type Diagnostic } from "./protocol";

/** A call that the service refused, or that never reached it. */
export class CallError extends Error {
  constructor(
    /** The API operation, such as `CreateProject`. */
    readonly call: string,
    /** The service's own code, or `RequestError` where no reply came. */
    readonly code: string,
    message: string,
    readonly httpStatus = 0,
    readonly requestId?: string,
  ) {
    super(message);
    this.name = "CallError";
  }
}

/** Something that the user wrote, at an attribute where it can be told. */
export class UserError extends Error {
  constructor(
    readonly summary: string,
    detail: string,
    readonly attribute?: string,
  ) {
    super(detail);
    this.name = "UserError";
  }
}

export const isGone = (error: unknown, ...codes: string[]): boolean =>
  error instanceof CallError && codes.includes(error.code);

const wrongSecret =
  "The secret does not belong to the access key. Check secret_key, or ALICLOUD_SECRET_KEY (ALIBABA_CLOUD_ACCESS_KEY_SECRET); " +
  "`cdktf-sls local env` prints the pair that the local cloud takes.";
const wrongKey =
  "The access key is not known here. Check access_key, or ALICLOUD_ACCESS_KEY (ALIBABA_CLOUD_ACCESS_KEY_ID); " +
  "`cdktf-sls local env` prints the pair that the local cloud takes.";

const notAllowed =
  "The access key's policies do not allow this. Attach one that does (alicloud_ram_policy with alicloud_ram_user_policy_attachment or " +
  "alicloud_ram_role_policy_attachment), or use the account's own key, which `cdktf-sls local env` prints.";

const remedies: Readonly<Record<string, string>> = {
  SignatureNotMatch: wrongSecret,
  SignatureDoesNotMatch: wrongSecret,
  InvalidAccessKeySecret: wrongSecret,
  InvalidAccessKeyId: wrongKey,
  "InvalidAccessKeyId.NotFound": wrongKey,
  Unauthorized: wrongKey,
  NoPermission: notAllowed,
  "Forbidden.RAM": notAllowed,
  "EntityAlreadyExists.User": "Choose another name, or import the user.",
  "EntityAlreadyExists.Role": "Choose another name, or import the role.",
  "EntityAlreadyExists.Policy": "Choose another name, or import the policy.",
  "EntityAlreadyExists.OIDCProvider": "Choose another name, or import the identity provider.",
  "DeleteConflict.User.AccessKey": "Delete the user's access keys first, or set force = true.",
  "DeleteConflict.User.Policy": "Detach the user's policies first, or set force = true.",
  "DeleteConflict.Policy.Version": "Delete the policy's other versions first, or set force = true.",
  ProjectAlreadyExist:
    "Project names are unique over all of Alibaba Cloud: choose another name, or import the project.",
  LogStoreAlreadyExist: "Choose another name, or import the logstore.",
  IndexAlreadyExist: "A logstore has one index: import the one that it has.",
  MachineGroupAlreadyExist: "Choose another name, or import the machine group.",
  ConfigAlreadyExist: "Choose another name, or import the Logtail config.",
  ProjectNotExist:
    "Make the project first (reference its resource, so that Terraform orders them), and check the region.",
  LogStoreNotExist: "Make the logstore first (reference its resource, so that Terraform orders them).",
  ConfigNotExist: "Make the Logtail config first (reference its resource, so that Terraform orders them).",
  MachineGroupNotExist: "Make the machine group first (reference its resource, so that Terraform orders them).",
  RequestTimeExpired: "This machine's clock is more than 15 minutes off: set it.",
  RequestError:
    "Is the local cloud running? See `cdktf-sls local status`; run Terraform inside it with `cdktf-sls local exec -- terraform …`.",
};

/** `where` is the resource type, such as `alicloud_log_project`; `idForm` is named where importing is a way out. */
export function diagnosticOf(error: unknown, where: string, idForm?: string): Diagnostic {
  if (error instanceof UserError) {
    const attribute = error.attribute === undefined ? {} : { attribute: attributePath(error.attribute) };
    return { severity: 1, summary: error.summary, detail: error.message, ...attribute };
  }
  if (!(error instanceof CallError)) {
    const text = error instanceof Error ? error.message : String(error);
    return { severity: 1, summary: `${where}: the offline stand-in failed`, detail: text };
  }
  // One code for two things: a key that is not known, and one that may not.
  const remedy = error.message.startsWith("denied by") ? notAllowed : remedies[error.code];
  const importing = /AlreadyExist(s\.\w+)?$/.test(error.code) && idForm ? ` terraform import ADDRESS ${idForm}` : "";
  const lines = [
    error.message,
    ...(remedy ? [remedy + importing] : []),
    ...(error.requestId ? [`Request id: ${error.requestId}`] : []),
  ];
  return { severity: 1, summary: `${where}: ${error.call} failed with ${error.code}`, detail: lines.join("\n") };
}
