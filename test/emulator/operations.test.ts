/** Control plane and PutLogs: what is refused, and with which of the service's codes. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SlsClient } from "../../sls";
import { clientOf, writerOf, testCloud, withLogstore, type TestCloud } from "../support/local-cloud";

let cloud: TestCloud;
let client: SlsClient;
let project: string;
let logstore: string;
beforeAll(async () => {
  cloud = await testCloud();
  ({ project, logstore } = await withLogstore(cloud));
  client = clientOf(cloud);
});
afterAll(async () => {
  client.close();
  await cloud.close();
});

const post = (path: string, json: unknown, verb = "POST"): Promise<unknown> => {
  const body = typeof json === "string" ? Buffer.from(json) : Buffer.from(JSON.stringify(json));
  return client._request(verb, project, path, {}, body);
};
const config = (name: string): object => ({
  configName: name,
  inputType: "syslog",
  inputDetail: { tag: "sys_tag" },
  outputType: "LogService",
  outputDetail: { logstoreName: logstore },
});
const group = { groupName: "g1", machineIdentifyType: "userdefined", machineList: ["id-1"], groupAttribute: {} };

describe("is refused", () => {
  test.each<[string, () => Promise<unknown>, string, number]>([
    ["a project twice", () => client.createProject(project, {}), "ProjectAlreadyExist", 400],
    ["a project name with capitals", () => client.createProject("Bad_Name", {}), "ParameterInvalid", 400],
    ["a body that is no JSON", () => post("/logstores", "{"), "ParameterInvalid", 400],
    [
      "a logstore twice",
      () => client.createLogStore(project, logstore, { ttl: 1, shardCount: 1 }),
      "LogStoreAlreadyExist",
      400,
    ],
    [
      "a TTL of 0",
      () => post("/logstores", { logstoreName: "ls-0", ttl: 0, shardCount: 1 }),
      "LogStoreInfoInvalid",
      400,
    ],
    [
      "a TTL of 3651",
      () => post("/logstores", { logstoreName: "ls-0", ttl: 3651, shardCount: 1 }),
      "LogStoreInfoInvalid",
      400,
    ],
    [
      "another shard count by update",
      () => post(`/logstores/${logstore}`, { logstoreName: logstore, shardCount: 5 }, "PUT"),
      "ParameterInvalid",
      400,
    ],
    [
      "an index twice",
      () => client.createIndex(project, logstore, { line: { token: [" "] } }),
      "IndexAlreadyExist",
      400,
    ],
    ["a logstore that is not there", () => client.getLogStore(project, "nope"), "LogStoreNotExist", 404],
    ["a project that is not there", () => client.getProject("nope-nope"), "ProjectNotExist", 404],
    ["a group that is not there", () => client.getMachineGroup(project, "nope"), "MachineGroupNotExist", 404],
    ["a config that is not there", () => client.getLogtailConfig(project, "nope"), "ConfigNotExist", 404],
    [
      "a config for a logstore that is not there",
      () => post("/configs", { ...config("c8"), outputDetail: { logstoreName: "nope" } }),
      "LogStoreNotExist",
      404,
    ],
    ["a config without a tag", () => post("/configs", { ...config("c9"), inputDetail: {} }), "InvalidParameter", 400],
    [
      "an operation that is not there",
      () => client._request("GET", project, "/nonsense", {}, null),
      "InvalidMethod",
      405,
    ],
  ])("%s", async (_what, request, code, httpStatus) => {
    await expect(request()).rejects.toMatchObject({ code, httpStatus });
  });
});

describe("Logtail configs", () => {
  test("are returned as they came, with the server's times, which grow with every update", async () => {
    await post("/configs", config("c1"));
    const first = await client.getLogtailConfig(project, "c1");
    expect(first).toMatchObject(config("c1"));
    expect(first).not.toHaveProperty("logSample");
    await post("/configs/c1", { ...config("c1"), logSample: "a line" }, "PUT");
    const second = await client.getLogtailConfig(project, "c1");
    expect(second.logSample).toBe("a line");
    expect(second.lastModifyTime).toBeGreaterThan(first.lastModifyTime ?? 0);
  });

  test("are bound to groups and unbound, as often as one likes", async () => {
    await post("/machinegroups", group);
    for (let i = 0; i < 2; i++) await client.applyConfigToMachineGroup(project, "c1", "g1");
    expect(await client.getAppliedConfigs(project, "g1")).toEqual(["c1"]);
    expect(await client.getAppliedMachineGroups(project, "c1")).toEqual(["g1"]);
    for (let i = 0; i < 2; i++) await client.removeConfigFromMachineGroup(project, "c1", "g1");
    expect(await client.getAppliedConfigs(project, "g1")).toEqual([]);
    await expect(client.applyConfigToMachineGroup(project, "nope", "g1")).rejects.toMatchObject({
      code: "ConfigNotExist",
    });
  });

  test("leave their groups when they are deleted", async () => {
    await client.applyConfigToMachineGroup(project, "c1", "g1");
    await client.deleteLogtailConfig(project, "c1");
    expect(await client.getAppliedConfigs(project, "g1")).toEqual([]);
  });
});

describe("PutLogs", () => {
  const put = (compress: "lz4" | "deflate" | "none", time: number, value = "x"): Promise<unknown> => {
    const writer = writerOf(cloud, { compress });
    return writer
      .putLogs(project, logstore, { logs: [{ time, contents: [["msg", value]] }] })
      .finally(() => writer.close());
  };
  const now = (): number => Math.floor(Date.now() / 1000);

  test.each(["lz4", "deflate", "none"] as const)("takes %s", async (compress) => {
    await put(compress, now(), `unique-${compress}`);
    const { logs } = await client.searchLogs(project, logstore, {
      from: now() - 60,
      to: now() + 60,
      query: `unique-${compress}`,
    });
    expect(logs).toHaveLength(1);
  });

  test("refuses a time that is too old or too new, a value over 1 MB, and a body over 10 MB", async () => {
    await expect(put("lz4", now() - 8 * 86_400)).rejects.toMatchObject({ code: "PostBodyInvalid" });
    await expect(put("lz4", now() + 1200)).rejects.toMatchObject({ code: "PostBodyInvalid" });
    await expect(put("lz4", now(), "x".repeat(1_100_000))).rejects.toMatchObject({ code: "PostBodyInvalid" });
    await expect(put("lz4", now(), "x".repeat(11_000_000))).rejects.toMatchObject({ code: "PostBodyTooLarge" });
  });

  test("refuses bytes that are no LogGroup", async () => {
    const headers = { "content-type": "application/x-protobuf" };
    const bad = client._request(
      "POST",
      project,
      `/logstores/${logstore}/shards/lb`,
      {},
      Buffer.from("nonsense"),
      headers,
    );
    await expect(bad).rejects.toMatchObject({ code: "PostBodyInvalid" });
  });
});

test("a project that is deleted takes everything with it", async () => {
  await client.deleteProject(project);
  await expect(client.getLogStore(project, logstore)).rejects.toMatchObject({ code: "ProjectNotExist" });
  await client.createProject(project, {});
  await expect(client.getLogStore(project, logstore)).rejects.toMatchObject({ code: "LogStoreNotExist" });
});
