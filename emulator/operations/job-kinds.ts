/** The paths of jobs: `/jobs` for all, and one for each kind, with names of their own for the same five verbs. */
import { isObject, type Json } from "../sls/fields";

export interface JobKind {
  /** `Alert`: of CreateAlert, GetAlert … */
  readonly noun: string;
  /** The API's name of the list call. */
  readonly list: string;
  /** `/alerts` */
  readonly path: string;
  /** Undefined: of every type, told by the body. */
  readonly type?: string;
  /** Member of the configuration, and the `type` that it has: exports differ by their sink, ingestions by their source. */
  readonly end?: readonly ["sink" | "source", string];
}

export const jobKinds: readonly JobKind[] = [
  { noun: "Job", list: "ListJobs", path: "/jobs" },
  { noun: "Alert", list: "ListAlerts", path: "/alerts", type: "Alert" },
  { noun: "ETL", list: "ListETLs", path: "/etls", type: "ETL" },
  { noun: "ScheduledSQL", list: "ListScheduledSQLs", path: "/scheduledsqls", type: "ScheduledSQL" },
  {
    noun: "OSSExport",
    list: "ListOSSExports",
    path: "/ossexports",
    type: "Export",
    end: ["sink", "AliyunOSS"],
  },
  {
    noun: "OSSHDFSExport",
    list: "ListOSSHDFSExports",
    path: "/osshdfsexports",
    type: "Export",
    end: ["sink", "AliyunOSSHDFS"],
  },
  {
    noun: "MaxComputeExport",
    list: "ListMaxComputeExports",
    path: "/maxcomputeexports",
    type: "Export",
    end: ["sink", "AliyunODPS"],
  },
  {
    noun: "OSSIngestion",
    list: "ListOSSIngestions",
    path: "/ossingestions",
    type: "Ingestion",
    end: ["source", "AliyunOSS"],
  },
  {
    noun: "S3Ingestion",
    list: "ListS3Ingestions",
    path: "/s3ingestions",
    type: "Ingestion",
    end: ["source", "S3"],
  },
];

/** Every `type` of a job. */
export const jobTypes: readonly string[] = [
  "Alert",
  "AuditJob",
  "ETL",
  "Export",
  "Ingestion",
  "RebuildIndex",
  "Report",
  "ScheduledSQL",
];

const memberOf = (value: unknown, name: string): Json => {
  const member = isObject(value) ? value[name] : undefined;
  return isObject(member) ? member : {};
};

/** Whether a job of this type, with this configuration, is one of the kind. */
export function isOfKind({ type, end }: JobKind, jobType: string, configuration: unknown): boolean {
  if (type !== undefined && type !== jobType) return false;
  return end === undefined || memberOf(configuration, end[0])["type"] === end[1];
}

/** The configuration with what its kind says, and with members that clients read without a look. */
export function completeConfiguration({ end }: JobKind, jobType: string, configuration: Json): Json {
  const more = end === undefined ? {} : { [end[0]]: { type: end[1], ...memberOf(configuration, end[0]) } };
  const exported = jobType === "Export" ? { version: "v2.0", parameters: {} } : {};
  return { ...exported, ...configuration, ...more };
}
