/** Nouns that are kept and given back: each through its whole life, as bytes on the wire. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testCloud, withLogstore, type TestCloud } from "../../support/local-cloud";
import { rawRequest, type RawReply } from "../../support/raw-request";

let cloud: TestCloud;
const project = "test-project";

const call = (method: string, path: string, body?: unknown, of: string | undefined = project): Promise<RawReply> => {
  const [plain = "", search] = path.split("?");
  const query = Object.fromEntries(new URLSearchParams(search));
  return rawRequest(cloud, { method, path: plain, query, body, ...(of ? { project: of } : {}) });
};
const json = async (path: string, of?: string): Promise<unknown> => {
  const { status, text } = await call("GET", path, undefined, of);
  expect([status, text]).toEqual([200, expect.any(String)]);
  return JSON.parse(text) as unknown;
};

beforeAll(async () => {
  cloud = await testCloud();
  await withLogstore(cloud);
});
afterAll(() => cloud.close());

interface Life {
  readonly noun: string;
  readonly path: string;
  /** Of the account, not of a project. */
  readonly account?: true;
  readonly first: Record<string, unknown>;
  readonly second: Record<string, unknown>;
  readonly name: string;
  /** A list with the one thing in it. */
  readonly listed: object;
  readonly wrong: Record<string, unknown>;
  readonly why: string;
}

const chart = { title: "errors", type: "table", search: { logstore: "test-logstore", query: "*" }, display: {} };
const lives: readonly Life[] = [
  {
    noun: "Dashboard",
    path: "/dashboards",
    name: "board-1",
    first: { dashboardName: "board-1", displayName: "first", charts: [chart] },
    second: { dashboardName: "board-1", displayName: "second", charts: [], attribute: { type: "grid" } },
    listed: {
      count: 1,
      total: 1,
      dashboards: ["board-1"],
      dashboardItems: [{ dashboardName: "board-1", displayName: "second", description: "" }],
    },
    wrong: { dashboardName: "board-2", charts: "none" },
    why: 'charts must be a list, got "none"',
  },
  {
    noun: "SavedSearch",
    path: "/savedsearches",
    name: "search-1",
    first: { savedsearchName: "search-1", displayName: "first", logstore: "test-logstore", searchQuery: "*" },
    second: { savedsearchName: "search-1", displayName: "second", logstore: "test-logstore", searchQuery: "error" },
    listed: {
      count: 1,
      total: 1,
      savedsearches: ["search-1"],
      savedsearchItems: [{ savedsearchName: "search-1", displayName: "second" }],
    },
    wrong: { savedsearchName: "search-2", logstore: "test-logstore" },
    why: "searchQuery must be given",
  },
  {
    noun: "ExternalStore",
    path: "/externalstores",
    name: "ext-1",
    first: { externalStoreName: "ext-1", storeType: "rds-vpc", parameter: { host: "db", port: 3306, db: "d" } },
    second: { externalStoreName: "ext-1", storeType: "rds-vpc", parameter: { host: "db2", port: 3306, db: "d" } },
    listed: { count: 1, total: 1, externalstores: ["ext-1"] },
    wrong: { externalStoreName: "ext-2", storeType: "redis" },
    why: "storeType must be one of rds-vpc, oss, csv, postgresql, got redis",
  },
  {
    noun: "StoreView",
    path: "/storeviews",
    name: "view-1",
    first: { name: "view-1", storeType: "logstore", stores: [{ project, storeName: "test-logstore" }] },
    second: { name: "view-1", storeType: "logstore", stores: [{ project, storeName: "test-logstore", query: "a" }] },
    listed: { count: 1, total: 1, storeviews: ["view-1"] },
    wrong: { name: "view-2", storeType: "logstore", stores: [] },
    why: "stores must be a list of objects with project and storeName",
  },
  {
    noun: "Resource",
    path: "/resources",
    account: true,
    name: "res-1",
    first: { name: "res-1", type: "userdefine", schema: '{"schema":[]}', description: "first" },
    second: { name: "res-1", type: "userdefine", schema: '{"schema":[{"column":"a"}]}', description: "second" },
    listed: { count: 1, total: 1, items: [expect.objectContaining({ name: "res-1", description: "second" })] },
    wrong: { name: "res-2", type: "userdefine", schema: "{" },
    why: "schema must be the text of a JSON object",
  },
];

