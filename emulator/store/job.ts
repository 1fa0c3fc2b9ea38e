/** What is declared of a job. The local cloud keeps it and does not run it. */
export interface Job {
  /** `Alert`, `ETL`, `Export`, `Ingestion`, `ScheduledSQL` … */
  readonly type: string;
  /** `ENABLED`, `DISABLED`; of jobs that run all the time `RUNNING`, `STOPPED`. */
  status: string;
  readonly scheduleId: string;
  /** `name`, `displayName`, `description`, `schedule`, `configuration`, and what else the client sent. */
  body: Readonly<Record<string, unknown>>;
  /** Unix seconds. */
  readonly createTime: number;
  /** Unix seconds. */
  lastModifiedTime: number;
}
