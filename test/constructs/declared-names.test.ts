/** What would be one thing to the service is declared once in an app. Logtail configs: logtail-config.test.ts. */
import { TerraformStack, TerraformVariable, Testing } from "cdktf";
import { describe, expect, test } from "vitest";
import {
  Environment,
  LogAlert,
  LogChart,
  LogCollection,
  LogDashboard,
  LogExport,
  LogIndex,
  LogProject,
  LogStore,
  MachineGroup,
  ScheduledSql,
  type ILogProject,
  type ILogStore,
} from "../../constructs";

type Declare = (scope: TerraformStack, id: string, logstore: ILogStore) => unknown;

const roleArn = "acs:ram::1234567890123456:role/aliyunlogdefaultrole";
const endpoint = "https://oss-cn-hangzhou-internal.aliyuncs.com";
const alert = { alertName: "hourly", displayName: "Errors", query: "*" };
const oss = { jobName: "hourly", bucket: "b", endpoint, roleArn };
const sql = { jobName: "hourly", destinationEndpoint: "cn-hangzhou-intranet.log.aliyuncs.com", script: "*", roleArn };

const declareProject: Declare = (scope, id) => new LogProject(scope, id, { projectName: "acme-web" });
const declareStore: Declare = (scope, id, { project }) => new LogStore(scope, id, { project, logstoreName: "access" });
const declareIndex: Declare = (scope, id, logstore) => new LogIndex(scope, id, { logstore });
const declareGroup: Declare = (scope, id, { project }) =>
  MachineGroup.ofUserDefinedId(scope, id, { project, groupName: "vms", userDefinedId: "web" });
const declareDashboard: Declare = (scope, id, logstore) =>
  new LogDashboard(scope, id, {
    project: logstore.project,
    dashboardName: "board",
    charts: [LogChart.agentsAlive({ logstore })],
  });
const declareAlert: Declare = (scope, id, logstore) => new LogAlert(scope, id, { ...alert, logstore });
const declareExport: Declare = (scope, id, logstore) => new LogExport(scope, id, { ...oss, logstore });
const declareSql: Declare = (scope, id, source) => {
  const destination = LogStore.fromName(scope, `${id}-destination`, source.project, "counts");
  return new ScheduledSql(scope, id, { ...sql, source, destination });
};

/** A stack with a logstore `web` of project `acme-logs`, both made elsewhere. */
function stackWithStore(app = Testing.app(), name = "stack"): { stack: TerraformStack; logstore: ILogStore } {
  const stack = new TerraformStack(app, name);
  const project = LogProject.fromName(stack, "project", "acme-logs");
  return { stack, logstore: LogStore.fromName(stack, "store", project, "web") };
}

const jobs = "alerts, exports and scheduled SQL share their names, so give one of them another";

describe("Two of one name are an error that names both, and what to do", () => {
  test.each<[string, Declare, Declare, string]>([
    [
      "projects",
      declareProject,
      declareProject,
      'project "acme-web" is declared already at one/first; give one of them another projectName, ' +
        "or write LogProject.fromName where the project is only used",
    ],
    [
      "logstores",
      declareStore,
      declareStore,
      'logstore "access" of project "acme-logs" is declared already at one/first; give one of them another logstoreName, ' +
        "or write LogStore.fromName where the logstore is only used",
    ],
    [
      "indexes of a logstore",
      declareIndex,
      declareIndex,
      'index of logstore "web" of project "acme-logs" is declared already at one/first; ' +
        "a logstore has one index at most, so give the fields of both to one of them",
    ],
    [
      "machine groups",
      declareGroup,
      declareGroup,
      'machine group "vms" of project "acme-logs" is declared already at one/first; give one of them another groupName, ' +
        "or write MachineGroup.fromName where the group is only used",
    ],
    [
      "dashboards",
      declareDashboard,
      declareDashboard,
      'dashboard "board" of project "acme-logs" is declared already at one/first; ' +
        "give one of them another dashboardName, or put the charts of both into one",
    ],
    [
      "an alert and an export",
      declareAlert,
      declareExport,
      `job "hourly" of project "acme-logs" is declared already at one/first; ${jobs}`,
    ],
    [
      "scheduled SQL and an alert",
      declareSql,
      declareAlert,
      `job "hourly" of project "acme-logs" is declared already at one/first; ${jobs}`,
    ],
  ])("%s, in one stack and in two", (_title, first, second, problem) => {
    const app = Testing.app();
    const one = stackWithStore(app, "one");
    const two = stackWithStore(app, "two");
    first(one.stack, "first", one.logstore);
    expect(() => second(one.stack, "second", one.logstore)).toThrow(new Error(`one/second: ${problem}`));
    expect(() => second(two.stack, "second", two.logstore)).toThrow(new Error(`two/second: ${problem}`));
  });
});

