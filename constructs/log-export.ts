import { SlsOssExportSink } from "@cdktf/provider-alicloud/lib/sls-oss-export-sink";
import { Construct, type IConstruct } from "constructs";
import { roleArnProblem } from "../sls/model/jobs";
import type { ILogProject } from "./log-project";
import type { ILogStore } from "./log-store";
import { check } from "./private/check";
import { declareJob, ImportedJob } from "./private/job";
import { nameReference } from "./private/name-reference";
import { literalText } from "./private/template-text";

export interface LogExportProps {
  /** 2 to 64 lower-case letters, digits, hyphens and underscores; unique among the jobs of the project. */
  readonly jobName: string;
  /** @default - jobName */
  readonly displayName?: string;
  readonly logstore: ILogStore;
  /** Name of the OSS bucket, in the project's region. */
  readonly bucket: string;
  /** E.g. `https://oss-cn-hangzhou-internal.aliyuncs.com`. */
  readonly endpoint: string;
  /** ARN of the role that reads the logs and writes the objects, such as `aliyunlogdefaultrole` of the account. */
  readonly roleArn: string;
  /** Directory in the bucket. @default - none */
  readonly prefix?: string;
  /** End of the objects' names, e.g. `.json.gz`. @default - none */
  readonly suffix?: string;
  /** strftime; each path gets objects of its own. @default "%Y/%m/%d/%H/%M" */
  readonly pathFormat?: string;
  /** @default LogExportFormat.json() */
  readonly format?: LogExportFormat;
  /** @default "gzip" */
  readonly compression?: "none" | "snappy" | "gzip" | "zstd";
  /** An object is written after so many seconds, 300 to 900. @default 300 */
  readonly bufferInterval?: number;
  /** An object is written at so many MB before compression, 5 to 256. @default 256 */
  readonly bufferSize?: number;
  /** Of the paths. @default "+0800" */
  readonly timeZone?: string;
  /** Logs that arrived before are left out. @default - all that are there */
  readonly from?: Date;
}

/** What an object holds. */
export class LogExportFormat {
  /** A log a line. `enableTag`: with `__tag__:…` fields. */
  static json(options: { readonly enableTag?: boolean } = {}): LogExportFormat {
    return new LogExportFormat("json", { enableTag: options.enableTag ?? false });
  }

  /** A log a row, with these fields. */
  static csv(columns: readonly string[], options: { readonly header?: boolean } = {}): LogExportFormat {
    const common = { null: "", lineFeed: "\n", quote: '"', delimiter: "," };
    return new LogExportFormat("csv", { ...common, header: options.header ?? true, columns });
  }

  /** Columns with their types. */
  static parquet(columns: Readonly<Record<string, "string" | "boolean" | "int32" | "int64" | "float" | "double">>) {
    return new LogExportFormat("parquet", {
      columns: Object.entries(columns).map(([name, type]) => ({ name, type })),
    });
  }

  private constructor(
    readonly type: "json" | "csv" | "parquet",
    readonly detail: Readonly<Record<string, unknown>>,
  ) {}
}

const within = (what: string, min: number, max: number, unit: string) => (value: number) =>
  Number.isInteger(value) && value >= min && value <= max
    ? undefined
    : `${what} must be ${min} to ${max} whole ${unit}, got ${value}`;

function endpointProblem(endpoint: string): string | undefined {
  if (/^https?:\/\/oss-[a-z0-9-]+\.aliyuncs\.com$/.test(endpoint)) return undefined;
  return `endpoint must be one of OSS, such as "https://oss-cn-hangzhou-internal.aliyuncs.com", got ${JSON.stringify(endpoint)}`;
}

/** An export that exists or is made here. */
export interface ILogExport extends IConstruct {
  /** Of the logstore that is read. */
  readonly project: ILogProject;
  /** To pass on: in the job's own stack a reference that makes Terraform create the job first. */
  readonly jobName: string;
  /** To read: the name as it was given. */
  readonly givenName: string;
}

/** Copies the logs of a logstore to OSS, for as long as it exists. Source: SLS, CreateOSSExport. */
export class LogExport extends Construct implements ILogExport {
  /** An export that somebody else makes. */
  static fromName(scope: Construct, id: string, project: ILogProject, jobName: string): ILogExport {
    return new ImportedJob(scope, id, project, jobName);
  }

  readonly project: ILogProject;
  readonly jobName: string;
  readonly givenName: string;
  readonly logstore: ILogStore;
  readonly format: LogExportFormat;

  constructor(scope: Construct, id: string, props: LogExportProps) {
    super(scope, id);
    this.givenName = props.jobName;
    this.logstore = props.logstore;
    this.project = this.logstore.project;
    this.format = props.format ?? LogExportFormat.json();
    const bufferInterval = props.bufferInterval ?? 300;
    const bufferSize = props.bufferSize ?? 256;
    declareJob(this, this.givenName, this.project);
    check(this, props.endpoint, endpointProblem);
    check(this, props.roleArn, roleArnProblem);
    check(this, bufferInterval, within("bufferInterval", 300, 900, "seconds"));
    check(this, bufferSize, within("bufferSize", 5, 256, "MB"));
    const resource = new SlsOssExportSink(this, "Resource", {
      project: this.project.projectName,
      jobName: this.givenName,
      displayName: props.displayName ?? this.givenName,
      configuration: {
        logstore: this.logstore.logstoreName,
        roleArn: props.roleArn,
        // 1 is the first log that is there; 0 is never.
        fromTime: props.from === undefined ? 1 : Math.floor(props.from.getTime() / 1000),
        toTime: 0,
        sink: {
          bucket: props.bucket,
          endpoint: props.endpoint,
          roleArn: props.roleArn,
          bufferInterval: String(bufferInterval),
          bufferSize: String(bufferSize),
          compressionType: props.compression ?? "gzip",
          contentType: this.format.type,
          contentDetail: literalText(JSON.stringify(this.format.detail)),
          pathFormat: props.pathFormat ?? "%Y/%m/%d/%H/%M",
          pathFormatType: "time",
          timeZone: props.timeZone ?? "+0800",
          ...(props.prefix === undefined ? {} : { prefix: props.prefix }),
          ...(props.suffix === undefined ? {} : { suffix: props.suffix }),
        },
      },
    });
    this.jobName = nameReference(resource, resource.jobName, this.givenName);
  }
}
