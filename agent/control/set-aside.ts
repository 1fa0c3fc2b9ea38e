/** What may be asked of the running agent about lines that are set aside. */
import type { Destination } from "../buffer/destination";
import type { ResendEnd, ResendRequest, Resends } from "../set-aside/resends";
import type { ControlRequest } from "./server";

export interface ResendAnswer {
  readonly ends: readonly ResendEnd[];
}

/** Throws where the request is wrong, or a logstore is busy. */
export async function resendAnswer(
  resends: Resends,
  { logstores }: ControlRequest,
  asker: Pick<ResendRequest, "tell" | "signal" | "patienceMs">,
): Promise<ResendAnswer> {
  if (!Array.isArray(logstores)) throw new Error("logstores must be a list of PROJECT/LOGSTORE");
  return { ends: await resends.resend({ ...asker, destinations: logstores.map(destinationOf) }) };
}

export function removeAnswer(resends: Resends, { logstore, bytes }: ControlRequest): { readonly removed: true } {
  if (typeof bytes !== "number") throw new Error("bytes must be a number: what was seen of the lines");
  resends.remove(destinationOf(logstore), bytes);
  return { removed: true };
}

/** `PROJECT/LOGSTORE`. Throws where it is none. */
export function destinationOf(text: unknown): Destination {
  const [, project, logstore] = typeof text === "string" ? (/^([^/.]+)\/([^/.]+)$/.exec(text) ?? []) : [];
  if (project !== undefined && logstore !== undefined) return { project, logstore };
  throw new Error(
    `a logstore is named PROJECT/LOGSTORE, got ${JSON.stringify(text)}; sls-agent set-aside list names them`,
  );
}
