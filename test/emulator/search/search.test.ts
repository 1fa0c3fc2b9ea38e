/** The query language, on logs that were put and are searched through the API. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SlsClient } from "../../../sls";
import { clientOf, writerOf, testCloud, withLogstore, type TestCloud } from "../../support/local-cloud";

let cloud: TestCloud;
let client: SlsClient;
const { project, logstore } = { project: "test-project", logstore: "test-logstore" };
const time = Math.floor(Date.now() / 1000) - 60;

const logs: [string, Record<string, string>][] = [
  ["todo", { "app-name": "todo-list", msg: "Create a new task: Task 1", status: "200", took: "0.5" }],
  ["error", { "app-name": "todo-list", msg: "ERROR could not connect, retry", status: "500", took: "12.25" }],
  ["cert", { "app-name": "certificate-updater", msg: "certificate is valid", status: "404" }],
  ["case", { "app-name": "nginx", Case: "MixedCase Word", unindexed: "needle" }],
  ["chinese", { "app-name": "nginx", msg: "任务 已创建", status: "not a number" }],
];

beforeAll(async () => {
  cloud = await testCloud();
  await withLogstore(cloud);
  client = clientOf(cloud);
  const writer = writerOf(cloud);
  for (const [i, [id, contents]] of logs.entries()) {
    await writer.putLogs(project, logstore, {
      topic: i === 0 ? "first" : "",
      source: `10.0.0.${i}`,
      tags: [["__hostname__", `vm-${i}`]],
      logs: [{ time: time + i, contents: [["id", id], ...Object.entries(contents)] }],
    });
  }
  writer.close();
});
afterAll(async () => {
  client.close();
  await cloud.close();
});

const found = async (query: string, extra: object = {}): Promise<string[]> => {
  const { logs: all, complete } = await client.searchLogs(project, logstore, {
    from: time,
    to: time + 60,
    query,
    ...extra,
  });
  expect(complete).toBe(true);
  return all.map((log) => log["id"] ?? "");
};

describe("a query finds", () => {
  test.each([
    ["*", ["todo", "error", "cert", "case", "chinese"]],
    ["", ["todo", "error", "cert", "case", "chinese"]],
    ["app-name: todo-list", ["todo", "error"]],
    ["app-name:todo-list", ["todo", "error"]],
    ["app-name=todo-list", ["todo", "error"]],
    ['"app-name": "todo-list"', ["todo", "error"]],
    ["app-name: TODO-LIST", ["todo", "error"]],
    ["app-name: todo", []],
    ["error", ["error"]],
    ["create task", ["todo"]],
    ["retry and connect", ["error"]],
    ["task or certificate", ["todo", "cert"]],
    ["app-name: todo-list not error", ["todo"]],
    ["not app-name: nginx", ["todo", "error", "cert"]],
    ["app-name: nginx or app-name: todo-list and error", ["error", "case", "chinese"]],
    ["(app-name: nginx or app-name: todo-list) and error", ["error"]],
    ["app-name: cert*", ["cert"]],
    ["app-name: *", ["todo", "error", "cert", "case", "chinese"]],
    ["status: 500", ["error"]],
    ["status >= 404", ["error", "cert"]],
    ["status > 404", ["error"]],
    ["status < 404", ["todo"]],
    ["took <= 12.25", ["todo", "error"]],
    ["status in [200 404]", ["todo", "cert"]],
    ["status in (200 404]", ["cert"]],
    ["Case: mixedcase", []],
    ["Case: MixedCase", ["case"]],
    ["unindexed: needle", []],
    ["needle", ["case"]],
    ['#"could not connect"', ["error"]],
    ['#"connect could not"', []],
    ["任务", ["chinese"]],
    ["__topic__: first", ["todo"]],
    ["__source__: 10.0.0.1", ["error"]],
    ["__tag__:__hostname__: vm-2", ["cert"]],
  ])("%j -> %j", async (query, ids) => {
    expect(await found(query)).toEqual(ids);
  });

  test("newest first, by pages, in a half-open range of time", async () => {
    expect(await found("*", { reverse: true, line: 2 })).toEqual(["chinese", "case"]);
    expect(await found("*", { reverse: true, line: 2, offset: 2 })).toEqual(["cert", "error"]);
    expect(await found("*", { from: time + 1, to: time + 3 })).toEqual(["error", "cert"]);
  });
});

describe("the service's error answers", () => {
  test.each([
    ["a query that ends too early", { query: "a and" }, "ParameterInvalid"],
    ["an open parenthesis", { query: "(a" }, "ParameterInvalid"],
    ["an open quote", { query: '"a' }, "ParameterInvalid"],
    ["SQL", { query: "* | select 1" }, "ParameterInvalid"],
    ["a comparison on text", { query: "app-name > 5" }, "ParameterInvalid"],
    ["an empty range of time", { to: time }, "InvalidTimeRange"],
    ["more than 100 lines", { line: 101 }, "InvalidLine"],
  ])("%s", async (_what, extra, code) => {
    await expect(found("*", extra)).rejects.toMatchObject({ code, httpStatus: 400 });
  });

  test("a logstore without an index", async () => {
    await client.createLogStore(project, "no-index", { ttl: 1, shardCount: 1 });
    await expect(client.searchLogs(project, "no-index", { from: 1, to: 2 })).rejects.toMatchObject({
      code: "IndexConfigNotExist",
    });
  });
});