describe.each(lives)("$noun", ({ noun, path, account, name, first, second, listed, wrong, why }) => {
  const of = account ? "" : project;
  const one = `${path}/${name}`;

  test("is not there at first", async () => {
    expect(await call("GET", one, undefined, of)).toMatchObject({ status: 404, errorCode: `${noun}NotExist` });
    expect(await call("PUT", one, first, of)).toMatchObject({ status: 404, errorCode: `${noun}NotExist` });
    expect(await call("DELETE", one, undefined, of)).toMatchObject({ status: 404, errorCode: `${noun}NotExist` });
    expect(await json(path, of)).toMatchObject({ count: 0, total: 0 });
  });

  test("is made once, changed, listed and read as it came", async () => {
    expect(await call("POST", path, first, of)).toMatchObject({ status: 200, text: "" });
    expect(await call("POST", path, first, of)).toMatchObject({ status: 400, errorCode: `${noun}AlreadyExist` });
    expect(await json(one, of)).toMatchObject(first);
    expect(await call("PUT", one, second, of)).toMatchObject({ status: 200, text: "" });
    expect(await json(one, of)).toMatchObject(second);
    expect(await json(path, of)).toEqual(listed);
    expect(await json(`${path}?offset=1`, of)).toMatchObject({ count: 0, total: 1 });
  });

  test("is refused when it is wrong, or under a name that is none", async () => {
    const refused = await call("POST", path, wrong, of);
    expect(refused).toMatchObject({ status: 400, errorCode: "ParameterInvalid", errorMessage: why });
    const nameField = Object.keys(first).find((field) => first[field] === name) ?? "";
    const nameless = await call("POST", path, { ...first, [nameField]: "no name" }, of);
    expect(nameless).toMatchObject({ status: 400, errorCode: "ParameterInvalid" });
    const renamed = await call("PUT", one, { ...second, [nameField]: "other" }, of);
    expect(renamed.errorMessage).toBe(`${nameField} other is not the ${name} of the path`);
  });

  test("goes", async () => {
    expect(await call("DELETE", one, undefined, of)).toMatchObject({ status: 200, text: "" });
    expect(await call("GET", one, undefined, of)).toMatchObject({ status: 404 });
  });
});

test("what is of a project is not another project's, and goes with it", async () => {
  await call("POST", "/", { projectName: "other-project" }, "other-project");
  await call("POST", "/dashboards", { dashboardName: "board-1" }, "other-project");
  expect(await json("/dashboards")).toMatchObject({ total: 0 });
  await call("DELETE", "/", undefined, "other-project");
  await call("POST", "/", { projectName: "other-project" }, "other-project");
  expect(await json("/dashboards", "other-project")).toMatchObject({ total: 0 });
});

test("charts are added to a dashboard, changed and taken away one by one", async () => {
  await call("POST", "/dashboards", { dashboardName: "charted", charts: [] });
  const charts = "/dashboards/charted/charts";
  expect(await call("POST", charts, chart)).toMatchObject({ status: 200 });
  expect(await call("POST", charts, chart)).toMatchObject({ status: 400, errorCode: "ChartAlreadyExist" });
  expect(await call("PUT", charts, { ...chart, type: "line" })).toMatchObject({ status: 200 });
  expect(await json(`${charts}/errors`)).toMatchObject({ title: "errors", type: "line" });
  expect(await call("DELETE", `${charts}/errors`)).toMatchObject({ status: 200 });
  expect(await call("GET", `${charts}/errors`)).toMatchObject({ status: 404, errorCode: "ChartNotExist" });
  expect(await json("/dashboards/charted")).toMatchObject({ charts: [] });
});

