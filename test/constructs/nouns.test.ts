/** Access, alerts, dashboards and jobs: what each becomes, and what is wrong with one that cannot be. */
import { describe, expect, test } from "vitest";
import {
  AgentRole,
  LogAlert,
  LogChart,
  LogDashboard,
  LogEgress,
  LogExport,
  LogExportFormat,
  LogProject,
  LogReaderPolicy,
  LogSecurityRules,
  LogStore,
  LogTags,
  PolicyStatement,
  Schedule,
  ScheduledSql,
  SecurityGroup,
  type ILogProject,
  type ILogStore,
  type LogAlertProps,
  type LogExportProps,
  type ScheduledSqlProps,
} from "../../constructs";
import { TerraformVariable, type TerraformStack } from "cdktf";
import { only, synth, type Synthesised } from "../support/synth";

const roleArn = "acs:ram::1234567890123456:role/aliyunlogdefaultrole";

function withStore(build: (stack: TerraformStack, logstore: ILogStore, project: ILogProject) => void): Synthesised {
  return synth((stack) => {
    const project = LogProject.fromName(stack, "project", "acme-logs");
    build(stack, LogStore.fromName(stack, "store", project, "web"), project);
  });
}

describe("The agents' role", () => {
  test("is for the logstores that are given: none is an error, and one of another project too", () => {
    const role = (logstores: (stack: TerraformStack) => readonly ILogStore[]) => () =>
      withStore((stack, _store, project) => {
        new AgentRole(stack, "role", { roleName: "acme.agent", project, logstores: logstores(stack) });
      });
    expect(role(() => [])).toThrow(
      "stack/role: logstores is empty, so the agents could write nothing; give at least one, or leave it out for all of the project's",
    );
    const elsewhere = (stack: TerraformStack): readonly ILogStore[] => [
      LogStore.fromName(stack, "other-store", LogProject.fromName(stack, "other", "other-logs"), "web"),
    ];
    expect(role(elsewhere)).toThrow(
      'stack/role: logstore "web" is in project "other-logs", but the role is for "acme-logs"; make a role for each project',
    );
  });

  test("may have a name that is known at apply", () => {
    const json = withStore((stack, _store, project) => {
      const roleName = `${new TerraformVariable(stack, "app", {}).stringValue}-agent`;
      new AgentRole(stack, "role", { roleName, project });
    });
    expect(only(json, "alicloud_ram_policy")["policy_name"]).toBe("${var.app}-agent-policy");
  });

  const json = withStore((stack, logstore, project) => {
    const role = new AgentRole(stack, "role", { roleName: "acme.agent", project, logstores: [logstore] });
    role.attachTo("i-1");
  });

  test("is for ECS, and may do what an agent does and nothing else", () => {
    const role = only(json, "alicloud_ram_role");
    expect(role["role_name"]).toBe("acme.agent");
    expect(JSON.parse(String(role["assume_role_policy_document"]))).toEqual({
      Statement: [{ Action: "sts:AssumeRole", Effect: "Allow", Principal: { Service: ["ecs.aliyuncs.com"] } }],
      Version: "1",
    });
    const policy = only(json, "alicloud_ram_policy");
    expect(policy["policy_name"]).toBe("acme-agent-policy");
    expect(JSON.parse(String(policy["policy_document"]))).toEqual({
      Statement: [
        {
          Action: ["log:ListMachineGroup", "log:GetMachineGroup", "log:GetAppliedConfigs"],
          Effect: "Allow",
          Resource: ["acs:log:*:*:project/acme-logs/machinegroup/*"],
        },
        {
          Action: ["log:GetConfig"],
          Effect: "Allow",
          Resource: ["acs:log:*:*:project/acme-logs/logtailconfig/*"],
        },
        {
          Action: ["log:PostLogStoreLogs"],
          Effect: "Allow",
          Resource: ["acs:log:*:*:project/acme-logs/logstore/web"],
        },
      ],
      Version: "1",
    });
  });

  test("comes to an instance with its rights: the attachment of the policy goes first", () => {
    const attachment = Object.keys(json.resource?.["alicloud_ram_role_policy_attachment"] ?? {})[0];
    expect(only(json, "alicloud_ecs_ram_role_attachment")).toEqual({
      instance_id: "i-1",
      ram_role_name: `\${alicloud_ram_role_policy_attachment.${attachment}.role_name}`,
    });
  });

  test("has a legal name", () => {
    withStore((stack, _logstore, project) => {
      expect(() => new AgentRole(stack, "bad", { roleName: "acme agent", project })).toThrow(
        new Error(
          'stack/bad: role name must be 1 to 64 letters, digits, "." and "-", got "acme agent" (10 characters)',
        ),
      );
    });
  });
});

