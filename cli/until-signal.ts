/** For what has to clean up before a signal ends it. */
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Runs work that a signal aborts. When the work has come to its end the process ends by that signal, so that its parent sees the truth. */
export async function untilSignal<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const abort = new AbortController();
  let signalled: NodeJS.Signals | undefined;
  const onSignal = (name: NodeJS.Signals): void => {
    signalled = name;
    abort.abort();
  };
  for (const name of signals) process.on(name, onSignal);
  try {
    return await work(abort.signal);
  } finally {
    for (const name of signals) process.off(name, onSignal);
    if (signalled !== undefined) {
      process.kill(process.pid, signalled);
      await new Promise(() => undefined);
    }
  }
}
