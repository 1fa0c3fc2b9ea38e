import { LogDashboard as LogDashboardResource } from "@cdktf/provider-alicloud/lib/log-dashboard";
import { Lazy } from "cdktf";
import { Construct, type IConstruct } from "constructs";
import { dashboardNameProblem } from "../sls/model/jobs";
import { gridColumns, LogChart } from "./log-chart";
import type { ILogProject } from "./log-project";
import type { ILogStore } from "./log-store";
import { check, invalidValue } from "./private/check";
import { declareInProject } from "./private/declared-names";
import { nameReference } from "./private/name-reference";
import { literalText } from "./private/template-text";

export interface LogDashboardProps {
  readonly project: ILogProject;
  /** 2 to 128 lower-case letters, digits, hyphens and underscores; unique in the project. */
  readonly dashboardName: string;
  /** What people read. @default - dashboardName */
  readonly displayName?: string;
  /** From left to right, then down; more can be added with addChart. @default - none yet */
  readonly charts?: readonly LogChart[];
}

/** A dashboard that exists or is made here. */
export interface ILogDashboard extends IConstruct {
  readonly project: ILogProject;
  /** To pass on: in the dashboard's own stack a reference that makes Terraform create the dashboard first. */
  readonly dashboardName: string;
  /** To read: the name as it was given. */
  readonly givenName: string;
}

const declaredTwice = "give one of them another dashboardName, or put the charts of both into one";
const noChart = "has no chart, so nobody would see anything; give charts, or call addChart";

/** Charts over the logs of a project, in the console. Source: SLS, CreateDashboard. */
export class LogDashboard extends Construct implements ILogDashboard {
  /** A dashboard that somebody else makes. */
  static fromName(scope: Construct, id: string, project: ILogProject, dashboardName: string): ILogDashboard {
    return new ImportedLogDashboard(scope, id, project, dashboardName);
  }

  /** For rsyslog's lines: lines by program, error rate, agents alive. */
  static syslogCharts(logstore: ILogStore): readonly LogChart[] {
    return [
      LogChart.agentsAlive({ logstore, width: 6 }),
      LogChart.linesByProgram({ logstore, width: 18 }),
      LogChart.errorRate({ logstore, width: 24 }),
    ];
  }

  readonly project: ILogProject;
  readonly dashboardName: string;
  readonly givenName: string;
  private readonly list: LogChart[] = [];

  constructor(scope: Construct, id: string, props: LogDashboardProps) {
    super(scope, id);
    this.project = props.project;
    this.givenName = props.dashboardName;
    check(this, this.givenName, dashboardNameProblem);
    declareInProject(this, "dashboard", this.givenName, this.project.givenName, declaredTwice);
    for (const chart of props.charts ?? []) this.addChart(chart);
    const resource = new LogDashboardResource(this, "Resource", {
      projectName: this.project.projectName,
      dashboardName: this.givenName,
      displayName: props.displayName ?? this.givenName,
      attribute: JSON.stringify({ type: "grid" }),
      charList: Lazy.stringValue({ produce: () => literalText(JSON.stringify(placed(this.list))) }),
    });
    this.dashboardName = nameReference(resource, resource.dashboardName, this.givenName);
    this.node.addValidation({ validate: () => (this.list.length > 0 ? [] : [`${this.node.path}: ${noChart}`]) });
  }

  get charts(): readonly LogChart[] {
    return this.list;
  }

  /** Comes to the right of the last one, or below where there is no room. */
  addChart(chart: LogChart): void {
    if (chart.problem !== undefined) throw invalidValue(this, chart.problem);
    if (this.list.some(({ chartName }) => chartName === chart.chartName)) {
      const remedy = "give one of them another title or chartName";
      throw invalidValue(this, `two charts have the name ${JSON.stringify(chart.chartName)}; ${remedy}`);
    }
    this.list.push(chart);
  }
}

class ImportedLogDashboard extends Construct implements ILogDashboard {
  readonly givenName: string;

  constructor(
    scope: Construct,
    id: string,
    readonly project: ILogProject,
    readonly dashboardName: string,
  ) {
    super(scope, id);
    check(this, dashboardName, dashboardNameProblem);
    this.givenName = dashboardName;
  }
}

/** Left to right; a chart that does not fit begins a row below the highest of the last one. */
function placed(charts: readonly LogChart[]): readonly Readonly<Record<string, unknown>>[] {
  let x = 0;
  let y = 0;
  let rowHeight = 0;
  return charts.map((chart) => {
    if (x + chart.width > gridColumns) {
      y += rowHeight;
      x = rowHeight = 0;
    }
    const json = chart.toJson(x, y);
    x += chart.width;
    rowHeight = Math.max(rowHeight, chart.height);
    return json;
  });
}
