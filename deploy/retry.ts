/**
 * Which failed calls of a deploy are made again. SlsClient itself repeats what is safe at any time (throughput quotas, 503; 5xx and lost
 * connections of calls other than POST). A deploy knows more: that a create can be repeated, since names are unique, and that what was
 * just made may be invisible to the next call for a moment. Everything else with a 4xx is final. Source: SLS API reference, "Common error codes".
 */
import { isNotExist, SlsError } from "../sls/model/errors";

export interface RetryTable {
  /** It may have been made a moment ago: *NotExist is not final. */
  readonly fresh?: boolean;
  /** A POST that can be sent twice. */
  readonly repeatable?: boolean;
}

function mayRetry(error: unknown, { fresh = false, repeatable = false }: RetryTable): boolean {
  if (!(error instanceof SlsError)) return false;
  if (fresh && isNotExist(error)) return true;
  return repeatable && (error.httpStatus === 0 || error.httpStatus >= 500);
}

export interface Patience {
  readonly sleep: (ms: number) => Promise<void>;
  /** @default 10 */
  readonly tries?: number;
}

export const realPatience: Patience = { sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) };

/** Pauses of 100, 200, 400, 800 ms, then of a second: about 6.5 s in all. */
const pauseMs = (attempt: number): number => Math.min(1000, 100 * 2 ** (attempt - 1));

export async function retrying<T>(patience: Patience, table: RetryTable, call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (attempt >= (patience.tries ?? 10) || !mayRetry(error, table)) throw error;
      await patience.sleep(pauseMs(attempt));
    }
  }
}
