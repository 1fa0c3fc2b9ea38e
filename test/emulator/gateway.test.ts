/** How the local cloud is reached: TLS and plain HTTP on one port, straight and as a forward proxy. */
import { readFileSync, statSync } from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import { join } from "node:path";
import { connect, type Socket } from "node:net";
import { connect as tlsConnect } from "node:tls";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { HttpsProxyAgent } from "https-proxy-agent";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startLocalCloud } from "../../emulator";
import { testCloud, type TestCloud } from "../support/local-cloud";

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await testCloud();
});
afterAll(() => cloud.close());

interface Reply {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

function ask(options: https.RequestOptions & { readonly secure?: boolean }): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = (options.secure ? https : http).request(
      { host: "127.0.0.1", port: cloud.port, ...options },
      (reply) => {
        let text = "";
        reply.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        reply.on("end", () => resolve({ status: reply.statusCode ?? 0, headers: reply.headers, text }));
      },
    );
    request.on("error", reject);
    request.end();
  });
}

const ca = (): string => readFileSync(cloud.caFile, "utf8");
/** What the manual tells people to look for when they test their network with curl: proof that the service was reached. */
const connected = '{"Error":{"Code":"OLSInvalidMethod","Message":"The script name is invalid : /","RequestId":"';
const refusedByTheService = { status: 405, text: expect.stringContaining(connected) as string };
const host = "p1.cn-hangzhou.log.aliyuncs.com";

describe("the gateway", () => {
  test("speaks plain HTTP", async () => {
    expect(await ask({ headers: { host } })).toMatchObject(refusedByTheService);
  });

  test("speaks TLS on the same port, with a certificate for the name asked for", async () => {
    expect(await ask({ secure: true, headers: { host }, servername: host, ca: ca() })).toMatchObject(
      refusedByTheService,
    );
    const wild = "p1.cn-hangzhou.sls.test";
    expect(await ask({ secure: true, headers: { host: wild }, servername: wild, ca: ca() })).toMatchObject(
      refusedByTheService,
    );
  });

  test("has a certificate for its address, for clients that send no name", async () => {
    const socket = tlsConnect({ host: "127.0.0.1", port: cloud.port, ca: ca() });
    await new Promise((resolve, reject) => socket.once("secureConnect", resolve).once("error", reject));
    expect(socket.authorized).toBe(true);
    socket.destroy();
  });

  test("takes the absolute form of a forward proxy", async () => {
    expect(await ask({ path: `http://${host}`, headers: { host } })).toMatchObject(refusedByTheService);
  });

  test("takes CONNECT, with TLS or plain HTTP in the tunnel", async () => {
    const agent = new HttpsProxyAgent(cloud.url);
    const tls = { secure: true, agent, host, port: 443, ca: ca() };
    expect(await ask(tls)).toMatchObject(refusedByTheService);
    const plain = await new Promise<string>((resolve, reject) => {
      const socket: Socket = connect(cloud.port, "127.0.0.1");
      let text = "";
      socket.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
        if (text.endsWith("Established\r\n\r\n"))
          socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
      });
      socket.on("end", () => resolve(text)).on("error", reject);
      socket.write(`CONNECT ${host}:80 HTTP/1.1\r\nHost: ${host}:80\r\n\r\n`);
    });
    expect(plain).toContain(connected);
    agent.destroy();
  });

  test.each(["example.com", "oss-cn-hangzhou.aliyuncs.com", "log.aliyuncs.com.evil.com"])(
    "refuses %s with 403 and says which names it serves",
    async (name) => {
      const served = "[PROJECT.]REGION[-intranet|-share|-vpc].log.aliyuncs.com";
      const absolute = await ask({ path: `http://${name}/`, headers: { host: name } });
      expect(absolute).toMatchObject({ status: 403, text: expect.stringContaining(served) as string });
      const tunnel = await new Promise<string>((resolve, reject) => {
        const socket = connect(cloud.port, "127.0.0.1");
        let text = "";
        socket.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        socket.on("end", () => resolve(text)).on("error", reject);
        socket.write(`CONNECT ${name}:443 HTTP/1.1\r\n\r\n`);
      });
      expect(tunnel).toMatch(/^HTTP\/1\.1 403 /);
      expect(tunnel).toContain(served);
    },
  );

  test("sends a request id with every reply, and no content type without a body", async () => {
    const { headers } = await ask({ headers: { host } });
    expect(headers["x-log-requestid"]).toMatch(/^[0-9A-F]{24}$/);
    expect(headers["content-type"]).toBe("application/json");
  });

  test("keeps its authority and access key between two starts, readable by the owner alone", async () => {
    const again = await startLocalCloud({ stateDir: cloud.folder });
    await again.close();
    expect(again.credentials).toEqual(cloud.credentials);
    expect(readFileSync(again.caFile, "utf8")).toBe(ca());
    for (const file of ["ca-key.pem", "access-key.json"]) {
      expect(statSync(join(cloud.folder, file)).mode & 0o077).toBe(0);
    }
  });

  test.each([
    ["bytes that are neither", "\0\0\0garbage\r\n\r\n", /^HTTP\/1\.1 400 /],
    [
      "headers without end",
      `GET / HTTP/1.1\r\nHost: ${host}\r\nX-Long: ${"x".repeat(40_000)}\r\n\r\n`,
      /^HTTP\/1\.1 431 /,
    ],
    ["a request without a host", "GET / HTTP/1.1\r\nConnection: close\r\n\r\n", /"MissingHost"/],
    [
      "two hosts, which two readers would take differently",
      `GET / HTTP/1.1\r\nHost: ${host}\r\nHost: example.com\r\nConnection: close\r\n\r\n`,
      /^HTTP\/1\.1 403 .*does not stand for/s,
    ],
    [
      "a host that is longer than a name can be",
      `GET / HTTP/1.1\r\nHost: ${"a-".repeat(5_000)}.log.aliyuncs.com\r\nConnection: close\r\n\r\n`,
      /^HTTP\/1\.1 403 /,
    ],
  ])("answers %s, and goes on", async (_what, bytes, answer) => {
    expect(await exchangeBytes(bytes)).toMatch(answer);
    expect(await ask({ headers: { host } })).toMatchObject(refusedByTheService);
  });
});

