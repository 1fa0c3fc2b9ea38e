/**
 * What a failed PutLogs means for the lines in it. Source: SLS API reference, error codes, and what Logtail and the Java
 * producer retry. The agent gives nothing up because of its age: what may succeed later is kept.
 */
import { SlsError } from "../../sls/model/errors";

export type Verdict =
  /** Try again by itself: network, server busy. */
  | "later"
  /** Try again, more slowly: the shard or project takes no more now. */
  | "quota"
  /** Try again, slowly: a person has to do something first (rights, names, keys). */
  | "person"
  /** The clock is wrong: correct it from the reply, and at once again. */
  | "clock"
  /** Too large: in two halves. */
  | "tooLarge"
  /** Something in the contents is refused for good: find it by halving, set it aside. */
  | "contents"
  /** Unknown refusal: a few tries, then set aside. */
  | "refused";

const byCode: Readonly<Record<string, Verdict>> = {
  RequestTimeExpired: "clock",
  RequestTimeTooSkewed: "clock",
  WriteQuotaExceed: "quota",
  ShardWriteQuotaExceed: "quota",
  ExceedQuota: "quota",
  ProjectQuotaExceed: "quota",
  Unauthorized: "person",
  SignatureNotMatch: "person",
  InvalidAccessKeyId: "person",
  SecurityTokenExpired: "person",
  "SecurityToken.Expired": "person",
  ProjectForbidden: "person",
  ProjectNotExist: "person",
  ProjectNotExists: "person",
  LogStoreNotExist: "person",
  LogstoreNotExist: "person",
  LogstoreNotExists: "person",
  PostBodyTooLarge: "tooLarge",
  InvalidLogSize: "tooLarge",
  PostBodyInvalid: "contents",
  InvalidTimestamp: "contents",
  InvalidEncoding: "contents",
  InvalidKey: "contents",
  ParameterInvalid: "contents",
  InvalidParameter: "contents",
  InternalServerError: "later",
  ServerBusy: "later",
  RequestError: "later",
  RequestTimeout: "later",
  BadResponse: "later",
};

export function verdictOf(error: SlsError): Verdict {
  const known = byCode[error.code];
  if (known !== undefined) return known;
  const { httpStatus } = error;
  if (httpStatus === 401 || httpStatus === 407) return "person";
  if (httpStatus === 413) return "tooLarge";
  if (httpStatus === 429) return "quota";
  // No reply, or one that is no refusal.
  return httpStatus >= 400 && httpStatus < 500 ? "refused" : "later";
}

/** First pause and longest pause, in milliseconds; doubling in between. */
const pauses: Readonly<Record<"later" | "quota" | "person" | "refused", readonly [first: number, longest: number]>> = {
  later: [200, 30_000],
  quota: [1_000, 30_000],
  person: [2_000, 60_000],
  refused: [500, 5_000],
};

/** Pause after the `failures`-th failure in a row (from 1): half of it certain, half by chance, so that a fleet spreads out. */
export function pauseMs(verdict: keyof typeof pauses, failures: number, random: number): number {
  const [first, longest] = pauses[verdict];
  const full = Math.min(longest, first * 2 ** Math.min(failures - 1, 30));
  return Math.round(full / 2 + (full / 2) * random);
}

/** Anything thrown, as an SlsError: what is not one (a bug, an unreadable credential) must not stop the sender. */
export function asSlsError(error: unknown): SlsError {
  if (error instanceof SlsError) return error;
  return new SlsError("ClientError", error instanceof Error ? error.message : String(error), { cause: error });
}
