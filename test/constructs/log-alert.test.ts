import { TerraformOutput, TerraformVariable } from "cdktf";
import { describe, expect, test } from "vitest";
import { LogAlert, Schedule, type LogAlertProps } from "../../constructs";
import { only, withStore } from "../support/synth";

describe("An alert", () => {
  const props: Omit<LogAlertProps, "logstore"> = {
    alertName: "acme-errors",
    displayName: "Errors",
    query: "level: ERROR | SELECT count(*) AS errors",
  };
  const alert = (more: Partial<LogAlertProps>) =>
    withStore((stack, logstore) => new LogAlert(stack, "alert", { ...props, logstore, ...more }));

  test("is told by its condition; what looks like a template is the alert's", () => {
    const json = alert({ condition: "errors > 100", severity: "high", annotations: { title: "${errors} errors" } });
    expect(only(json, "alicloud_sls_alert")).toMatchObject({
      project_name: "acme-logs",
      alert_name: "acme-errors",
      schedule: { type: "FixedRate", interval: "5m", delay: 0, run_immdiately: true },
      configuration: {
        version: "2.0",
        query_list: [{ store: "web", start: "-15m", end: "now", query: props.query }],
        severity_configurations: [{ severity: 8, eval_condition: { condition: "errors > 100", count_condition: "" } }],
        annotations: [{ key: "title", value: "$${errors} errors" }],
      },
    });
  });

  test.each<[Partial<LogAlertProps>, string]>([
    [
      { alertName: "Errors" },
      'job name must be 2 to 64 lower-case letters, digits, hyphens and underscores, beginning and ending with a letter or digit, got "Errors"',
    ],
    [{ start: "yesterday" }, 'start must be "now" or a time before it such as "-15m", got "yesterday"'],
    [
      { schedule: Schedule.every("5 minutes") },
      'schedule must be a number and s, m, h or d, such as "5m", got "5 minutes"',
    ],
    [
      { schedule: Schedule.cron("0 8") },
      'cron must have five fields (minute hour day month weekday), such as "0 8 * * 1", got "0 8"',
    ],
    [{ threshold: 0 }, "threshold must be 1 to 100 times, got 0"],
  ])("can't be %j", (more, problem) => {
    expect(() => alert(more)).toThrow(new Error(`stack/alert: ${problem}`));
  });
});

describe("An alert of others", () => {
  test("makes nothing, and its name may be unknown until apply", () => {
    const json = withStore((stack, _logstore, project) => {
      const found = LogAlert.fromName(stack, "found", project, "acme-errors");
      expect([found.alertName, found.givenName, found.project]).toEqual(["acme-errors", "acme-errors", project]);
      const name = new TerraformVariable(stack, "name", { type: "string" }).stringValue;
      expect(LogAlert.fromName(stack, "unknown", project, name).givenName).toBe(name);
    });
    expect(json.resource).toBeUndefined();
  });

  test("has a legal name", () => {
    withStore((stack, _logstore, project) => {
      expect(() => LogAlert.fromName(stack, "found", project, "Errors")).toThrow(
        new Error(
          'stack/found: job name must be 2 to 64 lower-case letters, digits, hyphens and underscores, beginning and ending with a letter or digit, got "Errors"',
        ),
      );
    });
  });
});

test("An alert's name is a reference in its own stack, so that its users come after it", () => {
  const json = withStore((stack, logstore) => {
    const alert = new LogAlert(stack, "alert", {
      alertName: "acme-errors",
      displayName: "Errors",
      logstore,
      query: "*",
    });
    new TerraformOutput(stack, "alert_name", { value: alert.alertName });
  });
  expect(json.output?.["alert_name"]?.value).toBe("${alicloud_sls_alert.alert_0BECF1FC.alert_name}");
});
