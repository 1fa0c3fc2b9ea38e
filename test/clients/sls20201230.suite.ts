/**
 * `@alicloud/sls20201230`, unmodified. It heeds no proxy: its endpoint is our zone with the cloud's port.
 * Not called, for the client itself breaks them: putLogs (a body type that its gateway does not know) and pullLogs (asks the host
 * without the project, and reads protobuf as JSON).
 */
import dns from "node:dns";
import SlsClient, * as Sls from "@alicloud/sls20201230";
import { $OpenApiUtil } from "@alicloud/openapi-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cloudPort, counted, credentials, packageVersion, region, report } from "./support/world";

const { lookup } = dns;

beforeAll(() => {
  report({ version: packageVersion("@alicloud/sls20201230") });
  // What a DNS wildcard does for `*.sls.test`.
  const ours = (name: string, ...rest: unknown[]): void =>
    void Reflect.apply(lookup, dns, [name.endsWith(".sls.test") ? "127.0.0.1" : name, ...rest]);
  Object.assign(dns, { lookup: ours });
});
afterAll(() => {
  Object.assign(dns, { lookup });
});

const token = [..." ,'\";=()[]{}?@&<>/:\n\t\r"];
const text = { type: "text", token, caseSensitive: false, docValue: true };
const index = { line: { token, caseSensitive: false }, keys: { level: text, took: { type: "long", docValue: true } } };
const code = (code: string): object => expect.objectContaining({ code }) as object;

