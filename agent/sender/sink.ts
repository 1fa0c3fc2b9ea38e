/** PutLogs as the sender needs it: LogWriter of sls/client, or a test's own. Rejects with an SlsError. */
export interface LogSink {
  putLogs(
    project: string,
    logstore: string,
    /** Encoded. It must not be looked at after the promise has settled: its memory is used again. */
    group: Uint8Array,
    options: { readonly signal: AbortSignal; readonly hashKey?: string | undefined },
  ): Promise<{ readonly requestId: string; readonly serverTime?: Date; readonly bytes: number }>;
}
