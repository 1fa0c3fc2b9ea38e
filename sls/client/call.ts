/** One call of the control plane, its answer, and whether it may be repeated. */
import { SlsError } from "../model/errors";
import { header } from "./reply";
import type { HttpReply } from "./transport";

export interface Call {
  readonly verb: string;
  readonly project: string | undefined;
  readonly path: string;
  readonly queries: Readonly<Record<string, unknown>>;
  readonly body?: Buffer | undefined;
  readonly headers?: Readonly<Record<string, string | number>>;
}

export interface Answer {
  /** JSON where it is said to be, else text. */
  readonly value: unknown;
  readonly reply: HttpReply;
}

export function valueOf(reply: HttpReply): unknown {
  const text = reply.body.toString("utf8");
  const isJson = header(reply, "content-type")?.startsWith("application/json") && text !== "";
  return isJson ? JSON.parse(text) : text;
}

/** Values as they are sent; what is undefined is left out. */
export const texts = (values: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]])),
  );

/** Of throughput; the quota of configs or groups in a project (`ProjectQuotaExceed`) is still met when asked again. */
const throughputQuota = /^(Shard)?(Read|Write)QuotaExceed$/;

/** A failed create may have been done: only what can be sent twice is sent twice. */
export function mayRepeat(verb: string, error: unknown): boolean {
  if (!(error instanceof SlsError)) return false;
  if (throughputQuota.test(error.code) || error.httpStatus === 503) return true;
  // Who waited for the whole time-out is not made to wait for three more.
  if (error.code === "RequestTimeout") return false;
  return verb !== "POST" && (error.httpStatus === 0 || error.httpStatus >= 500);
}