describe.each([
  ["http, v1 with HMAC-SHA256", { protocol: "HTTP" }, "gateway-http"],
  ["https, v1 with HMAC-SHA256", { protocol: "HTTPS" }, "gateway-https"],
  ["http, v4", { protocol: "HTTP", signatureVersion: "v4" }, "gateway-http-v4"],
  ["https, v4", { protocol: "HTTPS", signatureVersion: "v4" }, "gateway-https-v4"],
])("%s", (_what, how, project) => {
  const endpoint = `${region}.sls.test:${cloudPort}`;
  const client = counted(
    new SlsClient(new $OpenApiUtil.Config({ ...credentials, ...how, endpoint, regionId: region })),
  );
  const logstore = "gateway-logstore";

  test("a project, its tags and its policy", async () => {
    await client.createProject(new Sls.CreateProjectRequest({ projectName: project, description: "by the gateway" }));
    expect((await client.getProject(project)).body).toMatchObject({
      projectName: project,
      description: "by the gateway",
    });
    const again = client.createProject(new Sls.CreateProjectRequest({ projectName: project, description: "" }));
    await expect(again).rejects.toEqual(code("ProjectAlreadyExist"));
    await client.updateProject(project, new Sls.UpdateProjectRequest({ description: "changed" }));
    const listed = await client.listProject(new Sls.ListProjectRequest({ projectName: project, size: 500 }));
    expect(listed.body?.projects?.find(({ projectName }) => projectName === project)).toMatchObject({
      description: "changed",
    });
    const group = { resourceId: project, resourceGroupId: "rg-other", resourceType: "PROJECT" };
    await client.changeResourceGroup(project, new Sls.ChangeResourceGroupRequest(group));
    expect((await client.getProject(project)).body).toMatchObject({ resourceGroupId: "rg-other" });

    const resource = { resourceType: "project", resourceId: [project] };
    await client.tagResources(new Sls.TagResourcesRequest({ ...resource, tags: [{ key: "team", value: "todo" }] }));
    const tags = async (): Promise<unknown> =>
      (await client.listTagResources(new Sls.ListTagResourcesRequest(resource))).body?.tagResources;
    expect(await tags()).toMatchObject([{ resourceId: project, tagKey: "team", tagValue: "todo" }]);
    await client.untagResources(new Sls.UntagResourcesRequest({ ...resource, tags: ["team"] }));
    expect(await tags()).toEqual([]);

    const policy = JSON.stringify({
      Version: "1",
      Statement: [{ Effect: "Deny", Action: ["log:DeleteProject"], Resource: ["*"] }],
    });
    await client.putProjectPolicy(project, new Sls.PutProjectPolicyRequest({ body: policy }));
    expect((await client.getProjectPolicy(project)).body).toContain("Statement");
    await client.deleteProjectPolicy(project);
    const { body } = await client.describeRegions(new Sls.DescribeRegionsRequest({ language: "en" }));
    expect(body?.regions).toMatchObject([{ region }]);
  });

  test("a logstore, its shards and its index", async () => {
    const body = { logstoreName: logstore, ttl: 10, shardCount: 2, enableTracking: true };
    await client.createLogStore(project, new Sls.CreateLogStoreRequest(body));
    await client.updateLogStore(project, logstore, new Sls.UpdateLogStoreRequest({ ...body, ttl: 20 }));
    expect((await client.getLogStore(project, logstore)).body).toMatchObject({
      ttl: 20,
      shardCount: 2,
      enableTracking: true,
    });
    const listed = await client.listLogStores(
      project,
      new Sls.ListLogStoresRequest({ logstoreName: "gateway", size: 10 }),
    );
    expect(listed.body).toMatchObject({ total: 1, logstores: [logstore] });
    const mode = new Sls.UpdateLogStoreMeteringModeRequest({ meteringMode: "ChargeByDataIngest" });
    await client.updateLogStoreMeteringMode(project, logstore, mode);
    expect((await client.getLogStoreMeteringMode(project, logstore)).body).toMatchObject({
      meteringMode: "ChargeByDataIngest",
    });
    const split = await client.splitShard(
      project,
      logstore,
      "0",
      new Sls.SplitShardRequest({ key: `3f${"0".repeat(30)}` }),
    );
    expect(split.body?.map(({ shardID }) => shardID)).toEqual([0, 2, 3]);
    await client.mergeShard(project, logstore, "2");
    const shards = (await client.listShards(project, logstore)).body;
    expect(shards?.filter(({ status }) => status === "readwrite").map(({ shardID }) => shardID)).toEqual([1, 4]);

    await expect(client.getIndex(project, logstore)).rejects.toEqual(code("IndexConfigNotExist"));
    await client.createIndex(project, logstore, new Sls.CreateIndexRequest({ body: new Sls.Index(index) }));
    const more = { ...index, keys: { ...index.keys, message: text } };
    await client.updateIndex(project, logstore, new Sls.UpdateIndexRequest({ body: new Sls.Index(more) }));
    expect(Object.keys((await client.getIndex(project, logstore)).body?.keys ?? {})).toEqual([
      "level",
      "took",
      "message",
    ]);
  });

  test("logs are written, found and counted", async () => {
    const logs = [
      { level: "info", message: "hello gateway 你好" },
      { level: "warn", message: "a/b c=d&e" },
    ];
    const written = { topic: "t", source: "s", tags: { host: "vm-1" }, logs };
    await client.putWebtracking(project, logstore, new Sls.PutWebtrackingRequest(written));
    const now = Math.floor(Date.now() / 1000);
    const range = { from: now - 60, to: now + 60 };
    const query = 'level: warn and message: "c"';
    const found = await client.getLogs(
      project,
      logstore,
      new Sls.GetLogsRequest({ ...range, query, line: 10, topic: "t" }),
    );
    expect(found.body).toMatchObject([{ level: "warn", message: "a/b c=d&e", "__tag__:host": "vm-1" }]);
    const hello = new Sls.GetLogsV2Request({ ...range, query: "hello", reverse: true });
    const second = await client.getLogsV2(project, logstore, hello);
    expect(second.body).toMatchObject({ meta: { progress: "Complete", count: 1 }, data: [logs[0]] });
    const bars = await client.getHistograms(project, logstore, new Sls.GetHistogramsRequest({ ...range, query: "*" }));
    expect(bars.body?.reduce((sum, { count = 0 }) => sum + count, 0)).toBe(2);
    const other = client.getLogs(project, "nothing", new Sls.GetLogsRequest(range));
    await expect(other).rejects.toEqual(code("LogStoreNotExist"));
  });

  test("cursors and a consumer group", async () => {
    const end =
      (await client.getCursor(project, logstore, "1", new Sls.GetCursorRequest({ from: "end" }))).body?.cursor ?? "";
    expect(end).not.toBe("");
    const time = await client.getCursorTime(project, logstore, "1", new Sls.GetCursorTimeRequest({ cursor: end }));
    expect(Math.abs(Number(time.body?.cursorTime) - Date.now() / 1000)).toBeLessThan(60);
    const group = { consumerGroup: "consumers", timeout: 60, order: true };
    await client.createConsumerGroup(project, logstore, new Sls.CreateConsumerGroupRequest(group));
    await client.updateConsumerGroup(
      project,
      logstore,
      "consumers",
      new Sls.UpdateConsumerGroupRequest({ timeout: 30, order: false }),
    );
    expect((await client.listConsumerGroup(project, logstore)).body).toMatchObject([
      { name: "consumers", timeout: 30 },
    ]);
    const beat = new Sls.ConsumerGroupHeartBeatRequest({ consumer: "c1", body: [] });
    expect((await client.consumerGroupHeartBeat(project, logstore, "consumers", beat)).body).toContain(1);
    const point = { consumer: "c1", shard: 1, checkpoint: end, forceSuccess: false };
    const request = new Sls.ConsumerGroupUpdateCheckPointRequest(point);
    await client.consumerGroupUpdateCheckPoint(project, logstore, "consumers", request);
    const points = await client.getCheckPoint(
      project,
      logstore,
      "consumers",
      new Sls.GetCheckPointRequest({ shard: 1 }),
    );
    expect(points.body).toMatchObject([{ shard: 1, checkpoint: end, consumer: "c1" }]);
    await client.deleteConsumerGroup(project, logstore, "consumers");
  });

  test("a Logtail config is bound to a machine group", async () => {
    const groupBody = {
      groupName: "group",
      machineIdentifyType: "userdefined",
      machineList: ["id-1"],
      groupAttribute: {},
    };
    await client.createMachineGroup(project, new Sls.CreateMachineGroupRequest(groupBody));
    const more = { ...groupBody, machineList: ["id-1", "id-2"] };
    await client.updateMachineGroup(project, "group", new Sls.UpdateMachineGroupRequest(more));
    const added = new Sls.UpdateMachineGroupMachineRequest({ action: "add", body: ["id-3"] });
    await client.updateMachineGroupMachine(project, "group", added);
    expect((await client.getMachineGroup(project, "group")).body?.machineList).toEqual(["id-1", "id-2", "id-3"]);
    expect((await client.listMachineGroup(project, new Sls.ListMachineGroupRequest({}))).body?.machinegroups).toEqual([
      "group",
    ]);
    const machines = await client.listMachines(project, "group", new Sls.ListMachinesRequest({ offset: 0, size: 10 }));
    expect(machines.body).toMatchObject({ total: 0 });

    const config = new Sls.LogtailConfig({
      configName: "config",
      inputType: "file",
      inputDetail: { logType: "common_reg_log", logPath: "/var/log", filePattern: "*.log", topicFormat: "none" },
      outputType: "LogService",
      outputDetail: { logstoreName: logstore },
    });
    await client.createConfig(project, new Sls.CreateConfigRequest({ body: config }));
    await client.updateConfig(project, "config", new Sls.UpdateConfigRequest({ body: config }));
    expect((await client.getConfig(project, "config")).body).toMatchObject({ configName: "config", inputType: "file" });
    const listed = await client.listConfig(project, new Sls.ListConfigRequest({ logstoreName: logstore }));
    expect(listed.body).toMatchObject({ total: 1, configs: ["config"] });
    await client.applyConfigToMachineGroup(project, "group", "config");
    expect((await client.getAppliedConfigs(project, "group")).body?.configs).toEqual(["config"]);
    expect((await client.getAppliedMachineGroups(project, "config")).body?.machinegroups).toEqual(["group"]);
    await client.removeConfigFromMachineGroup(project, "group", "config");
    await client.deleteConfig(project, "config");
    await client.deleteMachineGroup(project, "group");
  });

  test("everything is deleted", async () => {
    await client.deleteIndex(project, logstore);
    await client.deleteLogStore(project, logstore);
    await client.deleteProject(project, new Sls.DeleteProjectRequest({}));
    await expect(client.getProject(project)).rejects.toEqual(code("ProjectNotExist"));
  });
});
