import { runInNewContext } from "node:vm";

/** What `work` returns, or undefined when it was not done in so many milliseconds: a regular expression may backtrack for years. */
export function within<T>(ms: number, work: () => T): { readonly value: T } | undefined {
  try {
    return { value: runInNewContext("work()", { work }, { timeout: ms }) as T };
  } catch (error) {
    if ((error as { code?: unknown }).code === "ERR_SCRIPT_EXECUTION_TIMEOUT") return undefined;
    throw error;
  }
}
