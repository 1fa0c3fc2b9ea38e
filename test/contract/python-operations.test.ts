/** What the service keeps for others, by the word of the Python SDK, unmodified. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect } from "vitest";
import { testCloud, type TestCloud } from "../support/local-cloud";
import { pythonWithSdk, testWith } from "../support/tools";

const python = pythonWithSdk();
const test = testWith("Python with aliyun-log-python-sdk", python);

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await testCloud();
});
afterAll(() => cloud.close());

test("dashboards, jobs, pipelines, resources and the rest: made, changed, listed, read, deleted", async () => {
  const { accessKeyId, accessKeySecret } = cloud.credentials;
  const env = { ...process.env, ...cloud.env() };
  const args = ["cn-hangzhou.log.aliyuncs.com", accessKeyId, accessKeySecret, "python-operations"];
  const script = join(__dirname, "python_operations.py");
  const { stdout } = await promisify(execFile)(python ?? "", [script, ...args], { env }).catch(
    (error: { stderr: string }) => {
      throw new Error(error.stderr.replaceAll(accessKeySecret, "***").replaceAll(accessKeyId, "***"));
    },
  );
  expect(JSON.parse(stdout)).toEqual({
    dashboard: "Board 2",
    dashboards: ["board-1"],
    noDashboard: "DashboardNotExist",
    savedsearch: "error",
    savedsearches: ["search-1"],
    noSavedsearch: "SavedSearchNotExist",
    alert: "DISABLED",
    alertAgain: ["ENABLED", "Alert 2"],
    alerts: ["alert-1"],
    noAlert: "JobNotExist",
    etl: "STOPPED",
    etls: ["etl-1"],
    ingestion: "STOPPED",
    ingestions: ["ingestion-1"],
    exports: 1,
    logstoreExports: 1,
    noExport: "JobNotExist",
    scheduledSql: "ls-1",
    scheduledSqls: 1,
    instances: 0,
    externalStore: ["db", ""],
    externalStores: ["ext-1"],
    sqlInstance: 3,
    storeView: "ls-1",
    storeViews: ["view-1"],
    resource: "who",
    record: { name: "d" },
    records: 2,
    noResource: "ResourceNotExist",
    pipeline: [{ Type: "processor_parse_json_native", SourceKey: "content" }],
    pipelines: ["pipe-1"],
    asConfig: "/var/log",
    noPipeline: "ConfigNotExist",
  });
  expect(cloud.requests.filter(({ status }) => status >= 500)).toEqual([]);
  expect(cloud.requests.filter(({ unsupported }) => unsupported)).toEqual([]);
}, 60_000);
