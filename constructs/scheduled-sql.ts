import { SlsScheduledSql } from "@cdktf/provider-alicloud/lib/sls-scheduled-sql";
import { Construct, type IConstruct } from "constructs";
import { roleArnProblem } from "../sls/model/jobs";
import type { ILogProject } from "./log-project";
import type { ILogStore } from "./log-store";
import { check, differ, invalidValue } from "./private/check";
import { declareJob, ImportedJob } from "./private/job";
import { nameReference } from "./private/name-reference";
import { literalText } from "./private/template-text";
import { Schedule } from "./schedule";

export interface ScheduledSqlProps {
  /** 2 to 64 lower-case letters, digits, hyphens and underscores; unique among the jobs of the project. */
  readonly jobName: string;
  /** @default - jobName */
  readonly displayName?: string;
  /** Whose logs are read. */
  readonly source: ILogStore;
  /** Where the result's rows are written, as logs. */
  readonly destination: ILogStore;
  /** Endpoint of the destination's region, e.g. `cn-hangzhou-intranet.log.aliyuncs.com`. */
  readonly destinationEndpoint: string;
  /** E.g. `* | SELECT "app-name" AS program, count(*) AS lines GROUP BY program`. */
  readonly script: string;
  /** The time that each run looks at, before its due time: `@h-1h` to `@h` is the last whole hour. @default - `@m-1h` to `@m` */
  readonly window?: { readonly from: string; readonly to: string };
  /** @default Schedule.every("1h", { delay: 30 }) */
  readonly schedule?: Schedule;
  /** ARN of the role that reads the source. */
  readonly roleArn: string;
  /** ARN of the role that writes the destination. @default - roleArn */
  readonly destinationRoleArn?: string;
  /** @default "enhanced", the only one that new jobs of the console have */
  readonly resourcePool?: "default" | "enhanced";
  /** A run is given up after so many seconds, 60 to 1800. @default 600 */
  readonly maxRunTime?: number;
  /** And after so many tries, 1 to 100. @default 20 */
  readonly maxRetries?: number;
  /** First due time; one in the past makes up for the runs since then. A change makes another job. @default - left to the service */
  readonly from?: Date;
}

const windowPattern = /^@[mhd](?:-[1-9]\d*[mhd])?$/;
const windowProblem = (what: string, time: string): string =>
  `window.${what} must be a cut time such as "@m", "@h" or "@h-1h", got ${JSON.stringify(time)}`;
const intoItself = "destination is the source, so that it would count its own results; give another logstore";

/** A query that exists or is made here. */
export interface IScheduledSql extends IConstruct {
  /** Of the logstore that is read. */
  readonly project: ILogProject;
  /** To pass on: in the job's own stack a reference that makes Terraform create the job first. */
  readonly jobName: string;
  /** To read: the name as it was given. */
  readonly givenName: string;
}

/** A query that runs by itself and keeps its results, such as lines per program and hour. Source: SLS, CreateScheduledSQL. */
export class ScheduledSql extends Construct implements IScheduledSql {
  /** A query that somebody else makes. */
  static fromName(scope: Construct, id: string, project: ILogProject, jobName: string): IScheduledSql {
    return new ImportedJob(scope, id, project, jobName);
  }

  readonly project: ILogProject;
  readonly jobName: string;
  readonly givenName: string;
  readonly source: ILogStore;
  readonly destination: ILogStore;
  readonly schedule: Schedule;

  constructor(scope: Construct, id: string, props: ScheduledSqlProps) {
    super(scope, id);
    this.givenName = props.jobName;
    this.source = props.source;
    this.project = this.source.project;
    this.destination = props.destination;
    this.schedule = props.schedule ?? Schedule.every("1h", { delay: 30 });
    const window = props.window ?? { from: "@m-1h", to: "@m" };
    this.checkValues(props, window);
    const resource = new SlsScheduledSql(this, "Resource", {
      project: this.project.projectName,
      scheduledSqlName: this.givenName,
      displayName: props.displayName ?? this.givenName,
      schedule: this.schedule.toAttributes(),
      scheduledSqlConfiguration: {
        script: literalText(props.script),
        sqlType: "searchQuery",
        dataFormat: "log2log",
        resourcePool: props.resourcePool ?? "enhanced",
        sourceLogstore: this.source.logstoreName,
        destEndpoint: props.destinationEndpoint,
        destProject: this.destination.project.projectName,
        destLogstore: this.destination.logstoreName,
        roleArn: props.roleArn,
        destRoleArn: props.destinationRoleArn ?? props.roleArn,
        fromTimeExpr: window.from,
        toTimeExpr: window.to,
        ...(props.from === undefined ? {} : { fromTime: Math.floor(props.from.getTime() / 1000) }),
        // 0: for ever.
        toTime: 0,
        maxRunTimeInSeconds: props.maxRunTime ?? 600,
        maxRetries: props.maxRetries ?? 20,
      },
    });
    this.jobName = nameReference(resource, resource.scheduledSqlName, this.givenName);
  }

  private checkValues(props: ScheduledSqlProps, window: { readonly from: string; readonly to: string }): void {
    declareJob(this, this.givenName, this.project);
    check(this, props.roleArn, roleArnProblem);
    check(this, props.destinationRoleArn ?? props.roleArn, roleArnProblem);
    for (const [what, time] of Object.entries(window)) {
      check(this, time, (text) => (windowPattern.test(text) ? undefined : windowProblem(what, text)));
    }
    const same =
      this.source === this.destination ||
      (!differ(this.source.givenName, this.destination.givenName) &&
        this.source.givenName === this.destination.givenName &&
        this.source.project.givenName === this.destination.project.givenName);
    const problem = same ? intoItself : (this.schedule.problem ?? limitsProblem(props));
    if (problem !== undefined) throw invalidValue(this, problem);
  }
}

function limitsProblem({ maxRunTime = 600, maxRetries = 20 }: ScheduledSqlProps): string | undefined {
  if (!Number.isInteger(maxRunTime) || maxRunTime < 60 || maxRunTime > 1800) {
    return `maxRunTime must be 60 to 1800 whole seconds, got ${maxRunTime}`;
  }
  if (Number.isInteger(maxRetries) && maxRetries >= 1 && maxRetries <= 100) return undefined;
  return `maxRetries must be 1 to 100, got ${maxRetries}`;
}
