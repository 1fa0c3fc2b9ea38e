import { LogDashboard as LogDashboardResource } from "@cdktf/provider-alicloud/lib/log-dashboard";
import { Lazy } from "cdktf";
import { Construct } from "constructs";
import { dashboardNameProblem } from "../sls/model/jobs";
import { gridColumns, LogChart } from "./log-chart";
import type { ILogProject } from "./log-project";
import type { ILogStore } from "./log-store";
import { check, invalidValue } from "./private/check";
import { literalText } from "./private/template-text";

export interface LogDashboardProps {
  readonly project: ILogProject;
  /** 4 to 128 letters, digits, hyphens and underscores; unique in the project. */
  readonly dashboardName: string;
  /** What people read. @default - dashboardName */
  readonly displayName?: string;
  /** From left to right, then down; more can be added with addChart. @default - none yet */
  readonly charts?: readonly LogChart[];
}

const noChart = "has no chart, so nobody would see anything; give charts, or call addChart";

/** Charts over the logs of a project, in the console. Source: SLS, CreateDashboard. */
export class LogDashboard extends Construct {
  /** For rsyslog's lines: lines by program, error rate, agents alive. */
  static syslogCharts(logstore: ILogStore): readonly LogChart[] {
    return [
      LogChart.agentsAlive({ logstore, width: 4 }),
      LogChart.linesByProgram({ logstore, width: 16 }),
      LogChart.errorRate({ logstore, width: 20 }),
    ];
  }

  readonly dashboardName: string;
  private readonly list: LogChart[] = [];

  constructor(scope: Construct, id: string, props: LogDashboardProps) {
    super(scope, id);
    this.dashboardName = props.dashboardName;
    check(this, this.dashboardName, dashboardNameProblem);
    for (const chart of props.charts ?? []) this.addChart(chart);
    new LogDashboardResource(this, "Resource", {
      projectName: props.project.projectName,
      dashboardName: this.dashboardName,
      displayName: props.displayName ?? this.dashboardName,
      attribute: JSON.stringify({ type: "grid" }),
      charList: Lazy.stringValue({ produce: () => literalText(JSON.stringify(placed(this.list))) }),
    });
    this.node.addValidation({ validate: () => (this.list.length > 0 ? [] : [`${this.node.path}: ${noChart}`]) });
  }

  get charts(): readonly LogChart[] {
    return this.list;
  }

  /** Comes to the right of the last one, or below where there is no room. */
  addChart(chart: LogChart): void {
    if (chart.problem !== undefined) throw invalidValue(this, chart.problem);
    if (this.list.some(({ title }) => title === chart.title)) {
      throw invalidValue(this, `two charts have the title ${JSON.stringify(chart.title)}; give one of them another`);
    }
    this.list.push(chart);
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
