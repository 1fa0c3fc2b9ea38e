/** What no client should send is refused with a code of the service: a 5xx or a cut connection would be repeated. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { contentMd5, encodeLogGroup, signatureV1, type SlsClient } from "../../sls";
import { startLocalCloud } from "../../emulator";
import { clientOf, testCloud, withLogstore, type TestCloud } from "../support/local-cloud";

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

const ask = (verb: string, path: string, json?: unknown, query = {}): Promise<unknown> =>
  client._request(verb, project, path, query, json === undefined ? null : Buffer.from(JSON.stringify(json)));
const store = (rest: string): string => `/logstores/${logstore}${rest}`;
const tag = { resourceType: "project", resourceId: ["test-project"] };
const config = {
  configName: "c1",
  inputType: "file",
  inputDetail: {},
  outputType: "LogService",
  outputDetail: { logstoreName: "test-logstore" },
};

describe("a request of the wrong shape is refused:", () => {
  test.each<[string, () => Promise<unknown>, string]>([
    ["a percent escape that is none", () => ask("GET", "/logstores/%zz"), "ParameterInvalid"],
    ["null for an object", () => ask("POST", "/logstores", null), "PostBodyInvalid"],
    ["a name that is an object", () => ask("POST", "/logstores", { logstoreName: {} }), "LogStoreInfoInvalid"],
    ["a mode that is none", () => ask("POST", "/logstores", { logstoreName: "abc", mode: "x" }), "LogStoreInfoInvalid"],
    ["an index with a null key", () => ask("PUT", store("/index"), { keys: { a: null } }), "IndexInfoInvalid"],
    ["an index whose line is a number", () => ask("PUT", store("/index"), { line: 5 }), "IndexInfoInvalid"],
    ["tokens that are no texts", () => ask("PUT", store("/index"), { line: { token: [1] } }), "IndexInfoInvalid"],
    ["a group name that is a list", () => ask("POST", "/machinegroups", { groupName: [] }), "InvalidParameter"],
    [
      "machines that are no texts",
      () => ask("POST", "/machinegroups", { groupName: "g1", machineList: [1] }),
      "InvalidParameter",
    ],
    ["a config name that is a list", () => ask("POST", "/configs", { ...config, configName: [] }), "InvalidParameter"],
    ["a config without output", () => ask("POST", "/configs", { ...config, outputDetail: 5 }), "InvalidParameter"],
    ["a config for another project", () => ask("POST", "/configs", otherProject), "InvalidParameter"],
    ["tags that are no list", () => ask("POST", "/tag", { ...tag, tags: {} }), "PostBodyInvalid"],
    ["tags that are null", () => ask("POST", "/tag", { ...tag, tags: [null] }), "PostBodyInvalid"],
    ["tags to take away that are a number", () => ask("POST", "/untag", { ...tag, tags: 5 }), "PostBodyInvalid"],
    ["ids that are no JSON", () => ask("GET", "/tags", undefined, { ...tag, resourceId: "[x" }), "ParameterInvalid"],
    ["a hash key that is none", () => putWithKey("zz"), "ParameterInvalid"],
    ["a cursor that is none", () => ask("GET", store("/shards/0"), undefined, pulling), "ParameterInvalid"],
    ["a range of years by the second", () => ask("GET", store(""), undefined, years), "ParameterInvalid"],
    ["a query nested without end", () => ask("POST", store("/logs"), nested), "ParameterInvalid"],
  ])("%s", async (_what, request, code) => {
    await expect(request()).rejects.toMatchObject({ code });
  });
});
const otherProject = { ...config, outputDetail: { logstoreName: "test-logstore", projectName: "other" } };
const putWithKey = (key: string): Promise<unknown> => {
  const body = encodeLogGroup({ logs: [{ time: Math.floor(Date.now() / 1000), contents: [["a", "b"]] }] });
  const headers = { "content-type": "application/x-protobuf" };
  return client._request("POST", project, store("/shards/route"), { key }, body, headers);
};
const pulling = { type: "log", cursor: "!!!", count: "10" };
const years = { type: "histogram", from: "0", to: "4000000000", interval: "1" };
const nested = { from: 1, to: 2, query: `${"(".repeat(20_000)}a${")".repeat(20_000)}` };

test("a body that is not the one whose MD5 was signed is refused", async () => {
  const headers = {
    "x-log-apiversion": "0.6.0",
    "x-log-signaturemethod": "hmac-sha1",
    "x-log-project": project,
    "content-type": "application/json",
    "content-md5": contentMd5(Buffer.from("{}")),
    "x-log-date": new Date().toUTCString(),
  };
  const signed = { method: "POST", path: "/logstores", query: {}, headers };
  const { accessKeyId, accessKeySecret } = cloud.credentials;
  const authorization = `LOG ${accessKeyId}:${signatureV1(signed, accessKeySecret, "hmac-sha1")}`;
  const send = async (body: string): Promise<unknown> => {
    const reply = await fetch(`${cloud.url}/logstores`, {
      method: "POST",
      headers: { ...headers, authorization },
      body,
    });
    return reply.json();
  };
  expect(await send("[]")).toMatchObject({ errorCode: "SignatureNotMatch" });
  expect(await send("{}")).toMatchObject({ errorCode: "LogStoreInfoInvalid" });
});

describe("what was not said is not made up:", () => {
  test("an index shows max_text_len where it was given", async () => {
    const line = { token: [" "] };
    await client.createLogStore(project, "index-len", { ttl: 1, shardCount: 1 });
    await client.createIndex(project, "index-len", { line });
    expect(await client.getIndexConfig(project, "index-len")).not.toHaveProperty("max_text_len");
    await ask("PUT", "/logstores/index-len/index", { line, max_text_len: 1024 });
    expect(await client.getIndexConfig(project, "index-len")).toMatchObject({ max_text_len: 1024 });
  });

  test("a logstore keeps its mode and encryption, and has telemetryType as it was sent", async () => {
    const encrypt_conf = { enable: true, encrypt_type: "default" };
    await ask("POST", "/logstores", { logstoreName: "modes", ttl: 1, shardCount: 1, mode: "query", encrypt_conf });
    expect(await client.getLogStore(project, "modes")).toMatchObject({
      mode: "query",
      encrypt_conf,
      telemetryType: "",
    });
    expect(await client.getLogStore(project, "index-len")).toMatchObject({ mode: "standard", telemetryType: "" });
  });
});

test("a host that is not loopback is refused", async () => {
  await expect(startLocalCloud({ stateDir: cloud.folder, host: "0.0.0.0" })).rejects.toThrow(
    'host must be a loopback address such as 127.0.0.1 or ::1, got "0.0.0.0"',
  );
});
