/** The bundled agent behind real forward proxies. The service's names are known to the proxies alone. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import * as net from "node:net";
import { join } from "node:path";
import * as tls from "node:tls";
import { describe, expect, onTestFinished } from "vitest";
import { proxyPassword, proxyUser, startMicrosocks, startSquid, type ForwardProxy } from "../../support/proxies";
import { testWith, tool } from "../../support/tools";
import { builtAgent, spawnAgent, type RunningAgent } from "../support/bundle";
import { cloudBench, stopped, writeLines, type CloudBench } from "../support/cloud-bench";
import { temporaryFolder } from "../support/folder";

const testSquid = testWith("squid", tool("squid"));
const testSocks = testWith(
  "microsocks (as root)",
  process.getuid?.() === 0 && tool("unshare") !== undefined ? tool("microsocks") : undefined,
);
const region = "cn-hangzhou.sls.test";
const hosts = [region, `test-project.${region}`];

type Start = typeof startSquid;
async function proxy(start: Start): Promise<ForwardProxy> {
  const running = await start(temporaryFolder(), hosts);
  onTestFinished(() => running.kill());
  return running;
}

describe("the agent behind a forward proxy", () => {
  const agent = builtAgent();
  const run = (b: CloudBench, scheme: string, proxies: Record<string, string>): RunningAgent => {
    const { port } = new URL(b.cloud.url);
    const { NODE_EXTRA_CA_CERTS } = b.cloud.env();
    return spawnAgent(agent.path(), ["run", ...b.args(`${scheme}://${region}:${port}`)], {
      ALIBABA_CLOUD_ACCESS_KEY_ID: b.cloud.credentials.accessKeyId,
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: b.cloud.credentials.accessKeySecret,
      NODE_EXTRA_CA_CERTS,
      SLS_AGENT_LINGER_MS: "20",
      ...proxies,
    });
  };
  const sendsThrough = async (b: CloudBench, running: RunningAgent): Promise<void> => {
    const sent = Array.from({ length: 300 }, (_, i) => `line ${i}`);
    await writeLines(running, sent);
    expect(await stopped(running)).toMatchObject({ sent: 300, keptOnDisk: 0, lost: 0 });
    expect((await b.messages()).sort()).toEqual(sent.sort());
    expect(JSON.stringify(running.events())).not.toContain(encodeURIComponent(proxyPassword));
  };

  for (const scheme of ["http", "https"]) {
    testSquid(`squid, with user and password, ${scheme}`, async () => {
      const [b, { address }] = [await cloudBench(), await proxy(startSquid)];
      await sendsThrough(b, run(b, scheme, { ALL_PROXY: address }));
    });

    testSocks(`microsocks, with user and password, ${scheme}: it resolves the names`, async () => {
      const [b, { address }] = [await cloudBench(), await proxy(startMicrosocks)];
      await sendsThrough(b, run(b, scheme, { all_proxy: address }));
    });

    testSquid(`squid behind TLS, ${scheme}`, async () => {
      const [b, squid] = [await cloudBench(), await proxy(startSquid)];
      const front = await tlsInFrontOf(squid.port);
      const { NODE_EXTRA_CA_CERTS = "" } = b.cloud.env();
      const trusted = join(temporaryFolder(), "trusted.pem");
      writeFileSync(trusted, readFileSync(NODE_EXTRA_CA_CERTS, "utf8") + front.certificate);
      const address = squid.address.replace("http://", "https://").replace(String(squid.port), String(front.port));
      await sendsThrough(
        b,
        run(b, scheme, { HTTPS_PROXY: address, HTTP_PROXY: address, NODE_EXTRA_CA_CERTS: trusted }),
      );
    });
  }

  for (const scheme of ["http", "https"]) {
    testSquid(`407, ${scheme}: says what is wrong without the password, and keeps its lines`, async () => {
      const [b, { address, port }] = [await cloudBench(), await proxy(startSquid)];
      const good = run(b, scheme, { ALL_PROXY: address });
      await good.awaitEvent("Listening");
      await stopped(good);
      const wrong = run(b, scheme, {
        ALL_PROXY: `http://${proxyUser}:other-secret@127.0.0.1:${port}`,
        SLS_AGENT_DRAIN_SECONDS: "0",
      });
      await writeLines(wrong, ["one"]);
      const failed = await wrong.awaitEvent("SendFailed");
      expect(failed).toMatchObject({ code: "ProxyAuthenticationRequired" });
      expect(failed["message"]).toContain("the proxy wants another user and password");
      expect(await stopped(wrong)).toMatchObject({ accepted: 1, sent: 0, keptOnDisk: 1 });
      expect(JSON.stringify(wrong.events())).not.toContain("other-secret");
    });
  }

  testSocks("a SOCKS server that refuses the password is named, without it", async () => {
    const [b, { port }] = [await cloudBench(), await proxy(startMicrosocks)];
    const wrong = run(b, "http", { ALL_PROXY: `socks5://${proxyUser}:other-secret@127.0.0.1:${port}` });
    const { why } = await wrong.awaitEvent("WaitingFor");
    expect(why).toContain(`through the proxy socks5://127.0.0.1:${port}: `);
    expect(why).toMatch(/authentication/i);
    expect(JSON.stringify(wrong.events())).not.toContain("other-secret");
  });

  for (const [name, start, judge] of [
    ["squid", startSquid, testSquid],
    ["microsocks", startMicrosocks, testSocks],
  ] as const) {
    judge(`${name} dies and comes back: every line is stored once`, async () => {
      const [b, server] = [await cloudBench(), await proxy(start)];
      const running = run(b, "https", { ALL_PROXY: server.address });
      await writeLines(running, ["before"]);
      await running.awaitEvent("Listening");
      await expect.poll(() => b.messages()).toEqual(["before"]);
      await server.kill();
      await writeLines(running, ["meanwhile"]);
      expect((await running.awaitEvent("SendFailed"))["message"]).toContain(`127.0.0.1:${server.port}`);
      await server.start();
      await expect.poll(() => b.messages()).toEqual(expect.arrayContaining(["before", "meanwhile"]));
      expect(await stopped(running)).toMatchObject({ accepted: 2, sent: 2, keptOnDisk: 0, lost: 0 });
      expect(await b.messages()).toHaveLength(2);
    });
  }

  testSquid("NO_PROXY goes straight, under a name that this machine cannot resolve", async () => {
    const [b, { address }] = [await cloudBench(), await proxy(startSquid)];
    const running = run(b, "http", { ALL_PROXY: address, NO_PROXY: ".sls.test" });
    const { why } = await running.awaitEvent("WaitingFor");
    expect(why).toMatch(/could not reach http:\/\/test-project\.cn-hangzhou\.sls\.test:\d+: (ENOTFOUND|EAI_AGAIN)/);
  });
});

/** What speaks TLS for a proxy that was built without: bytes in, bytes out. */
async function tlsInFrontOf(port: number): Promise<{ port: number; certificate: string }> {
  const folder = temporaryFolder();
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  // prettier-ignore
  execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=proxy", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert], { stdio: "ignore" });
  const certificate = readFileSync(cert, "utf8");
  const open = new Set<net.Socket>();
  const server = tls.createServer({ key: readFileSync(key), cert: certificate }, (socket) => {
    const behind = net.connect(port, "127.0.0.1");
    for (const [from, to] of [
      [socket, behind],
      [behind, socket],
    ] as const) {
      open.add(from);
      from.on("error", () => to.destroy()).on("close", () => to.destroy());
      from.pipe(to);
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    for (const socket of open) socket.destroy();
  });
  return { port: (server.address() as net.AddressInfo).port, certificate };
}
