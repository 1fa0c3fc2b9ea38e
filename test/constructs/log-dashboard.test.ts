import { TerraformVariable } from "cdktf";
import { describe, expect, test } from "vitest";
import { LogChart, LogDashboard, LogProject, LogStore } from "../../constructs";
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
      ["Agents alive", "-300s", 0, 0],
      ["Lines by program", "-3600s", 4, 0],
      ["Error rate", "-3600s", 0, 6],
      ["Slow", "-3600s", 0, 12],
    ]);
    expect(charts[0]?.search.logstore).toBe("web");
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
    ["title twice", { title: "A" }, 'two charts have the title "A"; give one of them another'],
    ["width", { title: "B", width: 21 }, 'chart "B": width must be 1 to 20 columns, got 21'],
    [
      "start",
      { title: "B", start: "1h" },
      'chart "B": start must be "now" or a time before it such as "-15m", got "1h"',
    ],
  ])("has no chart with a wrong %s", (_title, options, problem) => {
    withStore((stack, logstore, project) => {
      const chart = LogChart.number({ title: "A", logstore, query: "*" });
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
          'stack/found: dashboard name must be 4 to 128 letters, digits, hyphens and underscores, beginning and ending with a letter or digit, got "a b"',
        ),
      );
    });
  });
});