test("the password of an external store is never told", async () => {
  const parameter = { host: "db", username: "u", password: "p-secret-1", port: 3306 };
  const body = { externalStoreName: "ext-secret", storeType: "rds-vpc", parameter };
  expect(await call("POST", "/externalstores", body)).toMatchObject({ status: 200 });
  const { text } = await call("GET", "/externalstores/ext-secret");
  expect(text).not.toContain("p-secret-1");
  expect(JSON.parse(text)).toMatchObject({ parameter: { username: "u", password: "" } });
});

test("records of a resource have ids, tags and JSON values; they go with the resource", async () => {
  await call("POST", "/resources", { name: "people", type: "userdefine" }, "");
  const all = "/resources/people/records";
  const record = (id: string, tag: string): object => ({ id, tag, value: `{"n":"${id}"}` });
  expect(await call("POST", all, record("a", "x"), "")).toMatchObject({ status: 200 });
  expect(await call("POST", all, record("a", "x"), "")).toMatchObject({ errorCode: "ResourceRecordAlreadyExist" });
  expect(await call("POST", all, { value: "[1]" }, "")).toMatchObject({ errorCode: "ParameterInvalid" });
  await call("PUT", all, { records: [record("b", "x"), record("c", "y")] }, "");
  expect(await json(`${all}?tag=x`, "")).toMatchObject({ count: 2, items: [{ id: "a" }, { id: "b" }] });
  expect(await json(`${all}?ids=b,c`, "")).toMatchObject({ count: 2, items: [{ id: "b" }, { id: "c" }] });
  await call("PUT", `${all}/b`, { tag: "z", value: '{"n":2}' }, "");
  expect(await json(`${all}/b`, "")).toMatchObject({ id: "b", tag: "z", value: '{"n":2}' });
  expect(await call("DELETE", `${all}?ids=b,nobody`, undefined, "")).toMatchObject({
    status: 404,
    errorCode: "ResourceRecordNotExist",
  });
  expect(await call("DELETE", `${all}?ids=b,c`, undefined, "")).toMatchObject({ status: 200 });
  expect(await call("GET", `${all}/b`, undefined, "")).toMatchObject({ errorCode: "ResourceRecordNotExist" });
  await call("DELETE", "/resources/people", undefined, "");
  expect(await call("GET", all, undefined, "")).toMatchObject({ status: 404, errorCode: "ResourceNotExist" });
  await call("POST", "/resources", { name: "people", type: "userdefine" }, "");
  expect(await json(all, "")).toMatchObject({ total: 0 });
});

test("processors are put, read with their times, and named by logstores that use them", async () => {
  const body = { displayName: "p", configuration: { spl: "* | extend a = 1", parseFail: "keep" } };
  const use = (processorName: string): Promise<RawReply> =>
    call("POST", "/logstores/test-logstore/processor", { processorName });
  expect(await use("p-1")).toMatchObject({ status: 404, errorCode: "IngestProcessorNotExist" });
  for (let n = 0; n < 2; n++) expect(await call("PUT", "/ingestprocessors/p-1", body)).toMatchObject({ status: 200 });
  expect(await json("/ingestprocessors")).toMatchObject({ count: 1, processors: [{ processorName: "p-1", ...body }] });
  expect(await use("p-1")).toMatchObject({ status: 200 });
  expect(await json("/logstores/test-logstore")).toMatchObject({ processorId: "p-1" });
  await use("");
  expect(await json("/logstores/test-logstore")).not.toHaveProperty("processorId");
  expect(await call("GET", "/consumeprocessors/p-1")).toMatchObject({ errorCode: "ConsumeProcessorNotExist" });
});