test("People who read logs get a policy that changes nothing", () => {
  const json = withStore((stack, _logstore, project) => {
    new LogReaderPolicy(stack, "readers", { policyName: "acme-readers", project, users: ["ann"], roles: ["support"] });
  });
  const { Statement } = JSON.parse(String(only(json, "alicloud_ram_policy")["policy_document"])) as {
    Statement: { Action: string[] }[];
  };
  expect(Statement.flatMap(({ Action }) => Action)).toEqual(["log:Get*", "log:List*", "log:Query*", "log:ListProject"]);
  expect(only(json, "alicloud_ram_user_policy_attachment")).toMatchObject({ user_name: "ann", policy_type: "Custom" });
  expect(only(json, "alicloud_ram_role_policy_attachment")).toMatchObject({ role_name: "support" });
});

describe("A project", () => {
  test("has a policy, a resource group and tags", () => {
    const json = synth((stack) => {
      new LogProject(stack, "project", {
        projectName: "acme-logs",
        resourceGroupId: "rg-1",
        tags: { team: "web" },
        policy: [
          PolicyStatement.deny({
            actions: ["log:PostLogStoreLogs"],
            resources: ["acs:log:*:*:project/acme-logs/*"],
            conditions: { StringNotLike: { "acs:SourceVpc": ["vpc-*"] } },
          }),
        ],
      });
    });
    const project = only(json, "alicloud_log_project");
    expect(project).toMatchObject({ resource_group_id: "rg-1", tags: { team: "web" } });
    expect(JSON.parse(String(project["policy"]))).toEqual({
      Statement: [
        {
          Action: ["log:PostLogStoreLogs"],
          Condition: { StringNotLike: { "acs:SourceVpc": ["vpc-*"] } },
          Effect: "Deny",
          Principal: ["*"],
          Resource: ["acs:log:*:*:project/acme-logs/*"],
        },
      ],
      Version: "1",
    });
  });

  test.each([
    [
      { actions: [], resources: ["*"] },
      'policy statement has no action; give at least one, such as "log:GetLogStoreLogs"',
    ],
    [{ actions: ["log:Get*"], resources: [] }, 'policy statement has no resource; give at least one, or "*"'],
    [
      { actions: ["GetLogs"], resources: ["*"] },
      'policy action must be a product and an API, such as "log:Get*", got "GetLogs"',
    ],
  ])("has no statement such as %j", (options, problem) => {
    synth((stack) => {
      const policy = [PolicyStatement.allow(options)];
      expect(() => new LogProject(stack, "project", { projectName: "acme-logs", policy })).toThrow(
        new Error(`stack/project: ${problem}`),
      );
    });
  });
});

test("Tags flow down to what can have them, and do not replace what is there", () => {
  const json = synth((stack) => {
    const project = new LogProject(stack, "project", { projectName: "acme-logs", tags: { team: "web" } });
    new LogStore(stack, "store", { project, logstoreName: "web" });
    new SecurityGroup(stack, "group", { securityGroupName: "vms" });
    LogTags.add(stack, { team: "platform", cost: "42" });
  });
  expect(only(json, "alicloud_log_project")["tags"]).toEqual({ team: "web", cost: "42" });
  expect(only(json, "alicloud_security_group")["tags"]).toEqual({ team: "platform", cost: "42" });
  expect(only(json, "alicloud_log_store")["tags"]).toBeUndefined();
});

test("A tag that the cloud keeps for itself is an error", () => {
  synth((stack) => {
    expect(() => LogTags.add(stack, { "acs:team": "x" })).toThrow(
      new Error(
        'stack: tag key must be 1 to 128 characters and not begin with aliyun, acs:, http:// or https://, got "acs:team"',
      ),
    );
  });
});

