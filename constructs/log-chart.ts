import { chartNameProblem, relativeTimeProblem } from "../sls/model/jobs";
import type { ILogStore } from "./log-store";

/** Drawn as: the console's charts of the kind "Pro". Source: SLS, CreateDashboard, `charts.type`. */
export type ChartType = "linepro" | "aggpro" | "barpro" | "piepro" | "statpro" | "tablepro" | "rawlog";

export interface LogChartOptions {
  /** What people read. */
  readonly title: string;
  /**
   * The service's `title`: 2 to 100 lower-case letters, digits, hyphens and underscores, unique in its dashboard.
   * @default - title in lower case, with hyphens for what is not allowed
   */
  readonly chartName?: string;
  readonly logstore: ILogStore;
  /** A search with SQL, e.g. `* | SELECT count(*) AS lines`. */
  readonly query: string;
  /** Columns of the result: the time, or what is counted. @default - the console's guess */
  readonly xAxis?: readonly string[];
  /** Columns with numbers. @default - the console's guess */
  readonly yAxis?: readonly string[];
  /** Begin of the time that is drawn. @default "-1h" */
  readonly start?: string;
  /** @default "now" */
  readonly end?: string;
  /** Of 24 columns. @default 12 */
  readonly width?: number;
  /** In rows. @default 9 */
  readonly height?: number;
  /** More of the service's `display`, e.g. colours. @default - none */
  readonly display?: Readonly<Record<string, unknown>>;
}

export interface FlowChartOptions extends LogChartOptions {
  /** Column whose values get a line each, e.g. the program. */
  readonly aggregateBy: string;
}

type Ready = Omit<LogChartOptions, "query" | "title">;

const minutely = "date_format(date_trunc('minute', __time__), '%Y-%m-%d %H:%i') AS time";

/** One chart of a dashboard. */
export class LogChart {
  /** A line for each column of yAxis. */
  static line(options: LogChartOptions): LogChart {
    return new LogChart("linepro", options);
  }
  /** A line for each value of a column. */
  static flow(options: FlowChartOptions): LogChart {
    return new LogChart("aggpro", options, options.aggregateBy);
  }
  static bar(options: LogChartOptions): LogChart {
    return new LogChart("barpro", options);
  }
  static pie(options: LogChartOptions): LogChart {
    return new LogChart("piepro", options);
  }
  /** One number. */
  static number(options: LogChartOptions): LogChart {
    return new LogChart("statpro", options);
  }
  static table(options: LogChartOptions): LogChart {
    return new LogChart("tablepro", options);
  }
  /** The logs themselves; the query is a search without SQL. */
  static logs(options: LogChartOptions): LogChart {
    return new LogChart("rawlog", options);
  }

  /** Of rsyslog's lines: how many each program wrote in each minute. */
  static linesByProgram(options: Ready): LogChart {
    return LogChart.flow({
      title: "Lines by program",
      query: `* | SELECT ${minutely}, "app-name" AS program, count(*) AS lines GROUP BY time, program ORDER BY time LIMIT 10000`,
      xAxis: ["time"],
      yAxis: ["lines"],
      aggregateBy: "program",
      ...options,
    });
  }

  /** Of rsyslog's lines: the share of those with the priority err and above, in percent. */
  static errorRate(options: Ready): LogChart {
    const isError = `regexp_like("pri-text", '\\.(err|crit|alert|emerg)')`;
    return LogChart.line({
      title: "Error rate",
      query: `* | SELECT ${minutely}, count_if(${isError}) * 100.0 / count(*) AS errors GROUP BY time ORDER BY time LIMIT 10000`,
      xAxis: ["time"],
      yAxis: ["errors"],
      ...options,
    });
  }

  /** How many machines have sent a line in the time that is drawn. */
  static agentsAlive(options: Ready): LogChart {
    return LogChart.number({
      title: "Agents alive",
      query: "* | SELECT count(DISTINCT __source__) AS agents",
      yAxis: ["agents"],
      start: "-5m",
      ...options,
    });
  }

