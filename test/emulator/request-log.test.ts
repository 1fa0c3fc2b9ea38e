/** What the local cloud tells of the requests that came, over the admin address too, and who may ask there. */
import * as http from "node:http";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { addFault, clearFaults, faultsOf, removeFault, requestsOf, type LocalStatus } from "../../emulator";
import { askAdmin } from "../../emulator/admin-client";
import { encodeLogGroup } from "../../sls/wire/log-group";
import { testCloud, withLogstore, type TestCloud } from "../support/local-cloud";
import { rawRequest } from "../support/raw-request";

let cloud: TestCloud;
let project: string;
let logstore: string;
let status: LocalStatus;
beforeAll(async () => {
  cloud = await testCloud();
  ({ project, logstore } = await withLogstore(cloud));
  status = (await askAdmin(cloud.url, "/_local/status")) as LocalStatus;
});
afterAll(() => cloud.close());

/** To any host, unsigned. */
function plain(host: string, path: string, options: http.RequestOptions = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { ...options.headers, host };
    http
      .request({ host: "127.0.0.1", port: cloud.port, agent: false, ...options, path, headers }, (reply) => {
        reply.resume().on("end", () => resolve(reply.statusCode ?? 0));
      })
      .on("error", reject)
      .end();
  });
}

describe("an entry", () => {
  test("tells who asked what, what was answered, how much and how long", async () => {
    const body = encodeLogGroup({ logs: [{ time: Math.floor(Date.now() / 1000), contents: [["k", "v"]] }] });
    const headers = { "content-type": "application/x-protobuf", "user-agent": "a-client/1" };
    const path = `/logstores/${logstore}/shards/lb`;
    await rawRequest(cloud, { method: "POST", path, body, headers, project });
    const entry = cloud.requests.at(-1);
    expect(entry).toEqual({
      number: cloud.requests.length,
      at: expect.any(Date) as Date,
      method: "POST",
      host: `${project}.cn-hangzhou.log.aliyuncs.com`,
      url: path,
      operation: "PostLogStoreLogs",
      project,
      status: 200,
      client: "a-client/1",
      peer: "127.0.0.1",
      accessKeyId: cloud.credentials.accessKeyId,
      bytesIn: body.length,
      bytesOut: 0,
      durationMs: expect.any(Number) as number,
    });
    expect(JSON.stringify(cloud.requests)).not.toContain(cloud.credentials.accessKeySecret);
  });

  test("holds no signature and no token of a query, and no more than 2,048 characters of it", async () => {
    const secret = "s3cr3t";
    await plain(
      "ecs.aliyuncs.com",
      `/?Action=X&SecurityToken=${secret}&Signature=${secret}&OIDCToken=${secret}&AccessKeyId=ak&x=${"y".repeat(9000)}`,
    );
    const entry = cloud.requests.at(-1);
    expect(entry?.url).toMatch(
      /^\/\?Action=X&SecurityToken=\*\*\*&Signature=\*\*\*&OIDCToken=\*\*\*&AccessKeyId=ak&x=y+$/,
    );
    expect(entry?.url).toHaveLength(2048);
    expect(entry?.accessKeyId).toBe("ak");
  });

  test("of a client that goes away before it was answered has status 0", async () => {
    const logged = cloud.requests.length;
    cloud.faults.add({ operation: "GetProject", delayMs: 60_000, times: 1 });
    const headers = { host: `${project}.cn-hangzhou.log.aliyuncs.com` };
    const request = http.get({ host: "127.0.0.1", port: cloud.port, path: "/?x=1", headers, agent: false });
    request.on("error", () => undefined);
    await expect.poll(() => cloud.faults.list()[0]?.hits).toBe(1);
    request.destroy();
    await expect.poll(() => cloud.requests.length).toBe(logged + 1);
    expect(cloud.requests.at(-1)).toMatchObject({
      status: 0,
      operation: "GetProject",
      fault: expect.stringContaining("delay 60000 ms") as string,
    });
    cloud.faults.clear();
  });
});

describe("what is not served is marked unsupported:", () => {
  const unsupported = (): unknown => {
    const {
      method,
      host,
      url,
      operation,
      status: answered,
      client,
    } = cloud.requests.filter((one) => one.unsupported).at(-1) ?? {};
    return { method, host, url, operation, answered, client };
  };
  const host = "test-project.cn-hangzhou.log.aliyuncs.com";

  test("a path of Log Service, with the client that asked", async () => {
    const reply = await rawRequest(cloud, { path: "/topostores", project, headers: { "user-agent": "go-sdk" } });
    expect(reply).toMatchObject({
      status: 405,
      errorCode: "InvalidMethod",
      errorMessage: expect.stringMatching(/^GET \/topostores: /) as string,
    });
    expect(unsupported()).toEqual({
      method: "GET",
      host,
      url: "/topostores",
      operation: "-",
      answered: 405,
      client: "go-sdk",
    });
  });

  test("an action of OpenAPI", async () => {
    await plain("ecs.aliyuncs.com", "/?Action=DescribeImages");
    expect(unsupported()).toMatchObject({ host: "ecs.aliyuncs.com", operation: "DescribeImages" });
  });

  test("a name, straight and in a tunnel", async () => {
    expect(await plain("example.com", "/")).toBe(403);
    expect(unsupported()).toMatchObject({ method: "GET", host: "example.com", answered: 403 });
    await new Promise<void>((resolve) => {
      http
        .request({ host: "127.0.0.1", port: cloud.port, method: "CONNECT", path: "oss.example.com:443" })
        .on("connect", (_reply, socket) => resolve(void socket.destroy()))
        .end();
    });
    expect(unsupported()).toMatchObject({ method: "CONNECT", host: "oss.example.com:443", answered: 403 });
  });

  test("and nothing else: an error of the service is none", async () => {
    const before = cloud.requests.filter((one) => one.unsupported).length;
    await rawRequest(cloud, { path: "/logstores/nope", project });
    await rawRequest(cloud, { path: "/", project, secret: "wrong" });
    await plain(host, "/");
    expect(cloud.requests.filter((one) => one.unsupported)).toHaveLength(before);
    const after = (await askAdmin(cloud.url, "/_local/status")) as LocalStatus;
    expect(after).toMatchObject({ unsupported: before, projects: 1, logstores: 1, requests: cloud.requests.length });
  });
});

