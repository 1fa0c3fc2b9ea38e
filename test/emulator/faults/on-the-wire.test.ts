/** What a client meets when a fault strikes: straight, through the proxy, and in a TLS tunnel. */
import { readFileSync } from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import { HttpsProxyAgent } from "https-proxy-agent";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { signV1 } from "../../../sls/wire/sign-v1";
import { clientOf, testCloud, withLogstore, writerOf, type TestCloud } from "../../support/local-cloud";

let cloud: TestCloud;
let project: string;
let logstore: string;
let tunnel: HttpsProxyAgent<string>;
beforeAll(async () => {
  cloud = await testCloud();
  ({ project, logstore } = await withLogstore(cloud));
  tunnel = new HttpsProxyAgent(cloud.url, { ca: readFileSync(cloud.caFile) });
});
afterEach(() => cloud.faults.clear());
afterAll(async () => {
  tunnel.destroy();
  await cloud.close();
});

const ways = ["straight", "as a proxy", "in a TLS tunnel"] as const;
type Way = (typeof ways)[number];

interface Reply {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

/** `body`: of an UpdateProject, which is what is asked; without one a GetProject. */
function ask(way: Way, body?: Buffer): Promise<Reply> {
  const host = `${project}.cn-hangzhou.log.aliyuncs.com`;
  const method = body === undefined ? "GET" : "PUT";
  const plain: Record<string, string> = body === undefined ? { host } : { host, "content-type": "application/json" };
  const signable = { method, path: "/", query: {}, headers: plain, ...(body ? { body } : {}) };
  const signed = signV1(signable, cloud.credentials, { date: new Date() });
  const headers = { ...signed, "content-length": String(body?.length ?? 0) };
  const direct = { host: "127.0.0.1", port: cloud.port, agent: false as const };
  return new Promise((resolve, reject) => {
    const request =
      way === "in a TLS tunnel"
        ? https.request({ host, port: 443, agent: tunnel, method, path: "/", headers, ca: readFileSync(cloud.caFile) })
        : http.request({ ...direct, method, path: way === "straight" ? "/" : `http://${host}/`, headers });
    request.on("error", reject);
    request.on("response", (reply) => {
      let text = "";
      reply.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      reply.on("error", reject);
      reply.on("end", () => resolve({ status: reply.statusCode ?? 0, headers: reply.headers, text }));
    });
    request.end(body);
  });
}

const lost = /ECONNRESET|socket hang up|aborted|EPIPE/;
const describeAs = (text: string): Buffer => Buffer.from(JSON.stringify({ description: text }));
const description = async (): Promise<string> =>
  (JSON.parse((await ask("straight")).text) as { description: string }).description;

describe.each(ways)("%s:", (way) => {
  test("an error is answered instead, as the service would", async () => {
    const fault = cloud.faults.add({ operation: "GetProject", error: "WriteQuotaExceed", times: 1 });
    const { status, headers, text } = await ask(way);
    expect({ status, ...(JSON.parse(text) as object) }).toEqual({
      status: 403,
      errorCode: "WriteQuotaExceed",
      errorMessage: "Project write quota exceed: qps",
    });
    expect(headers["x-log-requestid"]).toMatch(/^[0-9A-F]{24}$/);
    expect((await ask(way)).status).toBe(200);
    expect(fault).toMatchObject({ seen: 2, hits: 1 });
    expect(cloud.requests.at(-2)).toMatchObject({ status: 403, fault: `${fault.id} error WriteQuotaExceed` });
  });

  test.each([false, true])("a cut before the body, and mid-body: nothing is done (reset: %s)", async (reset) => {
    const text = `never-${way}-${reset}`;
    for (const cut of ["before-body", "mid-body"] as const) {
      const fault = cloud.faults.add({ operation: "UpdateProject", cut, reset });
      await expect(ask(way, describeAs(text))).rejects.toThrow(lost);
      fault.remove();
      expect(cloud.requests.at(-1)).toMatchObject({
        operation: "UpdateProject",
        status: 0,
        fault: `${fault.id} ${reset ? "reset" : "cut"} ${cut}`,
      });
    }
    expect(await description()).not.toBe(text);
  });

  test.each([false, true])(
    "a cut before the reply: it is done, and the acknowledgement is lost (reset: %s)",
    async (reset) => {
      const text = `done-${way}-${reset}`;
      cloud.faults.add({ operation: "UpdateProject", cut: "before-reply", reset });
      await expect(ask(way, describeAs(text))).rejects.toThrow(lost);
      expect(cloud.requests.at(-1)).toMatchObject({ operation: "UpdateProject", status: 200 });
      expect(await description()).toBe(text);
    },
  );

  test("a cut mid-reply: the head arrives, and half of the body", async () => {
    cloud.faults.add({ cut: "mid-reply" });
    await expect(ask(way)).rejects.toThrow(lost);
    // A reply without a body is cut as well.
    await expect(ask(way, describeAs("x"))).rejects.toThrow(lost);
  });

  test("a delay, a slow read and a slow reply take the time that they say", async () => {
    const timed = async (body?: Buffer): Promise<number> => {
      const started = performance.now();
      expect((await ask(way, body)).status).toBe(200);
      return performance.now() - started;
    };
    const delay = cloud.faults.add({ delayMs: 150 });
    expect(await timed()).toBeGreaterThanOrEqual(148);
    delay.remove();
    const read = cloud.faults.add({ readBytesPerSecond: 10_000 });
    expect(await timed(describeAs("x".repeat(2000)))).toBeGreaterThanOrEqual(195);
    read.remove();
    const { text } = await ask(way);
    cloud.faults.add({ replyBytesPerSecond: text.length * 5 });
    expect(await timed()).toBeGreaterThanOrEqual(195);
  });

  test("a clock that is off refuses the request, and tells its own time", async () => {
    cloud.faults.add({ clockOffsetMs: 20 * 60_000 });
    const { status, headers, text } = await ask(way);
    expect(status).toBe(400);
    expect(text).toContain("RequestTimeExpired");
    const ahead = Date.parse(headers.date ?? "") - Date.now();
    expect(ahead).toBeGreaterThan(19 * 60_000);
    expect(Number(headers["x-log-time"]) * 1000).toBe(Date.parse(headers.date ?? ""));
  });

  test("a bad reply is no JSON, has no request id, or is empty", async () => {
    const page = cloud.faults.add({ badReply: "not-json", error: "BadGateway" });
    expect(await ask(way)).toMatchObject({ status: 502, text: expect.stringMatching(/^<html>/) as string });
    page.remove();
    const noId = cloud.faults.add({ badReply: "no-request-id" });
    expect((await ask(way)).headers).not.toHaveProperty("x-log-requestid");
    noId.remove();
    cloud.faults.add({ badReply: "empty" });
    expect(await ask(way)).toMatchObject({ status: 200, text: "" });
  });
});

test("OpenAPI calls fail in their own form, by action, which may lie in the body", async () => {
  const fault = cloud.faults.add({ service: "ecs", operation: "Describe*", error: "Throttling" });
  const ecs = (path: string, body: string): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const headers = { host: "ecs.aliyuncs.com", "content-type": "application/x-www-form-urlencoded" };
      const request = http.request({
        host: "127.0.0.1",
        port: cloud.port,
        method: "POST",
        path,
        headers,
        agent: false,
      });
      request.on("error", reject).on("response", (reply) => {
        let text = "";
        reply.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        reply.on("end", () => resolve({ status: reply.statusCode ?? 0, headers: reply.headers, text }));
      });
      request.end(body);
    });
  for (const [path, body] of [
    ["/?Action=DescribeRegions", ""],
    ["/", "Action=DescribeRegions"],
  ] as const) {
    const { status, text } = await ecs(path, body);
    expect({ status, ...(JSON.parse(text) as object) }).toMatchObject({ status: 400, Code: "Throttling" });
  }
  expect(JSON.parse((await ecs("/", "Action=CreateSecurityGroup")).text)).toMatchObject({ Code: "MissingAccessKeyId" });
  expect(fault.hits).toBe(2);
  cloud.faults.clear();
  cloud.faults.add({ operation: "DescribeRegions", cut: "mid-body" });
  await expect(ecs("/", "Action=DescribeRegions")).rejects.toThrow(lost);
});

test("our own client and writer go on after faults that pass", async () => {
  const client = clientOf(cloud);
  const busy = cloud.faults.add({ operation: "GetLogStore", error: "ServerBusy", times: 1 });
  expect(await client.getLogStore(project, logstore)).toMatchObject({ logstoreName: logstore });
  expect(busy).toMatchObject({ seen: 2, hits: 1 });
  client.close();
  const writer = writerOf(cloud);
  const logs = [{ time: Math.floor(Date.now() / 1000), contents: [["msg", "x"] as const] }];
  cloud.faults.add({ logstore, error: "ShardWriteQuotaExceed", times: 1 });
  await expect(writer.putLogs(project, logstore, { logs })).rejects.toMatchObject({ code: "ShardWriteQuotaExceed" });
  await writer.putLogs(project, logstore, { logs });
  writer.close();
});

test("while it is paused connections are refused; then it listens on the same port, and knows what it knew", async () => {
  await cloud.pause();
  await expect(ask("straight")).rejects.toThrow("ECONNREFUSED");
  await cloud.resume();
  expect((await ask("straight")).status).toBe(200);
});
