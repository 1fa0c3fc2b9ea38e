import { TerraformVariable } from "cdktf";
import { describe, expect, test } from "vitest";
import { LogChart, LogDashboard, LogProject, LogStore, type ILogStore } from "../../constructs";
import { only, synth, withStore } from "../support/synth";

describe("A dashboard", () => {
  test("has the charts of rsyslog's lines, placed on its grid", () => {
    const json = withStore((stack, logstore, project) => {
      const charts = LogDashboard.syslogCharts(logstore);
      const dashboard = new LogDashboard(stack, "board", { project, dashboardName: "acme-board", charts });
      dashboard.addChart(LogChart.table({ title: "Slow", logstore, query: "ms > 100 | SELECT path" }));
    });
    const board = only(json, "alicloud_log_dashboard");
    expect(board).toMatchObject({ dashboard_name: "acme-board", display_name: "acme-board" });
    const charts = JSON.parse(String(board["char_list"])) as {
      title: string;
      search: { logstore: string; start: string };
      display: { xPos: number; yPos: number };
    }[];
    expect(charts.map(({ title, search, display: { xPos, yPos } }) => [title, search.start, xPos, yPos])).toEqual([
      ["agents-alive", "-300s", 0, 0],
      ["lines-by-program", "-3600s", 6, 0],
      ["error-rate", "-3600s", 0, 9],
      ["slow", "-3600s", 0, 18],
    ]);
  });

  test("says what is drawn in the words of the console's charts", () => {
    const chartOf = (make: (logstore: ILogStore) => LogChart): unknown => {
      const json = withStore((stack, logstore, project) => {
        new LogDashboard(stack, "board", { project, dashboardName: "acme-board", charts: [make(logstore)] });
      });
      return (JSON.parse(String(only(json, "alicloud_log_dashboard")["char_list"])) as unknown[])[0];
    };
    const query = "* | SELECT path, count(*) AS hits GROUP BY path";
    const options = { title: "Hits by path", query, xAxis: ["path"], yAxis: ["hits"] };
    expect(chartOf((logstore) => LogChart.pie({ ...options, logstore }))).toEqual({
      title: "hits-by-path",
      type: "piepro",
      search: {
        logstore: "web",
        topic: "",
        query: "@",
        start: "-3600s",
        end: "now",
        chartQueries: [
          { name: "A", datasource: "logstore", project: "acme-logs", logstore: "web", query, tokenQuery: query },
        ],
      },
      display: {
        displayName: "Hits by path",
        basicOptions: {
          displayName: "Hits by path",
          showTitle: true,
          showBorder: true,
          showBackground: true,
          showTime: true,
        },
        queryOptionMap: { A: { name: "A", showFieldKey: "path", numFieldKey: "hits" } },
        xAxis: ["path"],
        yAxis: ["hits"],
        xPos: 0,
        yPos: 0,
        width: 12,
        height: 9,
        version: "2",
      },
      action: {},
    });
    expect(chartOf((logstore) => LogChart.linesByProgram({ logstore }))).toMatchObject({
      type: "aggpro",
      display: { queryOptionMap: { A: { xAxisKey: "time", yAxisKey: "lines", aggField: "program" } } },
    });
    expect(chartOf((logstore) => LogChart.bar({ ...options, logstore }))).toMatchObject({
      type: "barpro",
      display: { queryOptionMap: { A: { xAxisKey: "path", yAxisKeys: ["hits"] } } },
    });
  });

  test("names its logstore by reference, so that Terraform makes that first", () => {
    const json = synth((stack) => {
      const project = new LogProject(stack, "project", { projectName: "acme-logs" });
      const logstore = new LogStore(stack, "store", { project, logstoreName: "web" });
      const charts = [LogChart.agentsAlive({ logstore })];
      new LogDashboard(stack, "board", { project, dashboardName: "acme-board", charts });
    });
    expect(only(json, "alicloud_log_dashboard")["char_list"]).toContain(
      '"logstore":"${alicloud_log_store.store_16A42F5D.logstore_name}"',
    );
  });

  test("without a chart is an omission", () => {
    const build = () =>
      withStore((stack, _logstore, project) => {
        new LogDashboard(stack, "board", { project, dashboardName: "acme-board" });
      });
    expect(build).toThrow("stack/board: has no chart, so nobody would see anything; give charts, or call addChart");
  });

  test.each([
    ["title twice", { title: "All!" }, 'two charts have the name "all"; give one of them another title or chartName'],
    [
      "name",
      { title: "全部" },
      'chart "全部": chart name must be 2 to 100 lower-case letters, digits, hyphens and underscores, beginning and ending with a letter or digit, got ""; give chartName',
    ],
    ["width", { title: "Bad", width: 25 }, 'chart "Bad": width must be 1 to 24 columns, got 25'],
    [
      "start",
      { title: "Bad", start: "1h" },
      'chart "Bad": start must be "now" or a time before it such as "-15m", got "1h"',
    ],
  ])("has no chart with a wrong %s", (_title, options, problem) => {
    withStore((stack, logstore, project) => {
      const chart = LogChart.number({ title: "All", logstore, query: "*" });
      const board = new LogDashboard(stack, "board", { project, dashboardName: "acme-board", charts: [chart] });
      const wrong = LogChart.number({ logstore, query: "*", ...options });
      expect(() => board.addChart(wrong)).toThrow(new Error(`stack/board: ${problem}`));
    });
  });
});

describe("A dashboard of others", () => {
  test("makes nothing, and its name may be unknown until apply", () => {
    const json = withStore((stack, _logstore, project) => {
      const found = LogDashboard.fromName(stack, "found", project, "acme-board");
      expect([found.dashboardName, found.givenName, found.project]).toEqual(["acme-board", "acme-board", project]);
      const name = new TerraformVariable(stack, "name", { type: "string" }).stringValue;
      expect(LogDashboard.fromName(stack, "unknown", project, name).givenName).toBe(name);
    });
    expect(json.resource).toBeUndefined();
  });

  test("has a legal name", () => {
    withStore((stack, _logstore, project) => {
      expect(() => LogDashboard.fromName(stack, "found", project, "a b")).toThrow(
        new Error(
          'stack/found: dashboard name must be 2 to 128 lower-case letters, digits, hyphens and underscores, beginning and ending with a letter or digit, got "a b"',
        ),
      );
    });
  });
});