describe("the admin address", () => {
  test("gives rules and takes them, and the requests with what went wrong", async () => {
    const last = cloud.requests.at(-1)?.number ?? 0;
    const { id } = await addFault(status, { operation: "GetProject", error: "ServerBusy" });
    expect(await rawRequest(cloud, { path: "/", project })).toMatchObject({ status: 503 });
    expect(await requestsOf(status, last)).toMatchObject([{ status: 503, fault: `${id} error ServerBusy` }]);
    expect(await faultsOf(status)).toEqual([
      { id, rule: { operation: "GetProject", error: "ServerBusy" }, seen: 1, hits: 1 },
    ]);
    await removeFault(status, id);
    expect(await faultsOf(status)).toEqual([]);
    await expect(removeFault(status, id)).rejects.toThrow(`there is no fault ${id}`);
    await expect(addFault(status, { rate: 2 })).rejects.toThrow("fault rule: rate must be a number from 0 to 1, got 2");
    await addFault(status, { delayMs: 1 });
    await clearFaults(status);
    expect(cloud.faults.list()).toEqual([]);
  });

  test("is no part of a service's name, and takes nothing from a web page", async () => {
    expect(await plain("test-project.cn-hangzhou.log.aliyuncs.com", "/_local/status")).not.toBe(200);
    const own = `127.0.0.1:${cloud.port}`;
    const json = { "content-type": "application/json" };
    expect(await plain(own, "/_local/faults", { method: "DELETE", headers: { origin: "https://example.com" } })).toBe(
      403,
    );
    expect(await plain(own, "/_local/faults", { method: "POST", headers: { "content-type": "text/plain" } })).toBe(415);
    expect(await plain(own, "/_local/faults", { method: "POST", headers: json })).toBe(400);
    expect(await plain(own, "/_local/nonsense")).toBe(404);
  });

  test("is never made to fail, and never logged", async () => {
    const logged = cloud.requests.length;
    cloud.faults.add({ cut: "before-body" });
    expect(await askAdmin(cloud.url, "/_local/status")).toMatchObject({ faults: 1 });
    cloud.faults.clear();
    expect(cloud.requests).toHaveLength(logged);
  });
});

describe("the admin address, by a clock that the test sets,", () => {
  const ms = 3_600_000;
  const refused = (): Promise<string | undefined> =>
    askAdmin(cloud.url, "/_local/status").then(
      () => undefined,
      (error: Error) => error.message,
    );
  /** A try to listen again is due after each step. */
  const listensAgain = (): Promise<void> =>
    expect
      .poll(() => {
        vi.advanceTimersByTime(1_000);
        return askAdmin(cloud.url, "/_local/status").catch(() => undefined);
      })
      .toMatchObject({ projects: 1 });
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
  afterEach(() => void vi.useRealTimers());

  test("closes the port for a while", async () => {
    await askAdmin(cloud.url, "/_local/down", "POST", { ms });
    await expect.poll(refused).toMatch("ECONNREFUSED");
    vi.advanceTimersByTime(ms - 1);
    expect(await refused()).toMatch("ECONNREFUSED");
    await listensAgain();
  });

  test("waits for its port where another has taken it meanwhile", async () => {
    await askAdmin(cloud.url, "/_local/down", "POST", { ms });
    const other = http.createServer((_, reply) => reply.end('"another"'));
    const taken = (): Promise<boolean> =>
      new Promise((resolve) => {
        other.once("error", () => resolve(false));
        other.listen(cloud.port, "127.0.0.1", () => resolve(true));
      });
    await expect.poll(taken).toBe(true);
    const waiting = vi.getTimerCount();
    vi.advanceTimersByTime(ms);
    expect(vi.getTimerCount()).toBe(waiting - 1);
    // It has tried, in vain, and will again.
    await expect.poll(() => vi.getTimerCount()).toBe(waiting);
    expect(await askAdmin(cloud.url, "/_local/status")).toBe("another");
    await new Promise((resolve) => other.close(resolve));
    await listensAgain();
  });
});
