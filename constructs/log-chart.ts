import { relativeTimeProblem } from "../sls/model/jobs";
import type { ILogStore } from "./log-store";

/** Drawn as. Source: SLS, "Chart types". */
export type ChartType = "linepro" | "barpro" | "piepro" | "statpro" | "tablepro" | "logpro";

export interface LogChartOptions {
  /** Unique in its dashboard. */
  readonly title: string;
  readonly logstore: ILogStore;
  /** A search with SQL, e.g. `* | SELECT count(*) AS lines`. */
  readonly query: string;
  /** Columns of the result. @default - none */
  readonly xAxis?: readonly string[];
  /** @default - none */
  readonly yAxis?: readonly string[];
  /** Begin of the time that is drawn. @default "-1h" */
  readonly start?: string;
  /** @default "now" */
  readonly end?: string;
  /** Of 20 columns. @default 10 */
  readonly width?: number;
  /** In rows. @default 6 */
  readonly height?: number;
  /** More of the service's `display`, e.g. colours. @default - none */
  readonly display?: Readonly<Record<string, unknown>>;
}

type Ready = Omit<LogChartOptions, "query" | "title">;

const minutely = "date_format(date_trunc('minute', __time__), '%Y-%m-%d %H:%i') AS time";

/** One chart of a dashboard. */
export class LogChart {
  static line(options: LogChartOptions): LogChart {
    return new LogChart("linepro", options);
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

  /** Of rsyslog's lines: how many each program wrote in each minute. */
  static linesByProgram(options: Ready): LogChart {
    return LogChart.line({
      title: "Lines by program",
      query: `* | SELECT ${minutely}, "app-name" AS program, count(*) AS lines GROUP BY time, program ORDER BY time LIMIT 10000`,
      xAxis: ["time"],
      yAxis: ["lines"],
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
  readonly start: string;
  readonly end: string;
  readonly width: number;
  readonly height: number;

  private constructor(
    readonly type: ChartType,
    private readonly options: LogChartOptions,
  ) {
    this.title = options.title;
    this.start = options.start ?? "-1h";
    this.end = options.end ?? "now";
    this.width = options.width ?? 10;
    this.height = options.height ?? 6;
  }

  /** What is wrong with it; told by the dashboard that it is given to. */
  get problem(): string | undefined {
    const where = `chart ${JSON.stringify(this.title)}`;
    if (this.title === "") return "a chart has no title; give each one its own";
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
    return {
      title: this.title,
      type: this.type,
      search: {
        logstore: logstore.logstoreName,
        topic: "",
        query,
        start: inSeconds(this.start),
        end: inSeconds(this.end),
      },
      display: {
        xAxis,
        yAxis,
        xPos,
        yPos,
        width: this.width,
        height: this.height,
        displayName: this.title,
        ...display,
      },
      action: {},
    };
  }
}

/** Columns of a dashboard. */
export const gridColumns = 20;

const seconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86400 };

/** `-1h` -> `-3600s`, which is how the service keeps it. */
function inSeconds(time: string): string {
  const [, count = "", unit = ""] = /^-(\d+)([smhd])$/.exec(time) ?? [];
  return count === "" ? time : `-${Number(count) * (seconds[unit] ?? 1)}s`;
}