  readonly title: string;
  readonly chartName: string;
  readonly start: string;
  readonly end: string;
  readonly width: number;
  readonly height: number;

  private constructor(
    readonly type: ChartType,
    private readonly options: LogChartOptions,
    private readonly aggregateBy?: string,
  ) {
    this.title = options.title;
    this.chartName = options.chartName ?? nameOf(options.title);
    this.start = options.start ?? "-1h";
    this.end = options.end ?? "now";
    this.width = options.width ?? 12;
    this.height = options.height ?? 9;
  }

  /** What is wrong with it; told by the dashboard that it is given to. */
  get problem(): string | undefined {
    const where = `chart ${JSON.stringify(this.title)}`;
    if (this.title === "") return "a chart has no title; give each one its own";
    const nameProblem = chartNameProblem(this.chartName);
    if (nameProblem !== undefined) return `${where}: ${nameProblem}; give chartName`;
    if (!Number.isInteger(this.width) || this.width < 1 || this.width > gridColumns) {
      return `${where}: width must be 1 to ${gridColumns} columns, got ${this.width}`;
    }
    const height = Number.isInteger(this.height) && this.height >= 1;
    if (!height) return `${where}: height must be 1 or more rows, got ${this.height}`;
    return relativeTimeProblem(`${where}: start`, this.start) ?? relativeTimeProblem(`${where}: end`, this.end);
  }

  /** As the service takes it, at a place of the grid. */
  toJson(xPos: number, yPos: number): Readonly<Record<string, unknown>> {
    const { logstore, query, xAxis = [], yAxis = [], display = {} } = this.options;
    const options = this.queryOptions(xAxis, yAxis);
    return {
      title: this.chartName,
      type: this.type,
      search: {
        logstore: logstore.logstoreName,
        topic: "",
        // The queries of such a chart are in chartQueries.
        query: "@",
        start: inSeconds(this.start),
        end: inSeconds(this.end),
        chartQueries: [
          {
            name: "A",
            datasource: "logstore",
            project: logstore.project.projectName,
            logstore: logstore.logstoreName,
            query,
            tokenQuery: query,
          },
        ],
      },
      display: {
        displayName: this.title,
        basicOptions: {
          displayName: this.title,
          showTitle: true,
          showBorder: true,
          showBackground: true,
          showTime: true,
        },
        ...(options === undefined ? {} : { queryOptionMap: { A: { name: "A", ...options } } }),
        xAxis,
        yAxis,
        xPos,
        yPos,
        width: this.width,
        height: this.height,
        version: "2",
        ...display,
      },
      action: {},
    };
  }

  /** Which column is drawn as what; undefined leaves it to the console. */
  private queryOptions(xAxis: readonly string[], yAxis: readonly string[]): object | undefined {
    const [x, y] = [xAxis[0], yAxis[0]];
    if (x === undefined || y === undefined) return undefined;
    switch (this.type) {
      case "linepro":
      case "barpro":
        return { xAxisKey: x, yAxisKeys: yAxis };
      case "aggpro":
        return { xAxisKey: x, yAxisKey: y, aggField: this.aggregateBy };
      case "piepro":
        return { showFieldKey: x, numFieldKey: y };
      case "statpro":
      case "tablepro":
      case "rawlog":
        return undefined;
    }
  }
}

/** Columns of a dashboard. */
export const gridColumns = 24;

/** `Lines by program` -> `lines-by-program`. */
const nameOf = (title: string): string =>
  title
    .toLowerCase()
    .replace(/[^0-9a-z_]+/g, "-")
    .replace(/^[-_]+|[-_]+$/g, "")
    .slice(0, 100);

const seconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86400 };

/** `-1h` -> `-3600s`, which is how the service keeps it. */
function inSeconds(time: string): string {
  const [, count = "", unit = ""] = /^-(\d+)([smhd])$/.exec(time) ?? [];
  return count === "" ? time : `-${Number(count) * (seconds[unit] ?? 1)}s`;
}
