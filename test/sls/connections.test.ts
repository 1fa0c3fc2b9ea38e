/** When connections are made anew, and that none is left behind. */
import dns from "node:dns";
import { getEventListeners, once, setMaxListeners } from "node:events";
import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { SlsError, parseProxyAddress } from "../../sls";
import { Transport } from "../../sls/client/transport";

afterEach(() => vi.restoreAllMocks());

/** Answers with its name; on an address of its own, with a port that all of them share. */
async function instance(name: string, address: string, port = 0): Promise<{ server: HttpServer; port: number }> {
  const server = createHttpServer((_, reply) => reply.end(name));
  server.listen(port, address);
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { server, port: (server.address() as AddressInfo).port };
}

/** The one name that there is, now at this address. */
function nameAt(address: string): { move(to: string): void; lookups(): number } {
  let current = address;
  const lookup = (_name: string, _options: object, done: (e: null, found: dns.LookupAddress[]) => void): void =>
    done(null, [{ address: current, family: 4 }]);
  const spy = vi.spyOn(dns, "lookup").mockImplementation(lookup as typeof dns.lookup);
  return { move: (to) => (current = to), lookups: () => spy.mock.calls.length };
}

async function world(): Promise<{
  ask: () => Promise<string>;
  pass: (minutes: number) => void;
  port: number;
  a: HttpServer;
}> {
  const { port, server } = await instance("a", "127.0.0.2");
  await instance("b", "127.0.0.3", port);
  let minutes = 0;
  const transport = new Transport({ noProxy: [] }, 60_000, { clock: () => minutes * 60_000 });
  onTestFinished(() => transport.close());
  const url = new URL(`http://p1.sls.test:${port}/`);
  return {
    ask: async () => (await transport.send({ method: "GET", url, headers: {} })).body.toString(),
    pass: (more) => void (minutes += more),
    port,
    a: server,
  };
}

test("a name that has moved is noticed within five minutes, though the old address still answers", async () => {
  const { ask, pass } = await world();
  const name = nameAt("127.0.0.2");
  expect(await ask()).toBe("a");
  name.move("127.0.0.3");
  expect(await ask()).toBe("a");
  expect(name.lookups()).toBe(1);
  pass(4.9);
  expect(await ask()).toBe("a");
  pass(0.2);
  expect(await ask()).toBe("b");
  expect(name.lookups()).toBe(2);
});

test("a name that has moved is noticed at once when the old address no longer answers", async () => {
  const { ask, a } = await world();
  const name = nameAt("127.0.0.2");
  expect(await ask()).toBe("a");
  name.move("127.0.0.3");
  a.removeAllListeners("request").on("request", (request) => request.socket.destroy());
  await expect(ask()).rejects.toMatchObject({ code: "RequestError" });
  expect(await ask()).toBe("b");
});

test("a request under way is not cut off when the connections of its time are given up", async () => {
  const { port, server } = await instance("late", "127.0.0.2");
  let answer: () => void = () => undefined;
  server.removeAllListeners("request").on("request", (_, reply) => (answer = () => reply.end("late")));
  let minutes = 0;
  const transport = new Transport({ noProxy: [] }, 60_000, { clock: () => minutes * 60_000 });
  onTestFinished(() => transport.close());
  const url = new URL(`http://127.0.0.2:${port}/`);
  const asked = once(server, "request");
  const first = transport.send({ method: "GET", url, headers: {} });
  await asked;
  const answerFirst = answer;
  minutes = 6;
  const second = transport.send({ method: "GET", url, headers: {} });
  await once(server, "request");
  answer();
  expect((await second).body.toString()).toBe("late");
  answerFirst();
  expect((await first).body.toString()).toBe("late");
});

/** Takes connections and says nothing, until it is told to speak. */
async function silentProxy(): Promise<{ server: Server; open: Set<Socket>; address: string }> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(
      socket
        .on("error", () => undefined)
        .on("close", () => open.delete(socket))
        .resume(),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return { server, open, address: `127.0.0.1:${(server.address() as AddressInfo).port}` };
}

test.each(["http", "socks5"])(
  "a %s proxy that takes connections and is silent holds up no later request",
  async (scheme) => {
    const proxy = await silentProxy();
    const address = parseProxyAddress("HTTPS_PROXY", `${scheme}://${proxy.address}`);
    const transport = new Transport({ https: address, noProxy: [] }, 40);
    onTestFinished(() => transport.close());
    const ask = (): Promise<unknown> =>
      transport.send({ method: "GET", url: new URL("https://p1.cn-hangzhou.log.aliyuncs.com/"), headers: {} });
    // More than the connections that there may be at once.
    for (let i = 0; i < 20; i++) await expect(ask()).rejects.toMatchObject({ code: "RequestTimeout" });
    // The library for socks5 lets go by itself, after 30 s.
    if (scheme === "http") await expect.poll(() => proxy.open.size).toBe(0);
    const came = once(proxy.server, "connection");
    await expect(ask()).rejects.toBeInstanceOf(SlsError);
    await came;
  },
);

