/** Dashboards with their charts: kept for whoever draws them. Source: SLS API reference, CreateDashboard. */
import { isObject, listField, objectField, textField, type Json } from "../sls/fields";
import { jsonBody, unixSeconds, type Operation, type SlsContext } from "../sls/context";
import { parameterInvalid, ServiceError } from "../sls/service-error";
import { keptOf, keptOperations, type KeptNoun } from "./kept";

const dashboards: KeptNoun = {
  noun: "Dashboard",
  list: "ListDashboard",
  path: "dashboards",
  nameField: "dashboardName",
  scope: "project",
  maximum: 100,
  problem(body) {
    const charts = listField(body, "charts", parameterInvalid);
    textField(body, "displayName", parameterInvalid);
    objectField(body, "attribute", parameterInvalid);
    return charts.every(isObject) ? undefined : "charts must be a list of objects";
  },
  describe: ({ body }) => ({ description: "", charts: [], ...body }),
  matches: (body, { dashboardName = "", displayName = "" }) =>
    String(body["dashboardName"]).includes(dashboardName) && String(body["displayName"] ?? "").includes(displayName),
  listed: (found) => ({
    dashboards: found.map(({ body }) => body["dashboardName"]),
    dashboardItems: found.map(({ body: { dashboardName, displayName = "", description = "" } }) => ({
      dashboardName,
      displayName,
      description,
    })),
  }),
};

const chartsOf = (context: SlsContext): readonly Json[] =>
  listField(keptOf(context, dashboards).body, "charts", parameterInvalid).filter(isObject);

function changeCharts(context: SlsContext, change: (charts: readonly Json[]) => readonly Json[]): object {
  const dashboard = keptOf(context, dashboards);
  dashboard.body = { ...dashboard.body, charts: change(chartsOf(context)) };
  dashboard.lastModifyTime = unixSeconds(context.now);
  return {};
}

function chartOf(context: SlsContext, title: string): Json {
  const chart = chartsOf(context).find((one) => one["title"] === title);
  if (chart === undefined) throw new ServiceError(404, "ChartNotExist", `chart ${title} does not exist`);
  return chart;
}

function createChart(context: SlsContext): object {
  const chart = jsonBody(context);
  const title = textField(chart, "title", parameterInvalid);
  if (title === "") throw parameterInvalid("title must be given");
  return changeCharts(context, (charts) => {
    if (charts.some((one) => one["title"] === title)) {
      throw new ServiceError(400, "ChartAlreadyExist", `chart ${title} already exists`);
    }
    return [...charts, chart];
  });
}

function updateChart(context: SlsContext): object {
  const chart = jsonBody(context);
  const former = chartOf(context, textField(chart, "title", parameterInvalid));
  return changeCharts(context, (charts) => charts.map((one) => (one["title"] === former["title"] ? chart : one)));
}

const charts = "/dashboards/{name}/charts";

export const dashboardOperations: readonly Operation[] = [
  ...keptOperations(dashboards),
  { name: "CreateChart", method: "POST", path: charts, scope: "project", handle: createChart },
  { name: "UpdateChart", method: "PUT", path: charts, scope: "project", handle: updateChart },
  {
    name: "GetChart",
    method: "GET",
    path: `${charts}/{chart}`,
    scope: "project",
    handle: (context) => ({ json: chartOf(context, context.path["chart"] ?? "") }),
  },
  {
    name: "DeleteChart",
    method: "DELETE",
    path: `${charts}/{chart}`,
    scope: "project",
    handle: (context) => {
      const { title } = chartOf(context, context.path["chart"] ?? "");
      return changeCharts(context, (all) => all.filter((one) => one["title"] !== title));
    },
  },
];
