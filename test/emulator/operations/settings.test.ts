/** Calls beside the great nouns: machines, metric stores, settings of logstores, all projects, system tags. */
import { expect, test } from "vitest";
import { askAdmin, reportMachine } from "../../../emulator/admin-client";
import { rawRequest, type RawReply } from "../../support/raw-request";
import { projectCalls } from "../support/project-calls";

const project = "test-project";
const { call, account, json, cloud } = projectCalls();
const accountJson = async (path: string, query: Record<string, string>): Promise<Record<string, unknown>> =>
  JSON.parse((await account("GET", path, undefined, query)).text) as Record<string, unknown>;

test("an ip group shows every address, and when its agent was heard of", async () => {
  const machineList = ["10.0.0.1", "10.0.0.2"];
  await call("POST", "/machinegroups", { groupName: "by-ip", machineIdentifyType: "ip", machineList });
  const never = { "machine-uniqueid": "", "userdefined-id": "", lastHeartbeatTime: 0 };
  expect(await json("/machinegroups/by-ip/machines")).toEqual({
    count: 2,
    total: 2,
    machines: [
      { ip: "10.0.0.1", ...never },
      { ip: "10.0.0.2", ...never },
    ],
  });
  await reportMachine(cloud(), { ip: "10.0.0.2", uniqueId: "u-2", lastHeartbeatTime: 1_700_000_000, version: "1.8" });
  const { machines } = await json("/machinegroups/by-ip/machines", { offset: "1" });
  expect(machines).toEqual([
    {
      ip: "10.0.0.2",
      "machine-uniqueid": "u-2",
      "userdefined-id": "",
      lastHeartbeatTime: 1_700_000_000,
      version: "1.8",
    },
  ]);
});

test("a userdefined group shows the machines that have reported one of its ids", async () => {
  const machineList = ["team-a", "team-b"];
  await call("POST", "/machinegroups", { groupName: "by-id", machineIdentifyType: "userdefined", machineList });
  expect(await json("/machinegroups/by-id/machines")).toMatchObject({ total: 0, machines: [] });
  await reportMachine(cloud(), { ip: "10.0.0.3", userDefinedIds: ["other", "team-b"] });
  await reportMachine(cloud(), { ip: "10.0.0.4", userDefinedIds: ["other"] });
  const { total, machines } = await json("/machinegroups/by-id/machines");
  expect(total).toBe(1);
  expect(machines).toMatchObject([{ ip: "10.0.0.3", "userdefined-id": "team-b" }]);
  const [{ lastHeartbeatTime } = { lastHeartbeatTime: 0 }] = machines as { lastHeartbeatTime: number }[];
  expect(Math.abs(lastHeartbeatTime - Date.now() / 1000)).toBeLessThan(60);
});

test("a heartbeat that is none is refused in words, and all are forgotten on demand", async () => {
  const report = (json: unknown): Promise<unknown> => askAdmin(cloud().url, "/_local/machines", "POST", json);
  await expect(report({ ip: "host-1" })).rejects.toThrow('ip must be an address such as "192.168.0.10", got "host-1"');
  await expect(report({ ip: "10.0.0.1", name: "x" })).rejects.toThrow(/^a machine has no name; it has ip, uniqueId/);
  await expect(report({ ip: "10.0.0.1", userDefinedIds: "x" })).rejects.toThrow(/^userDefinedIds must be a list/);
  await expect(report({ ip: "10.0.0.1", lastHeartbeatTime: "now" })).rejects.toThrow(/^lastHeartbeatTime must be/);
  expect(await askAdmin(cloud().url, "/_local/machines")).toHaveLength(3);
  await askAdmin(cloud().url, "/_local/machines", "DELETE");
  expect(await askAdmin(cloud().url, "/_local/machines")).toEqual([]);
});

test("a metric store is a logstore of Metrics under a path of its own", async () => {
  const body = { name: "metrics-1", ttl: 7, shardCount: 2, metricType: "prometheus" };
  expect(await call("POST", "/metricstores", body)).toMatchObject({ status: 200, text: "" });
  expect(await call("POST", "/metricstores", body)).toMatchObject({ errorCode: "LogStoreAlreadyExist" });
  expect(await json("/metricstores/metrics-1")).toMatchObject({ ...body, mode: "standard" });
  expect(await json("/logstores/metrics-1")).toMatchObject({ telemetryType: "Metrics", ttl: 7 });
  expect(await json("/metricstores")).toEqual({ count: 1, total: 1, metricstores: ["metrics-1"] });
  const listed = (telemetryType: string): Promise<unknown> =>
    json("/logstores", { telemetryType }).then(({ logstores }) => logstores);
  expect(await listed("None")).toEqual(["test-logstore"]);
  expect(await listed("Metrics")).toEqual(["metrics-1"]);
  expect(await call("PUT", "/metricstores/metrics-1", { ttl: 14 })).toMatchObject({ status: 200 });
  expect(await json("/metricstores/metrics-1")).toMatchObject({ ttl: 14, shardCount: 2 });
  expect(await call("GET", "/metricstores/test-logstore")).toMatchObject({
    status: 404,
    errorCode: "LogStoreNotExist",
  });
  const meteringMode = "ChargeByDataIngest";
  await call("PUT", "/metricstores/metrics-1/meteringmode", { meteringMode });
  expect(await json("/metricstores/metrics-1/meteringmode")).toEqual({ meteringMode });
  expect(await call("DELETE", "/metricstores/metrics-1")).toMatchObject({ status: 200 });
  expect(await call("GET", "/logstores/metrics-1")).toMatchObject({ status: 404 });
});

