/** Jobs: one space of names, a path for all and one for each kind; kept, switched on and off, and not run. */
import { expect, test } from "vitest";
import { projectCalls } from "../support/project-calls";

const { call, json } = projectCalls();

const alert = {
  name: "alert-1",
  displayName: "too many errors",
  type: "Alert",
  state: "Enabled",
  schedule: { type: "FixedRate", interval: "1m" },
  configuration: { version: "2.0", dashboard: "board", queryList: [{ store: "test-logstore", query: "*" }] },
};
const exported = {
  name: "export-1",
  displayName: "to OSS",
  configuration: { logstore: "test-logstore", fromTime: 1, toTime: 0, roleArn: "r", sink: { bucket: "b" } },
};

test("an alert made at /jobs is one at /alerts too, and of no other kind", async () => {
  expect(await call("POST", "/jobs", alert)).toMatchObject({ status: 200, text: "" });
  expect(await call("POST", "/alerts", alert)).toMatchObject({ status: 400, errorCode: "JobAlreadyExist" });
  const { state: _, ...given } = alert;
  const found = { ...given, status: "ENABLED", state: "Enabled", recyclable: false };
  expect(await json("/jobs/alert-1")).toMatchObject(found);
  expect(await json("/alerts/alert-1")).toMatchObject(found);
  expect(await call("GET", "/ossexports/alert-1")).toMatchObject({ status: 404, errorCode: "JobNotExist" });
  expect(await json("/etls")).toMatchObject({ count: 0, results: [] });
});

test("alerts are disabled and enabled, and take no START", async () => {
  await call("PUT", "/alerts/alert-1", undefined, { action: "disable" });
  expect(await json("/jobs/alert-1")).toMatchObject({ status: "DISABLED", state: "Disabled" });
  await call("PUT", "/jobs/alert-1", undefined, { action: "enable" });
  expect(await json("/alerts/alert-1")).toMatchObject({ status: "ENABLED", displayName: "too many errors" });
  const started = await call("PUT", "/alerts/alert-1", undefined, { action: "START" });
  expect(started.errorMessage).toBe("action of a job of type Alert must be one of ENABLE, DISABLE, got START");
});

test("an update takes the place of what was, and keeps name, type, status and creation", async () => {
  const before = await json("/jobs/alert-1");
  const changed = { displayName: "other", configuration: { queryList: [] }, schedule: alert.schedule };
  expect(await call("PUT", "/alerts/alert-1", changed)).toMatchObject({ status: 200 });
  const after = await json("/jobs/alert-1");
  expect(after).toMatchObject({ ...changed, type: "Alert", name: "alert-1", createTime: before["createTime"] });
  expect(after["configuration"]).not.toHaveProperty("dashboard");
  const renamed = await call("PUT", "/jobs/alert-1", { ...alert, name: "alert-2" });
  expect(renamed.errorMessage).toBe("name alert-2 is not the alert-1 of the path");
  await call("PUT", "/jobs/alert-1", alert);
});

test("an export runs at once, is stopped, started, and restarted with another configuration", async () => {
  expect(await call("POST", "/ossexports", exported)).toMatchObject({ status: 200 });
  expect(await json("/jobs/export-1")).toMatchObject({
    type: "Export",
    status: "RUNNING",
    schedule: { type: "Resident" },
    configuration: { version: "v2.0", parameters: {}, sink: { type: "AliyunOSS", bucket: "b" } },
  });
  expect(await call("GET", "/maxcomputeexports/export-1")).toMatchObject({ status: 404 });
  await call("PUT", "/ossexports/export-1", undefined, { action: "STOP" });
  expect(await json("/ossexports/export-1")).toMatchObject({ status: "STOPPED" });
  await call("PUT", "/ossexports/export-1", undefined, { action: "START" });
  expect(await json("/ossexports/export-1")).toMatchObject({ status: "RUNNING" });
  const sink = { type: "AliyunOSS", bucket: "b2" };
  const again = { ...exported, type: "Export", configuration: { ...exported.configuration, sink } };
  expect(await call("PUT", "/jobs/export-1", again, { action: "RESTART" })).toMatchObject({ status: 200 });
  expect(await json("/ossexports/export-1")).toMatchObject({ configuration: { sink: { bucket: "b2" } } });
});

test("lists go by kind, type, logstore, name and dashboard", async () => {
  const names = async (path: string, query?: Record<string, string>): Promise<unknown[]> =>
    ((await json(path, query))["results"] as { name: string }[]).map(({ name }) => name);
  expect(await names("/jobs")).toEqual(["alert-1", "export-1"]);
  expect(await names("/alerts")).toEqual(["alert-1"]);
  expect(await names("/jobs", { jobType: "Export" })).toEqual(["export-1"]);
  expect(await names("/jobs", { logstore: "test-logstore" })).toEqual(["alert-1", "export-1"]);
  expect(await names("/jobs", { logstore: "other" })).toEqual([]);
  expect(await names("/jobs", { jobName: "port" })).toEqual(["export-1"]);
  expect(await names("/jobs", { jobType: "Alert", resourceProvider: "board" })).toEqual(["alert-1"]);
  expect(await json("/jobs", { size: "1", offset: "1" })).toMatchObject({ count: 1, total: 2 });
  expect(await json("/jobs/export-1/jobinstances")).toEqual({ count: 0, total: 0, results: [] });
});

test.each([
  ["without a type", "/jobs", { ...alert, name: "a", type: undefined }, /^type must be one of Alert, AuditJob/],
  ["of an unknown type", "/jobs", { ...alert, name: "a", type: "Cron" }, /, got Cron$/],
  ["with a name that is none", "/alerts", { ...alert, name: "a b" }, /^name must be 1 to 128/],
  ["with a schedule of its own", "/alerts", { ...alert, name: "a", schedule: { type: "Now" } }, /^schedule.type must/],
  ["with no configuration", "/ossexports", { name: "e" }, /^configuration.logstore of the Export job must be given$/],
  [
    "with a query list that is none",
    "/alerts",
    { name: "a", configuration: { queryList: {} } },
    /^queryList must be a/,
  ],
])("a job %s is refused", async (_what, path, body, message) => {
  const refused = await call("POST", path, body);
  expect(refused).toMatchObject({ status: 400, errorCode: "ParameterInvalid" });
  expect(refused.errorMessage).toMatch(message);
});

test("what is deleted is gone under every path", async () => {
  expect(await call("DELETE", "/etls/alert-1")).toMatchObject({ status: 404, errorCode: "JobNotExist" });
  expect(await call("DELETE", "/alerts/alert-1")).toMatchObject({ status: 200 });
  expect(await call("GET", "/jobs/alert-1")).toMatchObject({ status: 404, errorCode: "JobNotExist" });
});
