/** `@alicloud/log`, unmodified. It knows no proxy: an agent handed to it opens its connections to the cloud's port. */
import * as http from "node:http";
import * as https from "node:https";
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cloudPort, counted, credentials, packageVersion, region, report } from "./support/world";

type Method = (...args: unknown[]) => Promise<unknown>;
type Client = Readonly<Record<Exclude<string, "">, Method>>;

// eslint-disable-next-line @typescript-eslint/no-require-imports -- it ships no types
const LogClient = require("@alicloud/log") as new (config: object) => Client;

const token = [..." ,'\";=()[]{}?@&<>/:\n\t\r"];
const index = {
  ttl: 7,
  line: { token, caseSensitive: false },
  keys: {
    level: { type: "text", token, caseSensitive: false, doc_value: true },
    took: { type: "long", doc_value: true },
  },
};

const plain = new http.Agent({ keepAlive: true });
plain.createConnection = () => connect(cloudPort, "127.0.0.1");
const secure = new https.Agent({ keepAlive: true });
secure.createConnection = (options) =>
  connectTls({ port: cloudPort, host: "127.0.0.1", servername: (options as { servername: string }).servername });

beforeAll(() => report({ version: packageVersion("@alicloud/log") }));
afterAll(() => {
  plain.destroy();
  secure.destroy();
});

/** Calls a method with the agent as its last argument, the options. */
function caller(config: object, agent: http.Agent): (method: string, ...args: unknown[]) => Promise<unknown> {
  const client = counted(new LogClient({ ...credentials, ...config }));
  return (method, ...args) => {
    const call = client[method];
    if (call === undefined) throw new Error(`@alicloud/log has no method ${method}`);
    return call.call(client, ...args, { agent, timeout: 20_000 });
  };
}

describe.each([
  ["http, the region's own name", { region }, plain, "node-http"],
  ["http, our zone", { endpoint: `${region}.sls.test` }, plain, "node-zone"],
  ["https", { endpoint: `https://${region}.log.aliyuncs.com` }, secure, "node-https"],
  ["http, the intranet's name", { region, net: "intranet" }, plain, "node-intranet"],
] as const)("%s", (_what, config, agent, project) => {
  const call = caller(config, agent);
  const logstore = "node-logstore";

  test("a project and its logstores are made, found, changed", async () => {
    await call("createProject", project, { description: "by node" });
    expect(await call("getProject", project)).toMatchObject({ projectName: project, description: "by node", region });
    await expect(call("createProject", project, {})).rejects.toMatchObject({ code: "ProjectAlreadyExist" });
    await call("createLogStore", project, logstore, { ttl: 10, shardCount: 2 });
    expect(await call("listLogStore", project, {})).toMatchObject({ count: 1, total: 1, logstores: [logstore] });
    expect(await call("listLogStore", project, { logstoreName: "other", offset: 0, size: 10 })).toMatchObject({
      count: 0,
    });
    await call("updateLogStore", project, logstore, { ttl: 20, shardCount: 2 });
    expect(await call("getLogStore", project, logstore)).toMatchObject({
      logstoreName: logstore,
      ttl: 20,
      shardCount: 2,
    });
    await expect(call("getLogStore", project, "nothing")).rejects.toMatchObject({ code: "LogStoreNotExist" });
  });

  test("an index is made, found, changed", async () => {
    await expect(call("getIndexConfig", project, logstore)).rejects.toMatchObject({ code: "IndexConfigNotExist" });
    await call("createIndex", project, logstore, index);
    expect(await call("getIndexConfig", project, logstore)).toMatchObject({ keys: index.keys });
    const more = { ...index, keys: { ...index.keys, message: index.keys.level } };
    await call("updateIndex", project, logstore, more);
    expect(await call("getIndexConfig", project, logstore)).toMatchObject({ keys: more.keys });
  });

  test("logs are written and found", async () => {
    const now = Math.floor(Date.now() / 1000);
    const [from, to] = [new Date((now - 60) * 1000), new Date((now + 60) * 1000)];
    await call("postLogStoreLogs", project, logstore, {
      topic: "t",
      source: "s",
      tags: [{ host: "vm-1" }],
      logs: [
        { timestamp: now, content: { level: "info", message: "hello node 你好", took: "3" } },
        { timestamp: now, timestampNsPart: 42, content: { level: "warn", message: "a/b c=d&e", took: "40" } },
      ],
    });
    expect(await call("getLogs", project, logstore, from, to, { query: "hello" })).toEqual([
      {
        __time__: String(now),
        __topic__: "t",
        __source__: "s",
        "__tag__:host": "vm-1",
        level: "info",
        message: "hello node 你好",
        took: "3",
      },
    ]);
    const asked = {
      query: 'level: warn and message: "c" and took > 39',
      line: 10,
      offset: 0,
      reverse: true,
      topic: "t",
    };
    expect(await call("getLogs", project, logstore, from, to, asked)).toMatchObject([{ __time_ns_part__: "42" }]);
    const bars = (await call("getHistograms", project, logstore, from, to, { query: "*" })) as { count: number }[];
    expect(bars.reduce((sum, { count }) => sum + count, 0)).toBe(2);
    const logs = call("postLogStoreLogs", project, "nothing", { logs: [{ timestamp: now, content: { a: "b" } }] });
    await expect(logs).rejects.toMatchObject({ code: "LogStoreNotExist" });
  });

  test("everything is deleted", async () => {
    await call("deleteIndex", project, logstore);
    await expect(call("getIndexConfig", project, logstore)).rejects.toMatchObject({ code: "IndexConfigNotExist" });
    await call("deleteLogStore", project, logstore);
    expect(await call("listLogStore", project, {})).toMatchObject({ count: 0 });
    await call("deleteProject", project);
    await expect(call("getProject", project)).rejects.toMatchObject({ code: "ProjectNotExist" });
  });
});

test("a wrong secret, an unknown key and a token that nobody gave are refused", async () => {
  const refused = (config: object): Promise<unknown> => caller({ region, ...config }, plain)("getProject", "node-any");
  await expect(refused({ accessKeySecret: "wrong" })).rejects.toMatchObject({ code: "SignatureNotMatch" });
  await expect(refused({ accessKeyId: "LTAIunknown" })).rejects.toMatchObject({ code: "Unauthorized" });
  await expect(refused({ securityToken: "made-up" })).rejects.toMatchObject({ code: "Unauthorized" });
});