test("collection policies are upserted by name, whose product and data stay", async () => {
  const policy = {
    policyName: "all-oss",
    productCode: "oss",
    dataCode: "access_log",
    enabled: true,
    policyConfig: { resourceMode: "all" },
    dataConfig: { dataRegion: "cn-hangzhou" },
  };
  const path = "/collectionpolicy";
  expect(await call("POST", path, policy, "")).toMatchObject({ status: 200 });
  expect(await call("POST", path, { ...policy, enabled: false }, "")).toMatchObject({ status: 200 });
  expect(await json(`${path}/all-oss`, "")).toEqual({
    collectionPolicy: expect.objectContaining({
      enabled: false,
      dataConfig: { dataRegion: "cn-hangzhou", dataProject: "aliyun-product-data-1000000000000000-cn-hangzhou" },
    }) as unknown,
  });
  expect((await call("POST", path, { ...policy, dataCode: "metering_log" }, "")).errorMessage).toBe(
    "dataCode of all-oss is access_log and cannot be changed",
  );
  const badMode = { ...policy, policyName: "bad", policyConfig: { resourceMode: "some" } };
  expect(await call("POST", path, badMode, "")).toMatchObject({ status: 400, errorCode: "ParameterInvalid" });
  expect(await json(`${path}?productCode=oss`, "")).toMatchObject({ currentCount: 1, totalCount: 1 });
  expect(await json(`${path}?productCode=rds`, "")).toMatchObject({ totalCount: 0 });
  expect(await call("DELETE", `${path}/all-oss`, undefined, "")).toMatchObject({ status: 200 });
  expect(await call("GET", `${path}/all-oss`, undefined, "")).toMatchObject({
    status: 404,
    errorCode: "PolicyNotExist",
  });
});

test("logging and the SQL instance are one of a project", async () => {
  const logging = { loggingProject: project, loggingDetails: [{ type: "operation_log", logstore: "internal" }] };
  expect(await call("GET", "/logging")).toMatchObject({ status: 404, errorCode: "LoggingNotExist" });
  expect(await call("POST", "/logging", { loggingProject: "nowhere" })).toMatchObject({ errorCode: "ProjectNotExist" });
  expect(await call("POST", "/logging", logging)).toMatchObject({ status: 200 });
  expect(await call("POST", "/logging", logging)).toMatchObject({ errorCode: "LoggingAlreadyExist" });
  expect(await json("/logging")).toEqual(logging);
  expect(await call("DELETE", "/logging")).toMatchObject({ status: 200 });

  expect(await json("/sqlinstance")).toEqual([]);
  expect(await call("PUT", "/sqlinstance", { cu: 2 })).toMatchObject({ status: 404, errorCode: "SqlInstanceNotExist" });
  expect(await call("POST", "/sqlinstance", { cu: 0 })).toMatchObject({ status: 400, errorCode: "ParameterInvalid" });
  await call("POST", "/sqlinstance", { cu: 2, useAsDefault: true });
  expect(await json("/sqlinstance")).toMatchObject([{ name: project, cu: 2, useAsDefault: true }]);
});

test("agent instance configs are told apart by type and attributes", async () => {
  const path = "/agentinstanceconfigs";
  const attributes = { region: "cn-hangzhou" };
  const asked = `?attributes=${encodeURIComponent(JSON.stringify(attributes))}`;
  await call("POST", path, { configType: "limits", config: "{}", attributes: {} }, "");
  await call("POST", path, { configType: "limits", config: '{"cpu":1}', attributes }, "");
  expect(await call("POST", path, { configType: "limits", config: "", attributes }, "")).toMatchObject({
    errorCode: "AgentInstanceConfigAlreadyExist",
  });
  expect(await json(path, "")).toMatchObject({ size: 2, total: 2 });
  expect(await json(`${path}/limits${asked}`, "")).toMatchObject({ config: '{"cpu":1}', attributes });
  await call("PUT", `${path}/limits${asked}`, { config: '{"cpu":2}' }, "");
  expect(await json(`${path}/limits${asked}`, "")).toMatchObject({ config: '{"cpu":2}', attributes });
  expect(await json(`${path}/limits`, "")).toMatchObject({ config: "{}" });
  await call("DELETE", `${path}/limits${asked}`, undefined, "");
  expect(await call("GET", `${path}/limits${asked}`, undefined, "")).toMatchObject({
    errorCode: "AgentInstanceConfigNotExist",
  });
});

test("the service is open", async () => {
  expect(await call("POST", "/slsservice", undefined, "")).toMatchObject({ status: 200, text: "" });
  expect(await json("/slsservice", "")).toEqual({ enabled: true, status: "Opened" });
});