/** Sends the bytes on a connection of their own; resolves to all that comes back. */
function exchangeBytes(bytes: string): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    const socket = connect(cloud.port, "127.0.0.1", () => socket.write(bytes));
    socket.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    socket.on("error", () => undefined).on("close", () => resolve(text));
  });
}

describe("a body above what the service takes", () => {
  const path = "/logstores/ls/shards/lb";
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc") as () => void;
  /** `told`: after each MiB. */
  const post = (size: number, headers: http.OutgoingHttpHeaders, told: (written: number) => void): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const request = http.request({ host: "127.0.0.1", port: cloud.port, method: "POST", path, headers }, (reply) => {
        let text = "";
        reply.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        reply.on("end", () => resolve({ status: reply.statusCode ?? 0, headers: reply.headers, text }));
      });
      request.on("error", reject);
      const chunk = Buffer.alloc(1 << 20);
      const write = (left: number): void => {
        told(size - left);
        if (left <= 0) return void request.end();
        if (request.write(chunk)) write(left - chunk.length);
        else request.once("drain", () => write(left - chunk.length));
      };
      write(size);
    });

  test("is refused when it has been read to its end, and is not kept", async () => {
    const size = 60 << 20;
    // What is kept, and not what was let go and waits to be collected. Twice: buffers are given back as the next one begins.
    const held = (): number => {
      collectGarbage();
      collectGarbage();
      return process.memoryUsage().arrayBuffers;
    };
    const before = held();
    let most = 0;
    const look = (written: number): void => {
      if (written % (10 << 20) === 0) most = Math.max(most, held());
    };
    for (const headers of [{ host, "content-length": size }, { host }]) {
      const { status, text } = await post(size, headers, look);
      expect({ status, ...(JSON.parse(text) as object) }).toEqual({
        status: 400,
        errorCode: "PostBodyTooLarge",
        errorMessage: `Body size ${size} must little than 10485760`,
      });
    }
    // No more than the largest body that is taken, though all but what lies between the two sockets has been read.
    expect(most - before).toBeLessThan(16 << 20);
    expect(cloud.requests.at(-1)).toMatchObject({ status: 400, errorCode: "PostBodyTooLarge", bytesIn: size });
  });

  test("is refused at once when its stated length is beyond reason", async () => {
    const bytes = `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 9000000000\r\n\r\n`;
    expect(await exchangeBytes(bytes)).toContain("PostBodyTooLarge");
  });
});
