import { SlsAlert } from "@cdktf/provider-alicloud/lib/sls-alert";
import { Construct, type IConstruct } from "constructs";
import { jobNameProblem, relativeTimeProblem } from "../sls/model/jobs";
import type { ILogProject } from "./log-project";
import type { ILogStore } from "./log-store";
import { check, invalidValue } from "./private/check";
import { declareJob } from "./private/job";
import { nameReference } from "./private/name-reference";
import { literal, literalText } from "./private/template-text";
import { Schedule } from "./schedule";

/** How bad it is. Source: SLS, "Alert severity". */
export type AlertSeverity = "report" | "low" | "medium" | "high" | "critical";
const severities: Readonly<Record<AlertSeverity, number>> = { report: 2, low: 4, medium: 6, high: 8, critical: 10 };

export interface LogAlertProps {
  /** 2 to 64 lower-case letters, digits, hyphens and underscores; unique among the jobs of the project. */
  readonly alertName: string;
  /** What people read. */
  readonly displayName: string;
  /** Its project is the alert's too. */
  readonly logstore: ILogStore;
  /** A search with SQL, e.g. `level: ERROR | SELECT count(*) AS errors`. */
  readonly query: string;
  /** When a row of the result is an alert, e.g. `errors > 100`. @default - any row is */
  readonly condition?: string;
  /** Begin of the time that is looked at, before now. @default "-15m" */
  readonly start?: string;
  /** @default "now" */
  readonly end?: string;
  /** @default Schedule.every("5m") */
  readonly schedule?: Schedule;
  /** @default "medium" */
  readonly severity?: AlertSeverity;
  /** How many times in a row before it is told, 1 to 100. @default 1 */
  readonly threshold?: number;
  /** No log at all is an alert too: agents that are silent. @default false */
  readonly noDataFire?: boolean;
  /** It is told when it is over, too. @default true */
  readonly sendResolved?: boolean;
  /** What the message says, e.g. `title`, `desc`; `${errors}` stands for a column of the result. @default - title and desc are displayName */
  readonly annotations?: Readonly<Record<string, string>>;
  /** For grouping and silencing. @default - none */
  readonly labels?: Readonly<Record<string, string>>;
  /** Whom it is told to: an action policy of the account. @default - the alert is kept in the alert centre only */
  readonly actionPolicyId?: string;
  /** How long until it is told again. @default "1h" */
  readonly repeatInterval?: string;
}

/** An alert that exists or is made here. */
export interface ILogAlert extends IConstruct {
  readonly project: ILogProject;
  /** To pass on: in the alert's own stack a reference that makes Terraform create the alert first. */
  readonly alertName: string;
  /** To read: the name as it was given. */
  readonly givenName: string;
}

/** Somebody is told when a search finds what it should not. Source: SLS, CreateAlert. */
export class LogAlert extends Construct implements ILogAlert {
  /** An alert that somebody else makes. */
  static fromName(scope: Construct, id: string, project: ILogProject, alertName: string): ILogAlert {
    return new ImportedLogAlert(scope, id, project, alertName);
  }

  readonly project: ILogProject;
  readonly alertName: string;
  readonly givenName: string;
  readonly logstore: ILogStore;
  readonly severity: AlertSeverity;
  readonly schedule: Schedule;

  constructor(scope: Construct, id: string, props: LogAlertProps) {
    super(scope, id);
    this.givenName = props.alertName;
    this.logstore = props.logstore;
    this.project = this.logstore.project;
    this.severity = props.severity ?? "medium";
    this.schedule = props.schedule ?? Schedule.every("5m");
    const start = props.start ?? "-15m";
    const end = props.end ?? "now";
    const threshold = props.threshold ?? 1;
    declareJob(this, this.givenName, this.project);
    check(this, start, (time) => relativeTimeProblem("start", time));
    check(this, end, (time) => relativeTimeProblem("end", time));
    check(this, threshold, thresholdProblem);
    const problem = this.schedule.problem;
    if (problem !== undefined) throw invalidValue(this, problem);
    const condition = literalText(props.condition ?? "");
    const annotations = props.annotations ?? { title: props.displayName, desc: props.displayName };
    const resource = new SlsAlert(this, "Resource", {
      projectName: this.project.projectName,
      alertName: this.givenName,
      displayName: props.displayName,
      schedule: scheduleAttributes(this.schedule),
      configuration: {
        version: "2.0",
        type: "default",
        dashboard: "internal-alert-analysis",
        threshold,
        noDataFire: props.noDataFire ?? false,
        noDataSeverity: severities[this.severity],
        sendResolved: props.sendResolved ?? true,
        autoAnnotation: true,
        queryList: [
          {
            storeType: "log",
            project: this.project.projectName,
            store: this.logstore.logstoreName,
            query: literalText(props.query),
            timeSpanType: "Relative",
            start,
            end,
            powerSqlMode: "auto",
          },
        ],
        joinConfigurations: [],
        groupConfiguration: { type: "no_group" },
        conditionConfiguration: { condition, countCondition: "" },
        severityConfigurations: [
          { severity: severities[this.severity], evalCondition: { condition, countCondition: "" } },
        ],
        annotations: pairs(annotations),
        labels: pairs(props.labels ?? {}),
        policyConfiguration: {
          alertPolicyId: "sls.builtin.dynamic",
          actionPolicyId: props.actionPolicyId ?? "",
          repeatInterval: props.repeatInterval ?? "1h",
        },
      },
    });
    this.alertName = nameReference(resource, resource.alertName, this.givenName);
  }
}

class ImportedLogAlert extends Construct implements ILogAlert {
  readonly givenName: string;

  constructor(
    scope: Construct,
    id: string,
    readonly project: ILogProject,
    readonly alertName: string,
  ) {
    super(scope, id);
    check(this, alertName, jobNameProblem);
    this.givenName = alertName;
  }
}

function thresholdProblem(times: number): string | undefined {
  if (Number.isInteger(times) && times >= 1 && times <= 100) return undefined;
  return `threshold must be 1 to 100 times, got ${times}`;
}

/** `${…}` in an annotation is the alert's, not Terraform's. */
const pairs = (map: Readonly<Record<string, string>>) =>
  Object.entries(literal(map)).map(([key, value]) => ({ key, value }));

const scheduleAttributes = (schedule: Schedule) => ({ ...schedule.toAttributes(), runImmdiately: true });