describe("The agents' way out", () => {
  const rulesOf = (egress: LogEgress, dropOtherEgress = false) =>
    Object.values(
      synth((stack) => {
        const securityGroup = SecurityGroup.fromId(stack, "vms", "sg-1");
        new LogSecurityRules(stack, "rules", { securityGroup, egress, dropOtherEgress });
      }).resource?.["alicloud_security_group_rule"] ?? {},
    )
      .filter(({ type }) => type === "egress")
      .map((rule) =>
        [rule["policy"], rule["ip_protocol"], rule["cidr_ip"], rule["port_range"], rule["priority"]].join(" "),
      )
      .sort();

  test("is the intranet, everywhere, or a proxy", () => {
    expect(rulesOf(LogEgress.toIntranet())).toEqual([
      "accept tcp 100.64.0.0/10 443/443 1",
      "accept tcp 100.64.0.0/10 80/80 1",
    ]);
    expect(rulesOf(LogEgress.toPublic())).toEqual(["accept tcp 0.0.0.0/0 443/443 1", "accept tcp 0.0.0.0/0 80/80 1"]);
    expect(rulesOf(LogEgress.toProxy("10.0.0.8/32", 3128))).toEqual(["accept tcp 10.0.0.8/32 3128/3128 1"]);
  });

  test("may be the only one, with names and the metadata service", () => {
    expect(rulesOf(LogEgress.toProxy("10.0.0.8/32", 3128), true)).toEqual([
      "accept tcp 10.0.0.8/32 3128/3128 1",
      "accept tcp 100.100.100.200/32 80/80 1",
      "accept udp 100.64.0.0/10 53/53 1",
      "drop all 0.0.0.0/0 -1/-1 100",
    ]);
  });

  test("is there where all others are dropped", () => {
    const build = () =>
      synth((stack) => {
        const securityGroup = SecurityGroup.fromId(stack, "vms", "sg-1");
        new LogSecurityRules(stack, "rules", { securityGroup, dropOtherEgress: true });
      });
    expect(build).toThrow("stack/rules: dropOtherEgress would leave the agent no way out; give egress too");
  });
});

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

describe("An export to OSS", () => {
  const props: Omit<LogExportProps, "logstore"> = {
    jobName: "acme-archive",
    bucket: "acme-archive",
    endpoint: "https://oss-cn-hangzhou-internal.aliyuncs.com",
    roleArn,
  };
  const archive = (more: Partial<LogExportProps>) =>
    withStore((stack, logstore) => new LogExport(stack, "export", { ...props, logstore, ...more }));

  test("is of all logs, as compressed JSON", () => {
    expect(only(archive({ prefix: "logs" }), "alicloud_sls_oss_export_sink")["configuration"]).toEqual({
      logstore: "web",
      role_arn: roleArn,
      from_time: 1,
      to_time: 0,
      sink: {
        bucket: "acme-archive",
        endpoint: props.endpoint,
        role_arn: roleArn,
        buffer_interval: "300",
        buffer_size: "256",
        compression_type: "gzip",
        content_type: "json",
        content_detail: '{"enableTag":false}',
        path_format: "%Y/%m/%d/%H/%M",
        path_format_type: "time",
        time_zone: "+0800",
        prefix: "logs",
      },
    });
  });

  test("may be of columns", () => {
    const detail = (format: LogExportFormat) => {
      const { sink } = only(archive({ format }), "alicloud_sls_oss_export_sink")["configuration"] as { sink: object };
      return JSON.parse((sink as { content_detail: string }).content_detail) as object;
    };
    expect(detail(LogExportFormat.csv(["a", "b"]))).toMatchObject({ columns: ["a", "b"], header: true });
    expect(detail(LogExportFormat.parquet({ a: "int64" }))).toEqual({ columns: [{ name: "a", type: "int64" }] });
  });

  test.each<[Partial<LogExportProps>, string]>([
    [
      { roleArn: "aliyunlogdefaultrole" },
      'role must be an ARN such as "acs:ram::1234567890123456:role/aliyunlogdefaultrole", got "aliyunlogdefaultrole"',
    ],
    [{ bufferInterval: 60 }, "bufferInterval must be 300 to 900 whole seconds, got 60"],
    [
      { endpoint: "oss" },
      'endpoint must be one of OSS, such as "https://oss-cn-hangzhou-internal.aliyuncs.com", got "oss"',
    ],
  ])("can't be %j", (more, problem) => {
    expect(() => archive(more)).toThrow(new Error(`stack/export: ${problem}`));
  });
});

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
