/** Logs as JSON: signed on PutLogs' paths, and without a signature where web tracking is on. */
import { request } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { SlsClient } from "../../sls";
import { clientOf, testCloud, withLogstore, type TestCloud } from "../support/local-cloud";

let cloud: TestCloud;
let client: SlsClient;
let project: string;
beforeAll(async () => {
  cloud = await testCloud();
  ({ project } = await withLogstore(cloud));
  client = clientOf(cloud);
});
afterAll(async () => {
  client.close();
  await cloud.close();
});

/** As a browser does it: no signature. */
function browse(method: string, path: string, body?: string): Promise<{ status: number; type: string; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = {
      host: `${project}.cn-hangzhou.log.aliyuncs.com`,
      "x-log-apiversion": "0.6.0",
      "user-agent": "browser",
    };
    const outgoing = request({ host: "127.0.0.1", port: cloud.port, method, path, headers }, (reply) => {
      let text = "";
      reply.setEncoding("latin1").on("data", (chunk: string) => (text += chunk));
      reply.on("end", () =>
        resolve({ status: reply.statusCode ?? 0, type: reply.headers["content-type"] ?? "", text }),
      );
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

const found = async (query: string): Promise<unknown> => {
  const now = Math.floor(Date.now() / 1000);
  return (await client.searchLogs(project, "test-logstore", { from: now - 60, to: now + 60, query })).logs;
};
const tracking = (on: boolean): Promise<unknown> => {
  const body = { logstoreName: "test-logstore", ttl: 30, shardCount: 2, enable_tracking: on };
  return client._request("PUT", project, "/logstores/test-logstore", {}, Buffer.from(JSON.stringify(body)));
};
const group = (text: string): string =>
  JSON.stringify({ __topic__: "t", __source__: "s", __tags__: { k: "v" }, __logs__: [{ msg: text, n: 1 }] });

test("without web tracking a browser is Unauthorized", async () => {
  expect(await browse("GET", "/logstores/test-logstore/track?APIVersion=0.6.0&msg=x")).toMatchObject({
    status: 401,
    text: expect.stringContaining('"errorCode":"Unauthorized"') as string,
  });
});

test("with web tracking a browser's logs are stored at the server's time", async () => {
  await tracking(true);
  expect((await browse("POST", "/logstores/test-logstore/track", group("posted"))).status).toBe(200);
  expect(await found("posted")).toMatchObject([
    { __topic__: "t", __source__: "s", "__tag__:k": "v", msg: "posted", n: "1" },
  ]);
  const gif = await browse("GET", "/logstores/test-logstore/track_ua.gif?APIVersion=0.6.0&msg=pixel&__topic__=page");
  expect([gif.status, gif.type, gif.text.slice(0, 6)]).toEqual([200, "image/gif", "GIF89a"]);
  expect(await found("pixel")).toMatchObject([{ __topic__: "page", msg: "pixel", __userAgent__: "browser" }]);
});

test("a body that is no group of logs is refused", async () => {
  for (const body of ["{", "[]", '{"__logs__":[1]}', '{"__logs__":{}}']) {
    const { status, text } = await browse("POST", "/logstores/test-logstore/track", body);
    expect([status, (JSON.parse(text) as { errorCode: string }).errorCode]).toEqual([400, "PostBodyInvalid"]);
  }
});

test("PutLogs takes the same JSON, with times of its own, when it is signed", async () => {
  const now = Math.floor(Date.now() / 1000);
  const body = Buffer.from(JSON.stringify({ __logs__: [{ __time__: now - 5, msg: "signed json" }] }));
  await client._request("POST", project, "/logstores/test-logstore/shards/lb", {}, body);
  expect(await found('"signed json"')).toMatchObject([{ __time__: String(now - 5), msg: "signed json" }]);
  expect((await browse("POST", "/logstores/test-logstore/shards/lb", body.toString())).status).toBe(400);
});
