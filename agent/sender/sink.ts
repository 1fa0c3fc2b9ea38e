/** PutLogs as the sender needs it: LogWriter of sls/client, or a test's own. Rejects with an SlsError. */
export interface LogSink {
  putLogs(
    project: string,
    logstore: string,
    /** Encoded. */
    group: Uint8Array,
    options: { readonly signal: AbortSignal },
  ): Promise<{ readonly requestId: string; readonly serverTime?: Date; readonly bytes: number }>;
}
