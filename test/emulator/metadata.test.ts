/** The metadata service of ECS: on a port of its own, through the proxy, with tokens and without, and the role's credentials. */
import * as http from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { staticCredentials } from "../../sls";
import { accountId, makeRole, trustText } from "../support/access";
import { clientOf, testCloud, type TestCloud } from "../support/local-cloud";
import { memberOf, rpc, type RpcReply } from "../support/rpc";

let cloud: TestCloud;
let time = new Date();
const now = (): Date => new Date(time);
const instance = "i-local0000000000000001";
const ofEcs = trustText({ Service: ["ecs.aliyuncs.com"] });
const credentialsPath = "/latest/meta-data/ram/security-credentials/";

interface Answer {
  readonly status: number;
  readonly text: string;
}

function ask(base: string, path: string, { method = "GET", headers = {} }: http.RequestOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const url = new URL(base);
    const options = { host: url.hostname, port: url.port, path, method, headers, agent: false };
    const request = http.request(options, (reply) => {
      let text = "";
      reply.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      reply.on("end", () => resolve({ status: reply.statusCode ?? 0, text }));
    });
    request.on("error", reject).end();
  });
}
const get = (path: string, options?: http.RequestOptions): Promise<Answer> =>
  ask(cloud.metadataUrl ?? "", path, options);
const ecs = (action: string, given: Record<string, string>): Promise<RpcReply> =>
  rpc(cloud, "ecs", action, given, { now: now() });
const attach = (RamRoleName: string): Promise<RpcReply> =>
  ecs("AttachInstanceRamRole", { RamRoleName, InstanceIds: JSON.stringify([instance]) });
const detach = (RamRoleName: string): Promise<RpcReply> =>
  ecs("DetachInstanceRamRole", { RamRoleName, InstanceIds: JSON.stringify([instance]) });

beforeAll(async () => {
  cloud = await testCloud({ now, metadata: { port: 0, privateIp: "10.0.0.7", userData: "#!/bin/sh\necho hi\n" } });
  await makeRole(cloud, "vm", ofEcs, [{ Action: "log:*" }], { now: now() });
});
afterAll(() => cloud.close());

test.each([
  ["/latest/meta-data/instance-id", instance],
  ["/latest/meta-data/region-id", "cn-hangzhou"],
  ["/latest/meta-data/private-ipv4", "10.0.0.7"],
  ["/latest/meta-data/owner-account-id", accountId],
  ["/latest/meta-data/instance/instance-type", "ecs.local"],
  ["/latest/meta-data/instance/", "instance-type"],
  ["/latest/user-data", "#!/bin/sh\necho hi\n"],
])("%s is %j", async (path, text) => {
  expect(await get(path)).toEqual({ status: 200, text });
});

test("lists what there is, and knows nothing else", async () => {
  const { text } = await get("/latest/meta-data/");
  expect(text.split("\n")).toEqual(expect.arrayContaining(["instance-id", "instance/", "region-id", "zone-id"]));
  expect(text).not.toContain("ram/");
  for (const path of ["/", "/latest/", "/latest/meta-data/none", credentialsPath]) {
    expect(await get(path)).toMatchObject({ status: 404 });
  }
  expect(JSON.parse((await get("/latest/dynamic/instance-identity/document")).text)).toMatchObject({
    "instance-id": instance,
  });
});