test("encryption and modification are set by calls of their own, and read with the logstore", async () => {
  const path = "/logstores/test-logstore";
  const key = { keyId: "k", roleArn: "acs:ram::1:role/r", regionId: "cn-hangzhou" };
  expect(await json(path)).toMatchObject({ enableModify: false });
  await call("PUT", `${path}/encryption`, { enable: true, encryptType: "default", userCmkInfo: key });
  await call("PUT", `${path}/modification`, { enabled: true });
  expect(await json(path)).toMatchObject({
    enableModify: true,
    encrypt_conf: {
      enable: true,
      encrypt_type: "default",
      user_cmk_info: { cmk_key_id: "k", arn: "acs:ram::1:role/r", region_id: "cn-hangzhou" },
    },
  });
  await call("PUT", `${path}/encryption`, { enable: false });
  expect(await json(path)).toMatchObject({ encrypt_conf: { enable: false, encrypt_type: "default" } });
  expect(await call("PUT", `${path}/modification`, {})).toMatchObject({ status: 400, errorCode: "ParameterInvalid" });
});

test("all projects are listed over all regions, by region and by text", async () => {
  const beijing = { host: "cn-beijing.log.aliyuncs.com" };
  const made = await rawRequest(cloud(), {
    method: "POST",
    path: "/",
    headers: beijing,
    body: { projectName: "in-beijing", description: "north", recycleBinEnabled: true, dataRedundancyType: "ZRS" },
  });
  expect(made.status).toBe(200);
  const names = async (query: Record<string, string>): Promise<unknown[]> =>
    ((await accountJson("/", query))["projects"] as { projectName: string }[]).map(({ projectName }) => projectName);
  expect(await names({})).toEqual([project]);
  expect(await names({ type: "all" })).toEqual([project, "in-beijing"]);
  expect(await names({ type: "all", regionId: "cn-beijing" })).toEqual(["in-beijing"]);
  expect(await names({ type: "all", searchText: "north" })).toEqual(["in-beijing"]);
  const { projects } = await accountJson("/", { type: "all", regionId: "cn-beijing" });
  expect(projects).toMatchObject([{ recycleBinEnabled: true, dataRedundancyType: "ZRS" }]);
  expect(await account("POST", "/", { projectName: "p-1", dataRedundancyType: "XRS" })).toMatchObject({
    errorMessage: "dataRedundancyType must be LRS or ZRS, got XRS",
  });
});

test("an update of a project changes what it names", async () => {
  await call("PUT", "/", { recycleBinEnabled: true });
  expect(await json("/")).toMatchObject({ description: "a test", recycleBinEnabled: true });
});

test("system tags lie beside the user's, each owner's apart", async () => {
  const on = { resourceType: "project", resourceId: [project] };
  const list = async (path: string, query: Record<string, string> = {}): Promise<unknown> =>
    (await accountJson(path, { resourceType: "PROJECT", ...query }))["tagResources"];
  await account("POST", "/tag", { ...on, tags: [{ key: "team", value: "a" }] });
  await account("POST", "/systemtag", { ...on, tagOwnerUid: "1", tags: [{ key: "acs", value: "b" }] });
  const found = { resourceType: "project", resourceId: project };
  expect(await list("/tags")).toEqual([{ ...found, tagKey: "team", tagValue: "a" }]);
  expect(await list("/systemtags", { tagOwnerUid: "1" })).toEqual([{ ...found, tagKey: "acs", tagValue: "b" }]);
  expect(await list("/systemtags", { tagOwnerUid: "2" })).toEqual([]);
  await account("POST", "/systemuntag", { ...on, tagOwnerUid: "1", tags: [], all: true });
  expect(await list("/systemtags", { tagOwnerUid: "1" })).toEqual([]);
  expect(await list("/tags")).toHaveLength(1);
});

test("a dashboard and a pipeline are tagged when they are there", async () => {
  const tag = (resourceType: string, name: string): Promise<RawReply> =>
    account("POST", "/tag", { resourceType, resourceId: [`${project}#${name}`], tags: [{ key: "k", value: "v" }] });
  expect(await tag("dashboard", "board")).toMatchObject({ status: 404, errorCode: "DashboardNotExist" });
  await call("POST", "/dashboards", { dashboardName: "board" });
  expect(await tag("dashboard", "board")).toMatchObject({ status: 200 });
});
