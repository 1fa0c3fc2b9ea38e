import type { Credentials } from "../../wire/request";

export interface ReadCredentials extends Credentials {
  readonly expiration?: Date;
}

/**
 * Credentials as STS and the metadata service write them: `AccessKeyId`, `AccessKeySecret`, `SecurityToken`, `Expiration`
 * (ISO 8601, UTC). Also a whole reply of STS, which holds them under `Credentials`. Throws an error that says which member
 * is missing, and repeats none of them.
 */
export function readCredentials(text: string): ReadCredentials {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error("is not JSON");
  }
  const outer = members(value);
  const { AccessKeyId, AccessKeySecret, SecurityToken, Expiration, Code } = members(outer["Credentials"] ?? outer);
  if (Code !== undefined && Code !== "Success") throw new Error(`says Code ${JSON.stringify(Code)}, not "Success"`);
  if (!isText(AccessKeyId)) throw new Error("has no AccessKeyId");
  if (!isText(AccessKeySecret)) throw new Error("has no AccessKeySecret");
  const expiration = isText(Expiration) ? new Date(Expiration) : undefined;
  if (expiration !== undefined && Number.isNaN(expiration.getTime())) {
    throw new Error(`has an Expiration that is no date: ${JSON.stringify(Expiration)}`);
  }
  return {
    accessKeyId: AccessKeyId,
    accessKeySecret: AccessKeySecret,
    ...(isText(SecurityToken) ? { securityToken: SecurityToken } : {}),
    ...(expiration ? { expiration } : {}),
  };
}

const isText = (value: unknown): value is string => typeof value === "string" && value !== "";

const members = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
