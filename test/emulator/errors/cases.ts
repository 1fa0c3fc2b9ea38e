/** Requests that the service refuses, and how: the status, the code and the message of each, as bytes on the wire. Source: SLS API reference, "Error codes" and each API's own. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { encodeLogGroup } from "../../../sls/wire/log-group";
import { testCloud, withLogstore, type TestCloud } from "../../support/local-cloud";
import { rawRequest, type RawRequest } from "../../support/raw-request";

export let cloud: TestCloud;
export const project = "test-project";
export const store = "/logstores/test-logstore";
export const config = {
  configName: "c-1",
  inputType: "syslog",
  inputDetail: { tag: "sys_tag" },
  outputType: "LogService",
  outputDetail: { logstoreName: "test-logstore" },
};
export const group = { groupName: "g-1", machineIdentifyType: "ip", machineList: [], groupAttribute: {} };

/** A cloud with all that the cases are about, for the file that imports this. */
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

export type Case = readonly [what: string, request: RawRequest, status: number, code: string, message: RegExp | string];

export const now = (): number => Math.floor(Date.now() / 1000);
export const logs = (time = now(), key = "k", value = "v"): Buffer =>
  encodeLogGroup({ logs: [{ time, contents: [[key, value]] }] });
const protobuf = { "content-type": "application/x-protobuf" };
export const put = (body: unknown, headers: Record<string, string> = {}): RawRequest => ({
  method: "POST",
  path: `${store}/shards/lb`,
  body,
  headers: { ...protobuf, ...headers },
});
export const post = (path: string, body: unknown): RawRequest => ({ method: "POST", path, body });
export const change = (path: string, body: unknown): RawRequest => ({ method: "PUT", path, body });
export const get = (path: string, query: Record<string, string> = {}): RawRequest => ({ path, query });
export const search = (query: Record<string, string>, path = store): RawRequest =>
  get(path, { type: "log", from: "1", to: "2", ...query });

export function check(cases: readonly Case[]): void {
  test.each(cases)("%s", async (_what, request, status, code, message) => {
    const reply = await rawRequest(cloud, { project, ...request });
    expect({ status: reply.status, errorCode: reply.errorCode }).toEqual({ status, errorCode: code });
    expect(reply.errorMessage).toMatch(message);
    expect(reply.headers).toMatchObject({ "content-type": "application/json" });
    expect(reply.headers["x-log-requestid"]).toMatch(/^[0-9A-F]{24}$/);
    expect(cloud.requests.at(-1)).toMatchObject({ status, errorCode: code });
  });
}

export const shift = (minutes: number): Date => new Date(Date.now() + minutes * 60_000);
