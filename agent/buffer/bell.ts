/** Wakes whoever waits for a change; the waiter looks again for itself at what has changed. */
export class Bell {
  private waiters = new Set<() => void>();

  ring(): void {
    const woken = this.waiters;
    this.waiters = new Set();
    for (const wake of woken) wake();
  }

  /** Resolves at the next ring, or when the signal aborts. */
  wait(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        signal.removeEventListener("abort", wake);
        this.waiters.delete(wake);
        resolve();
      };
      signal.addEventListener("abort", wake);
      this.waiters.add(wake);
    });
  }
}
