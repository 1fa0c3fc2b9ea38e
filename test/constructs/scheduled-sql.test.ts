import { TerraformVariable } from "cdktf";
import { describe, expect, test } from "vitest";
import { LogStore, ScheduledSql, type ScheduledSqlProps } from "../../constructs";
import { only, withStore } from "../support/synth";

const roleArn = "acs:ram::1234567890123456:role/aliyunlogdefaultrole";

describe("A query that runs by itself", () => {
  const props: Omit<ScheduledSqlProps, "source" | "destination"> = {
    jobName: "acme-hourly",
    destinationEndpoint: "cn-hangzhou-intranet.log.aliyuncs.com",
    script: '* | SELECT "app-name" AS program, count(*) AS lines GROUP BY program',
    roleArn,
  };
  const hourly = (more: Partial<ScheduledSqlProps>) =>
    withStore((stack, source, project) => {
      const destination = LogStore.fromName(stack, "results", project, "results");
      new ScheduledSql(stack, "sql", { ...props, source, destination, ...more });
    });

  test("writes its result to another logstore", () => {
    const job = only(hourly({}), "alicloud_sls_scheduled_sql");
    expect(job["schedule"]).toEqual({ type: "FixedRate", interval: "1h", delay: 30 });
    expect(job["scheduled_sql_configuration"]).toMatchObject({
      source_logstore: "web",
      dest_project: "acme-logs",
      dest_logstore: "results",
      from_time_expr: "@m-1h",
      to_time_expr: "@m",
      dest_role_arn: roleArn,
    });
  });

  test.each<[Partial<ScheduledSqlProps>, string]>([
    [{ window: { from: "-1h", to: "now" } }, 'window.from must be a cut time such as "@m", "@h" or "@h-1h", got "-1h"'],
    [{ maxRunTime: 10 }, "maxRunTime must be 60 to 1800 whole seconds, got 10"],
  ])("can't be %j", (more, problem) => {
    expect(() => hourly(more)).toThrow(new Error(`stack/sql: ${problem}`));
  });

  test("does not write to what it reads", () => {
    withStore((stack, source, project) => {
      const again = LogStore.fromName(stack, "again", project, "web");
      expect(() => new ScheduledSql(stack, "sql", { ...props, source, destination: again })).toThrow(
        new Error(
          "stack/sql: destination is the source, so that it would count its own results; give another logstore",
        ),
      );
    });
  });
});

describe("A query of others", () => {
  test("makes nothing, and its name may be unknown until apply", () => {
    const json = withStore((stack, _logstore, project) => {
      const found = ScheduledSql.fromName(stack, "found", project, "acme-hourly");
      expect([found.jobName, found.givenName, found.project]).toEqual(["acme-hourly", "acme-hourly", project]);
      const name = new TerraformVariable(stack, "name", { type: "string" }).stringValue;
      expect(ScheduledSql.fromName(stack, "unknown", project, name).givenName).toBe(name);
    });
    expect(json.resource).toBeUndefined();
  });

  test("has a legal name", () => {
    withStore((stack, _logstore, project) => {
      expect(() => ScheduledSql.fromName(stack, "found", project, "hourly-")).toThrow(
        new Error(
          'stack/found: job name must be 2 to 64 lower-case letters, digits, hyphens and underscores, beginning and ending with a letter or digit, got "hourly-"',
        ),
      );
    });
  });
});
