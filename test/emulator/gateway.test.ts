/** How the local cloud is reached: TLS and plain HTTP on one port, straight and as a forward proxy. */
import { readFileSync, statSync } from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import { join } from "node:path";
import { connect, type Socket } from "node:net";
import { connect as tlsConnect } from "node:tls";
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
      { host: "127.0.0.1", port: cloud.port, path: "/logstores", ...options },
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
/** Unsigned requests are refused in the service's own form: proof that it was reached. */
const refusedByTheService = { status: 400, text: expect.stringContaining('"errorCode":"MissAccessKeyId"') as string };
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
    expect(await ask({ path: `http://${host}/logstores`, headers: { host } })).toMatchObject(refusedByTheService);
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
          socket.write(`GET /logstores HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
      });
      socket.on("end", () => resolve(text)).on("error", reject);
      socket.write(`CONNECT ${host}:80 HTTP/1.1\r\nHost: ${host}:80\r\n\r\n`);
    });
    expect(plain).toContain("MissAccessKeyId");
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

  test("survives bytes that are neither", async () => {
    const socket = connect(cloud.port, "127.0.0.1");
    socket.on("error", () => undefined);
    await new Promise((resolve) => socket.once("close", resolve).end("\0\0\0garbage\r\n\r\n"));
    expect(await ask({ headers: { host } })).toMatchObject(refusedByTheService);
  });
});
