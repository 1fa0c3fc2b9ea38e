import { isJson } from "../kind";
import { normalJson, sameJson, type JsonObject, type JsonValue } from "../json-text";
import { restKind } from "../rest-kind";
import { field, jsonText } from "../shape";
import { textOf } from "../values";

/** Charts without an `action` that is null: the service writes one into charts that have none. */
const withoutNulls = (charts: readonly JsonValue[]): JsonValue =>
  charts.map((chart) => {
    const members = Object.entries((chart ?? {}) as JsonObject);
    return Object.fromEntries(members.filter(([name, value]) => name !== "action" || value !== null));
  });

export const logDashboard = restKind({
  type: "alicloud_log_dashboard",
  project: "project_name",
  name: "dashboard_name",
  path: "/dashboards",
  noun: "Dashboard",
  nameMember: "dashboardName",
  gone: ["DashboardNotExist"],
  checks: [isJson("char_list", "list"), isJson("attribute", "object")],
  unchanged: { char_list: sameJson, attribute: sameJson },
  shape: { display_name: field("displayName"), char_list: jsonText("charts"), attribute: jsonText("attribute") },
  body: (planned, body) => ({ ...body, displayName: textOf(planned["display_name"]) }),
  found: ({ charts }, { attribute, ...attributes }) => ({
    ...attributes,
    char_list: normalJson(withoutNulls((charts ?? []) as JsonValue[])),
    ...(attribute === null ? {} : { attribute: attribute ?? null }),
  }),
});
