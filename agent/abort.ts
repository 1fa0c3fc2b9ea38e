import { setMaxListeners } from "node:events";

/** Why something that nobody needs any more was aborted. One for all: an AbortError with its stack trace costs more than what it ends. */
const noLongerNeeded = new Error("no longer needed");

/** A controller whose signal as many may listen to as there are logstores, requests or connections: Node warns of a leak from the eleventh on. */
export function controllerOfMany(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

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
