/** Every error code of the service that the local cloud can give, as bytes on the wire: status, code and message. Source: SLS API reference, "Error codes" and each API's own. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeLogGroup } from "../../sls/wire/log-group";
import { testCloud, withLogstore, type TestCloud } from "../support/local-cloud";
import { sendRaw } from "../support/raw-http";
import { rawRequest, type RawRequest } from "../support/raw-request";

let cloud: TestCloud;
const project = "test-project";
const store = "/logstores/test-logstore";
const config = {
  configName: "c-1",
  inputType: "syslog",
  inputDetail: { tag: "sys_tag" },
  outputType: "LogService",
  outputDetail: { logstoreName: "test-logstore" },
};
const group = { groupName: "g-1", machineIdentifyType: "ip", machineList: [], groupAttribute: {} };

beforeAll(async () => {
  cloud = await testCloud();
  await withLogstore(cloud);
  for (const [path, body] of [
    ["/configs", config],
    ["/machinegroups", group],
    ["/logstores", { logstoreName: "no-index", ttl: 1, shardCount: 1 }],
    ["/logstores", { logstoreName: "by-ingestion", ttl: 1, shardCount: 1 }],
    [`${store}/consumergroups`, { consumerGroup: "cg-1", timeout: 60, order: false }],
  ] as const) {
    expect(await rawRequest(cloud, { method: "POST", path, body, project })).toMatchObject({ status: 200 });
  }
  const path = "/logstores/by-ingestion/meteringmode";
  const body = { meteringMode: "ChargeByDataIngest" };
  expect(await rawRequest(cloud, { method: "PUT", path, body, project })).toMatchObject({ status: 200 });
});
afterAll(() => cloud.close());

type Case = readonly [what: string, request: RawRequest, status: number, code: string, message: RegExp | string];

const now = (): number => Math.floor(Date.now() / 1000);
const logs = (time = now(), key = "k", value = "v"): Buffer =>
  encodeLogGroup({ logs: [{ time, contents: [[key, value]] }] });
const protobuf = { "content-type": "application/x-protobuf" };
const put = (body: unknown, headers: Record<string, string> = {}): RawRequest => ({
  method: "POST",
  path: `${store}/shards/lb`,
  body,
  headers: { ...protobuf, ...headers },
});
const post = (path: string, body: unknown): RawRequest => ({ method: "POST", path, body });
const change = (path: string, body: unknown): RawRequest => ({ method: "PUT", path, body });
const get = (path: string, query: Record<string, string> = {}): RawRequest => ({ path, query });
const search = (query: Record<string, string>, path = store): RawRequest =>
  get(path, { type: "log", from: "1", to: "2", ...query });

function check(cases: readonly Case[]): void {
  test.each(cases)("%s", async (_what, request, status, code, message) => {
    const reply = await rawRequest(cloud, { project, ...request });
    expect({ status: reply.status, errorCode: reply.errorCode }).toEqual({ status, errorCode: code });
    expect(reply.errorMessage).toMatch(message);
    expect(reply.headers).toMatchObject({ "content-type": "application/json" });
    expect(reply.headers["x-log-requestid"]).toMatch(/^[0-9A-F]{24}$/);
    expect(cloud.requests.at(-1)).toMatchObject({ status, errorCode: code });
  });
}

const shift = (minutes: number): Date => new Date(Date.now() + minutes * 60_000);

describe("of any request:", () => {
  test("no length, and no chunks", async () => {
    const host = ["Host", `${project}.cn-hangzhou.log.aliyuncs.com`] as const;
    const reply = await sendRaw(cloud.port, {
      method: "POST",
      target: "/logstores",
      headers: [host],
      body: Buffer.alloc(0),
    });
    expect({ status: reply?.status, json: JSON.parse(reply?.text ?? "") as unknown }).toEqual({
      status: 411,
      json: {
        errorCode: "MissingContentLength",
        errorMessage: "Content-Length does not exist in http header when it is necessary.",
      },
    });
  });

  check([
    [
      "no content type",
      { ...post("/logstores", "{}"), change: { "content-type": undefined } },
      400,
      "MissingContentType",
      "Content-Type does not exist in http header when body is not empty.",
    ],
    [
      "no host",
      { ...get("/"), change: { host: undefined } },
      400,
      "MissingHost",
      "Host does not exist in http header.",
    ],
    [
      "no date",
      { ...get("/"), change: { date: undefined } },
      400,
      "MissingDate",
      "Date does not exist in http header.",
    ],
    [
      "a date that is none",
      { ...get("/"), change: { date: "yesterday" } },
      400,
      "InvalidDateFormat",
      "Date yesterday must follow RFC822.",
    ],
    [
      "no API version",
      { ...get("/"), change: { "x-log-apiversion": undefined } },
      400,
      "MissingAPIVersion",
      "x-log-apiversion does not exist in http header.",
    ],
    [
      "another API version",
      { ...get("/"), change: { "x-log-apiversion": "9.9" } },
      400,
      "InvalidAPIVersion",
      "x-log-apiversion 9.9 is unsupported.",
    ],
    [
      "no authorization",
      { ...get("/logstores"), change: { authorization: undefined } },
      400,
      "MissAccessKeyId",
      /access key id/,
    ],
    [
      "no signature method",
      { ...get("/"), change: { "x-log-signaturemethod": undefined } },
      400,
      "MissingSignatureMethod",
      "x-log-signaturemethod does not exist in http header.",
    ],
    [
      "another signature method",
      { ...get("/"), change: { "x-log-signaturemethod": "md5" } },
      400,
      "InvalidSignatureMethod",
      "signature method md5 is not supported.",
    ],
    [
      "a clock that is behind",
      { ...get("/"), date: shift(-16) },
      400,
      "RequestTimeExpired",
      /^Request time .* has been expired while server time is .*\.$/,
    ],
    [
      "a clock that is ahead, v4",
      { ...get("/"), date: shift(16), sign: "v4" },
      400,
      "RequestTimeExpired",
      /has been expired/,
    ],
    ["a wrong secret", { ...get("/"), secret: "wrong" }, 401, "SignatureNotMatch", /^Signature \S+ is not matched\.$/],
    ["a wrong secret, v4", { ...get("/"), secret: "wrong", sign: "v4" }, 401, "SignatureNotMatch", /is not matched/],
    ["an unknown key", { ...get("/"), change: { authorization: "LOG nobody:c2ln" } }, 401, "Unauthorized", /nobody/],
    [
      "a key that is none",
      { ...get("/"), change: { authorization: "LOG no/body:c2ln" } },
      401,
      "InvalidAccessKeyId",
      /access key id/,
    ],
    [
      "a token that nobody gave out",
      { ...get("/"), headers: { "x-acs-security-token": "x" } },
      401,
      "Unauthorized",
      /security token/,
    ],
    ["an unknown path", get("/nonsense"), 405, "InvalidMethod", /^GET \/nonsense: /],
    ["an unknown verb", { method: "PATCH", path: store }, 405, "InvalidMethod", /^PATCH /],
    ["a body that is no JSON", post("/logstores", "{"), 400, "ParameterInvalid", "The body is not valid json string."],
    ["a body that is no object", post("/logstores", "[]"), 400, "PostBodyInvalid", /JSON object/],
    [
      "no such project",
      { ...get("/"), project: "no-such-project" },
      404,
      "ProjectNotExist",
      "The Project does not exist : no-such-project",
    ],
    ["no such logstore", get("/logstores/nope"), 404, "LogStoreNotExist", "logstore nope does not exist"],
  ]);
});

describe("of projects:", () => {
  check([
    ["twice", post("/", { projectName: project }), 400, "ProjectAlreadyExist", `Project ${project} already exist`],
    ["a bad name", post("/", { projectName: "A_b" }), 400, "ParameterInvalid", /project name/],
    ["no JSON", post("/", "x"), 400, "ParameterInvalid", "The body is not valid json string."],
    ["update of none", { ...change("/", {}), project: "nope-nope" }, 404, "ProjectNotExist", /nope-nope/],
    ["deletion of none", { method: "DELETE", path: "/", project: "nope-nope" }, 404, "ProjectNotExist", /nope-nope/],
  ]);
  test.each<Record<string, string>>([{ offset: "-1" }, { size: "501" }, { size: "x" }])(
    "a list of %j",
    async (query) => {
      expect(await rawRequest(cloud, get("/", query))).toMatchObject({ status: 400, errorCode: "ParameterInvalid" });
    },
  );
});

describe("of logstores:", () => {
  const create = (more: object): RawRequest =>
    post("/logstores", { logstoreName: "ls-2", ttl: 1, shardCount: 1, ...more });
  const update = (more: object): RawRequest => change(store, { logstoreName: "test-logstore", ttl: 1, ...more });
  check([
    [
      "twice",
      create({ logstoreName: "test-logstore" }),
      400,
      "LogStoreAlreadyExist",
      "logstore test-logstore already exists",
    ],
    ["a bad name", create({ logstoreName: "Bad" }), 400, "LogStoreInfoInvalid", "logstore name Bad is invalid"],
    ["a TTL of 0", create({ ttl: 0 }), 400, "LogStoreInfoInvalid", /ttl/],
    ["a TTL of 3651", create({ ttl: 3651 }), 400, "LogStoreInfoInvalid", /ttl/],
    ["101 shards", create({ shardCount: 101 }), 400, "LogStoreInfoInvalid", /shard count/],
    [
      "maxSplitShard of 257",
      create({ autoSplit: true, maxSplitShard: 257 }),
      400,
      "LogStoreInfoInvalid",
      "maxSplitShard must be within range [1, 256]",
    ],
    [
      "autoSplit without maxSplitShard",
      create({ autoSplit: true }),
      400,
      "LogStoreInfoInvalid",
      "maxSplitShard must be within range [1, 256]",
    ],
    [
      "infrequentAccessTTL of 29",
      create({ infrequentAccessTTL: 29 }),
      400,
      "LogStoreInfoInvalid",
      "infrequentAccessTTL must large than 30",
    ],
    ["hot_ttl of 6", create({ hot_ttl: 6 }), 400, "LogStoreInfoInvalid", /hot_ttl/],
    [
      "encryption by what is none",
      create({ encrypt_conf: { enable: true, encrypt_type: "rot13" } }),
      400,
      "LogStoreInfoInvalid",
      /encrypt_conf/,
    ],
    ["encryption that is a text", create({ encrypt_conf: "yes" }), 400, "LogStoreInfoInvalid", /encrypt_conf/],
    ["in no project", { ...create({}), project: "nope-nope" }, 404, "ProjectNotExist", /nope-nope/],
    ["a name in the path that can be none", get("/logstores/BAD!"), 405, "InvalidMethod", /BAD!/],
    ["deletion of such a name", { method: "DELETE", path: "/logstores/BAD!" }, 405, "InvalidMethod", /BAD!/],
    [
      "another shard count",
      update({ shardCount: 5 }),
      400,
      "ParameterInvalid",
      "invalid shard count,you can only modify shardCount by split& merge shard.",
    ],
    ["update of none", change("/logstores/nope", { logstoreName: "nope" }), 404, "LogStoreNotExist", /nope/],
    [
      "mode query where ingestion is paid",
      change("/logstores/by-ingestion", { logstoreName: "by-ingestion", ttl: 1, mode: "query" }),
      400,
      "NotSupported",
      /mode/,
    ],
    [
      "a metering mode that is none",
      change(`${store}/meteringmode`, { meteringMode: "Free" }),
      400,
      "ParameterInvalid",
      /meteringMode/,
    ],
    ["a list of 501", get("/logstores", { size: "501" }), 400, "ParameterInvalid", "Invalid parameter size"],
    ["a list by a mode that is none", get("/logstores", { mode: "x" }), 400, "InvalidLogStoreQuery", /mode/],
    [
      "a list by a telemetry type that is none",
      get("/logstores", { telemetryType: "x" }),
      400,
      "InvalidLogStoreQuery",
      /telemetryType/,
    ],
  ]);
});

describe("of shards, cursors and PullLogs:", () => {
  const shard = `${store}/shards/0`;
  check([
    ["shards of no logstore", get("/logstores/nope/shards"), 404, "LogStoreNotExist", /nope/],
    [
      "a split at no key",
      { method: "POST", path: shard, query: { action: "split", key: "xyz" } },
      400,
      "ParameterInvalid",
      "invalid mid hash.",
    ],
    [
      "a merge of the last",
      { method: "POST", path: `${store}/shards/1`, query: { action: "merge" } },
      400,
      "ParameterInvalid",
      /^can not merge the last shard/,
    ],
    [
      "a cursor of no shard",
      get(`${store}/shards/9`, { type: "cursor", from: "begin" }),
      400,
      "ShardNotExist",
      "Shard 9 does not exist",
    ],
    ["a cursor from what is none", get(shard, { type: "cursor", from: "x" }), 400, "ParameterInvalid", /from/],
    [
      "PullLogs from no cursor",
      get(shard, { type: "log", cursor: "!", count: "1" }),
      400,
      "ParameterInvalid",
      /cursor/,
    ],
    ["PullLogs of none", get(shard, { type: "log", cursor: "MA==", count: "0" }), 400, "ParameterInvalid", /count/],
    ["PullLogs of 1001", get(shard, { type: "log", cursor: "MA==", count: "1001" }), 400, "ParameterInvalid", /count/],
    [
      "cursors of no logstore",
      get("/logstores/nope/shards/0", { type: "cursor", from: "begin" }),
      404,
      "LogStoreNotExist",
      /nope/,
    ],
  ]);
});

describe("of indexes:", () => {
  const index = `${store}/index`;
  check([
    ["twice", post(index, { line: { token: [" "] } }), 400, "IndexAlreadyExist", /already/],
    [
      "without tokens",
      post("/logstores/no-index/index", { line: {} }),
      400,
      "IndexInfoInvalid",
      "required field token is lacking or of error format",
    ],
    ["of nothing", post("/logstores/no-index/index", {}), 400, "IndexInfoInvalid", /line and keys/],
    ["of a type that is none", change(index, { keys: { a: { type: "blob" } } }), 400, "IndexInfoInvalid", /type/],
    [
      "max_text_len of 63",
      change(index, { line: { token: [" "] }, max_text_len: 63 }),
      400,
      "IndexInfoInvalid",
      /max_text_len/,
    ],
    [
      "read where there is none",
      get("/logstores/no-index/index"),
      404,
      "IndexConfigNotExist",
      "index config doesn't exist",
    ],
    [
      "update where there is none",
      change("/logstores/no-index/index", { line: { token: [" "] } }),
      400,
      "ParameterInvalid",
      /index is not created/,
    ],
    [
      "deletion where there is none",
      { method: "DELETE", path: "/logstores/no-index/index" },
      400,
      "ParameterInvalid",
      /index is not created/,
    ],
  ]);
});

describe("of PutLogs:", () => {
  const anonymous = (method: string): RawRequest => ({
    method,
    path: `${store}/track`,
    sign: "none",
    query: { a: "b" },
  });
  check([
    ["no such logstore", { ...put(logs()), path: "/logstores/nope/shards/lb" }, 404, "LogStoreNotExist", /nope/],
    ["no such project", { ...put(logs()), project: "nope-nope" }, 404, "ProjectNotExist", /nope-nope/],
    ["bytes that are no LogGroup", put("nonsense"), 400, "PostBodyInvalid", /LogGroup/],
    ["a time that is too old", put(logs(now() - 8 * 86_400)), 400, "PostBodyInvalid", /range/],
    ["a time that is too new", put(logs(now() + 1000)), 400, "PostBodyInvalid", /range/],
    ["no key", put(logs(now(), "")), 400, "InvalidKey", /key/],
    ["a key of 129 bytes", put(logs(now(), "k".repeat(129))), 400, "InvalidKey", /key/],
    [
      "compressed by what is unknown",
      put(logs(), { "x-log-compresstype": "br" }),
      400,
      "InvalidCompressType",
      "x-log-compresstype br is unsupported.",
    ],
    [
      "compressed without its size",
      put(logs(), { "x-log-compresstype": "lz4" }),
      400,
      "MissingBodyRawSize",
      /x-log-bodyrawsize/,
    ],
    [
      "a size that is none",
      put(logs(), { "x-log-compresstype": "lz4", "x-log-bodyrawsize": "x" }),
      400,
      "InvalidBodyRawSize",
      /x-log-bodyrawsize/,
    ],
    [
      "compressed badly",
      put(logs(), { "x-log-compresstype": "deflate", "x-log-bodyrawsize": "45" }),
      400,
      "PostBodyUncompressError",
      /uncompressed/,
    ],
    ["more than 10 MB", put(Buffer.alloc(10_600_000)), 400, "PostBodyTooLarge", /^Body size 10600000 must little than/],
    [
      "another content type",
      put(logs(), { "content-type": "text/plain" }),
      415,
      "InvalidContentType",
      "Content-Type text/plain is unsupported.",
    ],
    ["web tracking that is off", anonymous("GET"), 401, "Unauthorized", /web tracking/],
  ]);
});

describe("of queries:", () => {
  check([
    ["no index", search({}, "/logstores/no-index"), 400, "IndexConfigNotExist", "logstore without index config"],
    ["an empty range", search({ from: "2" }), 400, "InvalidTimeRange", /range/],
    ["a time below 0", search({ from: "-5" }), 400, "ParameterInvalid", /from/],
    ["101 lines", search({ line: "101" }), 400, "InvalidLine", /line/],
    ["an offset below 0", search({ offset: "-1" }), 400, "InvalidOffset", /offset/],
    ["no such logstore", search({}, "/logstores/nope"), 404, "LogStoreNotExist", /nope/],
  ]);
});

describe("of machine groups:", () => {
  const nope = "MachineGroup nope does not exist";
  check([
    ["twice", post("/machinegroups", group), 400, "MachineGroupAlreadyExist", "MachineGroup g-1 already exist"],
    [
      "a bad name",
      post("/machinegroups", { ...group, groupName: "G" }),
      400,
      "InvalidParameter",
      /^invalid group resource json/,
    ],
    ["read", get("/machinegroups/nope"), 404, "MachineGroupNotExist", nope],
    ["update", change("/machinegroups/nope", group), 404, "MachineGroupNotExist", nope],
    ["deletion", { method: "DELETE", path: "/machinegroups/nope" }, 404, "MachineGroupNotExist", nope],
    ["machines", get("/machinegroups/nope/machines"), 404, "MachineGroupNotExist", nope],
    ["its configs", get("/machinegroups/nope/configs"), 404, "MachineGroupNotExist", nope],
    ["apply to none", { method: "PUT", path: "/machinegroups/nope/configs/c-1" }, 404, "MachineGroupNotExist", nope],
    ["apply none", { method: "PUT", path: "/machinegroups/g-1/configs/nope" }, 404, "ConfigNotExist", /nope/],
    ["remove none", { method: "DELETE", path: "/machinegroups/g-1/configs/nope" }, 404, "ConfigNotExist", /nope/],
    ["a list of 501", get("/machinegroups", { size: "501" }), 400, "ParameterInvalid", /size/],
  ]);
});

describe("of Logtail configs:", () => {
  check([
    ["twice", post("/configs", config), 400, "ConfigAlreadyExist", "config c-1 already exists"],
    [
      "a bad name",
      post("/configs", { ...config, configName: "C" }),
      400,
      "InvalidParameter",
      /^invalid config resource json/,
    ],
    [
      "a sample of 1,001 bytes",
      post("/configs", { ...config, configName: "c-2", logSample: "x".repeat(1001) }),
      400,
      "InvalidParameter",
      /logSample/,
    ],
    ["read", get("/configs/nope"), 404, "ConfigNotExist", "Config nope does not exist"],
    ["update", change("/configs/nope", config), 404, "ConfigNotExist", /nope/],
    ["deletion", { method: "DELETE", path: "/configs/nope" }, 404, "ConfigNotExist", /nope/],
    ["another name in the body", change("/configs/c-1", { ...config, configName: "c-9" }), 400, "BadRequest", /c-9/],
    ["its groups", get("/configs/nope/machinegroups"), 404, "ConfigNotExist", /nope/],
    ["a list in no project", { ...get("/configs"), project: "nope-nope" }, 404, "ProjectNotExist", /nope-nope/],
    ["a list for no logstore", get("/configs", { logstoreName: "nope" }), 404, "LogStoreNotExist", /nope/],
  ]);
});

describe("of consumer groups:", () => {
  const groups = `${store}/consumergroups`;
  const one = `${groups}/cg-1`;
  const report = (type: string, consumer: string, body: unknown, path = one): RawRequest => ({
    method: "POST",
    path,
    query: { type, consumer },
    body,
  });
  check([
    ["twice", post(groups, { consumerGroup: "cg-1", timeout: 60 }), 400, "ConsumerGroupAlreadyExist", /cg-1/],
    ["without a timeout", post(groups, { consumerGroup: "cg-2" }), 400, "JsonInfoInvalid", /timeout/],
    ["a heartbeat of none", report("heartbeat", "c", [], `${groups}/nope`), 404, "ConsumerGroupNotExist", /nope/],
    [
      "a heartbeat with shards from who is not in it",
      report("heartbeat", "stranger", [0]),
      400,
      "NotExistConsumerWithBody",
      /stranger/,
    ],
    ["a heartbeat that is no list", report("heartbeat", "c", {}), 400, "JsonInfoInvalid", /list/],
    [
      "a checkpoint of no shard",
      report("checkpoint", "c", { shard: 9, checkpoint: "MA==" }),
      404,
      "ShardNotExist",
      "Shard 9 does not exist",
    ],
    [
      "a checkpoint that is none",
      report("checkpoint", "c", { shard: 0, checkpoint: "!" }),
      400,
      "InvalidShardCheckPoint",
      /checkpoint/,
    ],
    [
      "a checkpoint of no consumer",
      report("checkpoint", "stranger", { shard: 0, checkpoint: "MA==" }),
      404,
      "ConsumerNotExist",
      /stranger/,
    ],
    ["update of none", change(`${groups}/nope`, { timeout: 1 }), 404, "ConsumerGroupNotExist", /nope/],
    ["deletion of none", { method: "DELETE", path: `${groups}/nope` }, 404, "ConsumerGroupNotExist", /nope/],
    ["in no logstore", get("/logstores/nope/consumergroups"), 404, "LogStoreNotExist", /nope/],
  ]);
});

describe("of tags:", () => {
  const tag = (more: object): RawRequest =>
    post("/tag", { resourceType: "project", resourceId: [project], tags: [{ key: "a", value: "b" }], ...more });
  const many = Array.from({ length: 21 }, (_, i) => ({ key: `k${i}`, value: "v" }));
  check([
    [
      "another type",
      tag({ resourceType: "planet" }),
      400,
      "ParameterInvalid",
      "The resource type is not supported: planet",
    ],
    ["none", tag({ tags: [] }), 400, "PostBodyInvalid", "request tag key value pair size must little than 20"],
    ["21", tag({ tags: many }), 400, "PostBodyInvalid", "request tag key value pair size must little than 20"],
    ["of no project", tag({ resourceId: ["nope-nope"] }), 404, "ProjectNotExist", /nope-nope/],
    [
      "of no logstore",
      tag({ resourceType: "logstore", resourceId: [`${project}#nope`] }),
      404,
      "LogStoreNotExist",
      /nope/,
    ],
    [
      "of no group",
      tag({ resourceType: "machinegroup", resourceId: [`${project}#nope`] }),
      404,
      "MachineGroupNotExist",
      /nope/,
    ],
    [
      "of no config",
      tag({ resourceType: "logtailconfig", resourceId: [`${project}#nope`] }),
      404,
      "ConfigNotExist",
      /nope/,
    ],
  ]);
});

describe("of counts:", () => {
  const all = async (count: number, request: (i: number) => RawRequest): Promise<void> => {
    for (let from = 0; from < count; from += 20) {
      const some = Array.from({ length: Math.min(20, count - from) }, (_, i) => from + i);
      await Promise.all(
        some.map(async (i) => {
          const { status, errorCode } = await rawRequest(cloud, { project: "counts", ...request(i) });
          expect({ status, errorCode }).toEqual({ status: 200, errorCode: undefined });
        }),
      );
    }
  };
  const refused = async (request: RawRequest, message: RegExp): Promise<void> => {
    const reply = await rawRequest(cloud, { project: "counts", ...request });
    expect(reply).toMatchObject({ status: 400, errorCode: "ProjectQuotaExceed" });
    expect(reply.errorMessage).toMatch(message);
  };
  const logstoreOf = (i: number, shardCount = 1): RawRequest =>
    post("/logstores", { logstoreName: `ls-${i}`, ttl: 1, shardCount });
  const configOf = (i: number): RawRequest =>
    post("/configs", { ...config, configName: `c-${i}`, outputDetail: { logstoreName: "ls-1" } });
  const groupOf = (i: number): RawRequest => post("/machinegroups", { ...group, groupName: `g-${i}` });

  test("200 logstores, configs and machine groups and 400 shards a project, 150 projects an account", async () => {
    await all(1, () => post("/", { projectName: "counts" }));
    await all(3, (i) => logstoreOf(1000 + i, 100));
    await all(100, (i) => logstoreOf(i));
    await refused(logstoreOf(100), /shard count/);
    await all(3, (i) => ({ method: "DELETE", path: `/logstores/ls-${1000 + i}` }));
    await all(100, (i) => logstoreOf(100 + i));
    await refused(logstoreOf(200), /logstore count/);
    await all(200, configOf);
    await refused(configOf(200), /config count/);
    await all(200, groupOf);
    await refused(groupOf(200), /machine group count/);
    await all(148, (i) => post("/", { projectName: `counts-${i}` }));
    await refused(post("/", { projectName: "counts-148" }), /project count/);
  });
});
