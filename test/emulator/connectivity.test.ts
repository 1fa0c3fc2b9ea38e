/** `curl http://HOST`, and what agents ask their control plane. */
import * as http from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { testCloud, type TestCloud } from "../support/local-cloud";

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await testCloud();
});
afterAll(() => cloud.close());

function ask(host: string, options: http.RequestOptions = {}): Promise<{ status: number; text: string; id: unknown }> {
  return new Promise((resolve, reject) => {
    const request = http.request({ host: "127.0.0.1", port: cloud.port, ...options, headers: { host } }, (reply) => {
      let text = "";
      reply.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      reply.on("end", () => resolve({ status: reply.statusCode ?? 0, text, id: reply.headers["x-log-requestid"] }));
    });
    request.on("error", reject);
    request.end();
  });
}

const region = "cn-hangzhou.log.aliyuncs.com";

test.each([`logtail.${region}`, `any-project.${region}`, `ali-cn-hangzhou-sls-admin.${region}`, region])(
  "an unsigned GET / at %s says that the network is fine, whether there is such a project or not",
  async (host) => {
    const { status, text, id } = await ask(host);
    expect({ status, json: JSON.parse(text) as unknown }).toEqual({
      status: 405,
      json: { Error: { Code: "OLSInvalidMethod", Message: "The script name is invalid : /", RequestId: id } },
    });
    expect(cloud.requests.at(-1)).toMatchObject({ errorCode: "OLSInvalidMethod" });
    expect(cloud.requests.at(-1)).not.toHaveProperty("unsupported");
  },
);

test("what an agent asks beyond that is told as not served", async () => {
  const { status, text } = await ask(`logtail.${region}`, { method: "POST", path: "/Agent" });
  expect(status).toBe(405);
  expect(text).toContain("The script name is invalid : /Agent");
  expect(cloud.requests.at(-1)).toMatchObject({ unsupported: true, url: "/Agent" });
});

test("a request for an operation must be signed, at the account's endpoint too", async () => {
  for (const options of [{ path: "/logstores" }, { method: "POST" }, { method: "DELETE" }]) {
    expect(await ask(`any-project.${region}`, options)).toMatchObject({ status: 400 });
  }
});
