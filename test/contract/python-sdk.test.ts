/** The Python SDK, unmodified, against the local cloud: as a proxy under the real names. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect } from "vitest";
import { clientOf, testCloud, type TestCloud } from "../support/local-cloud";
import { pythonWithSdk, testWith } from "../support/tools";

const python = pythonWithSdk();
const test = testWith("Python with aliyun-log-python-sdk", python);
const run = promisify(execFile);

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await testCloud();
});
afterAll(() => cloud.close());

async function runPython(script: string, ...args: string[]): Promise<string> {
  const { accessKeyId, accessKeySecret } = cloud.credentials;
  const env = { ...process.env, ...cloud.env() };
  const { stdout } = await run(python ?? "", [join(__dirname, script), ...args], { env }).catch(
    (error: { stderr: string }) => {
      throw new Error(error.stderr.replaceAll(accessKeySecret, "***").replaceAll(accessKeyId, "***"));
    },
  );
  return stdout;
}

test.each([
  ["cn-hangzhou.log.aliyuncs.com", "python-http"],
  ["https://cn-hangzhou.log.aliyuncs.com", "python-https"],
])("writes, searches, pulls and lists through %s", async (endpoint, project) => {
  const { accessKeyId, accessKeySecret } = cloud.credentials;
  const out = JSON.parse(await runPython("python_sdk.py", endpoint, accessKeyId, accessKeySecret, project)) as object;
  expect(out).toEqual({
    project,
    again: "ProjectAlreadyExist",
    logstores: ["python-logstore"],
    ttl: 7,
    noIndex: "IndexConfigNotExist",
    indexTtl: 7,
    complete: true,
    found: 100,
    first: { source: "10.0.0.7", contents: { "app-name": "todo-list", msg: "line 0 中文" } },
    histogramTotal: 150,
    pulled: 150,
    consumerGroups: ["python-consumers"],
    shardsOf: [[1], [0]],
    checkpoint: ["c1"],
    noConsumer: "ConsumerNotExist",
    split: [
      [0, "readonly"],
      [1, "readwrite"],
      [2, "readwrite"],
      [3, "readwrite"],
    ],
    merged: [1, 4],
    groups: ["python-group"],
    group: ["userdefined", ["logtail-id"]],
    machines: 0,
    wrongSecret: "SignatureNotMatch",
    gone: "ProjectNotExist",
  });
});

test("the seeds' own script, unmodified, upserts the config and binds it, the first time and again", async () => {
  const client = clientOf(cloud);
  const [project, group, config] = ["project", "machine-group", "logtail-config"].map((what) =>
    what === "logtail-config" ? `sample-app-${what}-dev` : `sample-app-log-${what}-dev`,
  ) as [string, string, string];
  await client.createProject(project, {});
  await client.createLogStore(project, "sample-app-log-store-dev", { ttl: 30, shardCount: 2 });
  await client.createMachineGroup(project, {
    groupName: group,
    groupType: "",
    machineIdentifyType: "userdefined",
    machineList: ["logtail-id-dev"],
    groupAttribute: {},
  });
  const { accessKeyId, accessKeySecret } = cloud.credentials;
  const args = [accessKeyId, accessKeySecret, "cn-hangzhou", "dev"];
  expect(await runPython("update_logtail_config.py", ...args)).toContain("No existing logtail configuration found.");
  expect(await runPython("update_logtail_config.py", ...args)).toContain("Existing logtail configuration found");
  expect(await client.getAppliedConfigs(project, group)).toEqual([config]);
  expect(await client.getLogtailConfig(project, config)).toMatchObject({
    configName: config,
    inputType: "syslog",
    inputDetail: { tag: "sys_tag", localStorage: true },
    outputType: "LogService",
    outputDetail: { logstoreName: "sample-app-log-store-dev" },
  });
  client.close();
});
