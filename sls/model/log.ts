/** One log as the service stores it. Values are text; `Uint8Array` is for bytes that are not UTF-8 and goes through unchanged. */
export interface Log {
  /** Unix seconds. */
  readonly time: number;
  /** Nanoseconds within the second, 0 to 999,999,999. */
  readonly timeNs?: number;
  readonly contents: readonly LogContent[];
}

export type LogContent = readonly [key: string, value: string | Uint8Array];

/** What one PutLogs carries: logs that share topic, source and tags. */
export interface LogGroup {
  readonly logs: readonly Log[];
  readonly topic?: string;
  /** Mostly the sender's address; shown as `__source__`. */
  readonly source?: string;
  readonly machineUuid?: string;
  /** Shown as `__tag__:{key}`. */
  readonly tags?: readonly (readonly [key: string, value: string])[];
}
