/** `@alicloud/log`, unmodified (it knows no proxy): its endpoint is a name of ours, resolved to the cloud's port by an agent. */
import * as http from "node:http";
import { connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { testCloud, type TestCloud } from "../support/local-cloud";

// eslint-disable-next-line @typescript-eslint/no-require-imports -- it ships no types
const Client = require("@alicloud/log") as new (
  config: object,
) => Record<string, (...args: unknown[]) => Promise<unknown>>;

let cloud: TestCloud;
let agent: http.Agent;
beforeAll(async () => {
  cloud = await testCloud();
  agent = new http.Agent();
  agent.createConnection = () => connect(cloud.port, "127.0.0.1");
});
afterAll(async () => {
  agent.destroy();
  await cloud.close();
});

test("makes a project and a logstore, writes and searches", async () => {
  const client = new Client({ ...cloud.credentials, endpoint: "cn-hangzhou.sls.test" });
  const call = (name: string, ...args: unknown[]): Promise<unknown> => {
    const method = client[name];
    if (method === undefined) throw new Error(`no method ${name}`);
    return method.call(client, ...args, { agent, timeout: 10_000 });
  };
  const [project, logstore] = ["node-project", "node-logstore"];
  await call("createProject", project, { description: "by node" });
  await call("createLogStore", project, logstore, { ttl: 10, shardCount: 2 });
  expect(await call("listLogStore", project, {})).toMatchObject({ count: 1, logstores: [logstore] });
  await expect(call("getIndexConfig", project, logstore)).rejects.toMatchObject({ code: "IndexConfigNotExist" });
  await call("createIndex", project, logstore, { ttl: 7, line: { token: [" "], caseSensitive: false } });
  const now = Math.floor(Date.now() / 1000);
  await call("postLogStoreLogs", project, logstore, {
    topic: "t",
    source: "s",
    logs: [{ timestamp: now, content: { level: "info", message: "hello node" } }],
  });
  const [from, to] = [new Date((now - 60) * 1000), new Date((now + 60) * 1000)];
  expect(await call("getLogs", project, logstore, from, to, { query: "hello" })).toMatchObject([
    { __time__: String(now), __topic__: "t", __source__: "s", level: "info", message: "hello node" },
  ]);
  expect(await call("getHistograms", project, logstore, from, to, {})).toBeInstanceOf(Array);
  await call("deleteProject", project);
  await expect(call("getProject", project)).rejects.toMatchObject({ code: "ProjectNotExist" });
});