test("A name scheme that forgets the environment is found out when a second environment comes", () => {
  const app = Testing.app();
  const collection = (environment: Environment) =>
    new LogCollection(new TerraformStack(app, environment.name), "logs", {
      app: "shop",
      environment,
      nameScheme: ({ app: owner, noun }) => `${owner}-${noun}`,
    });
  collection(Environment.DEV);
  expect(() => collection(Environment.PROD)).toThrow(
    'prod/logs/project: project "shop-log-project" is declared already at dev/logs/project; ',
  );
});

test("What is imported does not count, before and after", () => {
  const { stack, logstore } = stackWithStore();
  const { project } = logstore;
  const use = (id: string): void => {
    LogProject.fromName(stack, `${id}-project`, "acme-web");
    LogStore.fromName(stack, `${id}-store`, project, "access");
    MachineGroup.fromName(stack, `${id}-group`, project, "vms");
    LogDashboard.fromName(stack, `${id}-dashboard`, project, "board");
    LogAlert.fromName(stack, `${id}-alert`, project, "hourly");
  };
  use("before");
  const declared = [declareProject, declareStore, declareGroup, declareDashboard, declareAlert];
  declared.forEach((declare, i) => declare(stack, `declared-${i}`, logstore));
  use("after");
});

test("One name may stand for different nouns, in different projects and in different apps", () => {
  const { stack, logstore } = stackWithStore();
  const other = LogProject.fromName(stack, "other", "acme-other-logs");
  new LogStore(stack, "a", { project: logstore.project, logstoreName: "web" });
  new LogStore(stack, "b", { project: other, logstoreName: "web" });
  MachineGroup.ofUserDefinedId(stack, "c", { project: other, groupName: "web", userDefinedId: "web" });
  new LogStore(stackWithStore().stack, "a", { project: logstore.project, logstoreName: "web" });
});

describe("What is known only at apply", () => {
  const variable = (scope: TerraformStack, id: string): string =>
    new TerraformVariable(scope, id, { type: "string" }).stringValue;

  test("may turn out to be another name", () => {
    const { stack, logstore } = stackWithStore();
    const logstoreName = variable(stack, "name");
    for (const id of ["a", "b"]) new LogStore(stack, id, { project: logstore.project, logstoreName });
    for (const id of ["c", "d"]) new LogProject(stack, id, { projectName: variable(stack, `${id}-name`) });
  });

  test("is the same project to itself, and may be another than the rest", () => {
    const { stack } = stackWithStore();
    const named = (id: string, projectName: string): ILogProject => LogProject.fromName(stack, id, projectName);
    const name = variable(stack, "name");
    const store = (id: string, project: ILogProject) => new LogStore(stack, id, { project, logstoreName: "access" });
    store("first", named("a", name));
    store("other", named("b", variable(stack, "other-name")));
    store("known", named("c", "acme-logs"));
    expect(() => store("second", named("d", name))).toThrow(
      'stack/second: logstore "access" of the same project is declared already at stack/first; ',
    );
  });
});