describe("the role of the instance", () => {
  test("is attached once, described, and detached", async () => {
    expect(await attach("vm")).toMatchObject({ status: 200, FailCount: 0, RamRoleName: "vm" });
    expect(await attach("vm")).toMatchObject({
      FailCount: 1,
      AttachInstanceRamRoleResults: { AttachInstanceRamRoleResult: [{ Success: false }] },
    });
    const described = await ecs("DescribeInstanceRamRole", { InstanceIds: JSON.stringify([instance]) });
    expect(memberOf(described, "InstanceRamRoleSets.InstanceRamRoleSet")).toEqual([
      { InstanceId: instance, RamRoleName: "vm" },
    ]);
    expect(await get(credentialsPath)).toEqual({ status: 200, text: "vm" });
    expect(await detach("vm")).toMatchObject({ FailCount: 0 });
    expect(await get(credentialsPath)).toMatchObject({ status: 404 });
  });

  test("must be there, and trust ECS", async () => {
    expect(await attach("none")).toMatchObject({ status: 404, Code: "InvalidRamRole.NotFound" });
    await makeRole(cloud, "not-ecs", trustText({ RAM: ["*"] }), [{ Action: "*" }], { now: now() });
    expect(await attach("not-ecs")).toMatchObject({ status: 403, Code: "InvalidRamRole.NotEcsRole" });
  });

  test("gives credentials that work, the same ones until half an hour before they end", async () => {
    await attach("vm");
    const read = async (): Promise<Record<string, string>> =>
      JSON.parse((await get(`${credentialsPath}vm`)).text) as Record<string, string>;
    const first = await read();
    expect(first).toMatchObject({ Code: "Success", LastUpdated: `${time.toISOString().slice(0, 19)}Z` });
    expect(Date.parse(first["Expiration"] ?? "") - Date.parse(first["LastUpdated"] ?? "")).toBe(6 * 3_600_000);
    const { AccessKeyId = "", AccessKeySecret = "", SecurityToken = "" } = first;
    const credentials = { accessKeyId: AccessKeyId, accessKeySecret: AccessKeySecret, securityToken: SecurityToken };
    const client = clientOf(cloud, { credentials: staticCredentials(credentials), now });
    await client.createProject("project-of-vm", {});
    client.close();
    expect(await rpc(cloud, "sts", "GetCallerIdentity", {}, { credentials, now: now() })).toMatchObject({
      Arn: `acs:ram::${accountId}:assumed-role/vm/${instance}`,
    });
    const start = time;
    time = new Date(start.getTime() + 5.4 * 3_600_000);
    expect(await read()).toEqual(first);
    time = new Date(start.getTime() + 5.6 * 3_600_000);
    expect(await read()).not.toMatchObject({ AccessKeyId });
    time = start;
    expect(await get(`${credentialsPath}other`)).toMatchObject({ status: 404 });
    await detach("vm");
  });
});

describe("tokens", () => {
  const token = async (base: string, ttl: string): Promise<Answer> =>
    ask(base, "/latest/api/token", { method: "PUT", headers: { "X-aliyun-ecs-metadata-token-ttl-seconds": ttl } });

  test("are given for 1 to 21,600 seconds, and a wrong one is worse than none", async () => {
    const base = cloud.metadataUrl ?? "";
    for (const ttl of ["0", "21601", "x", ""]) expect(await token(base, ttl)).toMatchObject({ status: 400 });
    expect(await get("/latest/api/token")).toMatchObject({ status: 405 });
    const { text } = await token(base, "60");
    const withToken = (value: string): Promise<Answer> =>
      get("/latest/meta-data/instance-id", { headers: { "X-aliyun-ecs-metadata-token": value } });
    expect(await withToken(text)).toMatchObject({ status: 200 });
    expect(await withToken("other")).toMatchObject({ status: 403 });
    const start = time;
    time = new Date(start.getTime() + 61_000);
    expect(await withToken(text)).toMatchObject({ status: 403 });
    time = start;
  });

  test("are required where it was asked for", async () => {
    const hard = await testCloud({ metadata: { port: 0, tokens: "required" } });
    const base = hard.metadataUrl ?? "";
    expect(await ask(base, "/latest/meta-data/")).toMatchObject({ status: 403 });
    const { text } = await token(base, "21600");
    const headers = { "x-aliyun-ecs-metadata-token": text };
    expect(await ask(base, "/latest/meta-data/region-id", { headers })).toEqual({ status: 200, text: "cn-hangzhou" });
    await hard.close();
  });
});

test("whoever goes through the proxy has it at its own address, and what came is told", async () => {
  const answer = await ask(cloud.url, "http://100.100.100.200/latest/meta-data/instance-id", {
    headers: { host: "100.100.100.200" },
  });
  expect(answer).toEqual({ status: 200, text: instance });
  expect(cloud.requests.at(-1)).toMatchObject({ operation: "InstanceMetadata", host: "100.100.100.200", status: 200 });
});

test("an address that others reach is refused", async () => {
  await expect(testCloud({ metadata: { port: 0, host: "0.0.0.0" } })).rejects.toThrow(
    'metadata.host must be a loopback address or 100.100.100.200, got "0.0.0.0"',
  );
});