test.each(["http", "https"])("a proxy that closes after each reply leaves nothing behind, %s", async (scheme) => {
  const server = createHttpServer((_, reply) => reply.writeHead(503, { connection: "close" }).end());
  server.on("connect", (_, socket) => socket.end("HTTP/1.1 503 No\r\nconnection: close\r\n\r\n"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const proxy = parseProxyAddress("ALL_PROXY", `127.0.0.1:${(server.address() as AddressInfo).port}`);
  const transport = new Transport({ http: proxy, https: proxy, noProxy: [] }, 60_000);
  onTestFinished(() => transport.close());
  const listeners = vi.spyOn(AbortSignal.prototype, "addEventListener");
  const warned: Error[] = [];
  const onWarning = (warning: Error): void => void warned.push(warning);
  process.on("warning", onWarning);
  onTestFinished(() => void process.off("warning", onWarning));
  for (let i = 0; i < 20; i++) {
    const { status } = await transport.send({ method: "GET", url: new URL(`${scheme}://p1.sls.test/`), headers: {} });
    expect(status).toBe(503);
  }
  await new Promise((resolve) => setImmediate(resolve));
  expect(warned).toEqual([]);
  const counts = [...new Set(listeners.mock.contexts as AbortSignal[])].map(
    (signal) => getEventListeners(signal, "abort").length,
  );
  expect(Math.max(0, ...counts)).toBeLessThan(5);
});

test("requests that are not answered do not hold up others to the same host", async () => {
  const server = createHttpServer((request, reply) => {
    if (request.url !== "/slow") reply.end("quick");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const transport = new Transport({ noProxy: [] }, 60_000);
  const giveUp = new AbortController();
  setMaxListeners(0, giveUp.signal);
  // As many logstores as a machine may have, with four requests each.
  const slow = Array.from({ length: 40 }, () =>
    transport.send({ method: "GET", url: new URL(`${url}/slow`), headers: {}, signal: giveUp.signal }),
  );
  const ended = Promise.allSettled(slow);
  const quick = await transport.send({ method: "GET", url: new URL(`${url}/quick`), headers: {} });
  expect(quick.body.toString()).toBe("quick");
  giveUp.abort();
  await ended;
  transport.close();
});

test("a reply that never ends is cut off: no service answers a request like that", async () => {
  const server = createHttpServer((_, reply) => {
    const more = (): void => {
      while (!reply.destroyed && reply.write(Buffer.alloc(64 * 1024)));
      if (!reply.destroyed) reply.once("drain", more);
    };
    more();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const transport = new Transport({ noProxy: [] }, 60_000, { mostReplyBytes: 1024 * 1024 });
  await expect(transport.send({ method: "GET", url, headers: {} })).rejects.toThrow(
    /^could not reach http:\/\/127\.0\.0\.1:\d+: the reply is longer than 1048576 bytes; /,
  );
  transport.close();
});

test("kept-alive connections that have died without a word cost the requests on them one time-out, and no later one", async () => {
  const server = createHttpServer((request, reply) => {
    // As behind a gateway that has forgotten the connection: nothing comes back any more, not even a reset.
    if (!dead.has(request.socket)) reply.end("alive");
  });
  const open = new Set<Socket>();
  const dead = new Set<Socket>();
  server.on("connection", (socket: Socket) => open.add(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  // Longer than what answers may be held up for.
  const transport = new Transport({ noProxy: [] }, 4_000);
  onTestFinished(() => transport.close());
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const ask = async (): Promise<string> =>
    (await transport.send({ method: "POST", url, headers: {}, body: Buffer.from("x") })).body.toString();
  const atOnce = (count: number): Promise<PromiseSettledResult<string>[]> =>
    Promise.allSettled(Array.from({ length: count }, ask));
  expect(await atOnce(4)).toEqual(Array(4).fill({ status: "fulfilled", value: "alive" }));
  expect(open.size).toBe(4);
  for (const socket of open) dead.add(socket);
  // On one of the dead ones; the others are not tried one after the other.
  await expect(ask()).rejects.toMatchObject({ code: "RequestTimeout" });
  expect(await atOnce(4)).toEqual(Array(4).fill({ status: "fulfilled", value: "alive" }));
});
