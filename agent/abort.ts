/** Why something that nobody needs any more was aborted. One for all: an AbortError with its stack trace costs more than what it ends. */
export const noLongerNeeded = new Error("no longer needed");

/**
 * A controller that aborts when `parent` does, until it is released. For short things under a long-lived signal:
 * `AbortSignal.any` keeps some memory in the long-lived one for ever (Node 20: 70 bytes a call).
 */
export function linkedTo(parent: AbortSignal): { readonly signal: AbortSignal; abort(): void; release(): void } {
  const own = new AbortController();
  const follow = (): void => own.abort(parent.reason);
  if (parent.aborted) follow();
  else parent.addEventListener("abort", follow);
  return {
    signal: own.signal,
    abort: () => own.abort(noLongerNeeded),
    release: () => parent.removeEventListener("abort", follow),
  };
}
