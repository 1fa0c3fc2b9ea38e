import * as dns from "node:dns/promises";
import * as net from "node:net";
import { proxyFor, uselessExceptions, type ProxySettings } from "../../sls/client";
import type { Settings } from "../config/settings";
import { doubt, failure, type Finding } from "./finding";

const patienceMs = 3_000;

/** Whether the port could be had. `ours`: an agent of this data folder runs, and has it. */
export async function checkPort(about: string, host: string, port: number, ours: boolean): Promise<Finding[]> {
  if (port === 0) return [];
  const server = net.createServer();
  const error = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    server.once("error", resolve);
    server.listen(port, host, () => resolve(undefined));
  });
  if (error === undefined) {
    await new Promise((resolve) => server.close(resolve));
    return [];
  }
  if (error.code === "EADDRINUSE") {
    if (ours) return [];
    const find = `find it with "ss -ltnp sport = :${port}"`;
    return [doubt(about, `another program listens on ${host}:${port}; ${find} and stop it, or give another port`)];
  }
  return [failure(about, `${host}:${port} cannot be listened on: ${error.message}`)];
}

/** What was meant to go straight, and goes through the proxy. */
export const checkExceptions = (proxies: ProxySettings): Finding[] =>
  uselessExceptions(proxies).map(({ entry, why }) => doubt("NO_PROXY", `${entry} excepts nothing: ${why}`));

/** Whether the way to the service looks open: its names, or the proxy that looks them up. */
export async function checkWay({ endpoint, projects }: Settings, proxies: ProxySettings): Promise<Finding[]> {
  const scheme = endpoint.startsWith("http://") ? "http" : "https";
  const host = endpoint.replace(/^https?:\/\//, "");
  const found = await Promise.all(
    projects.map(async (project) => {
      const url = new URL(`${scheme}://${project}.${host}`);
      const proxy = proxyFor(proxies, url);
      if (proxy === undefined) return checkName("endpoint", url.hostname);
      const names = await checkName("proxy", proxy.host);
      return names.length > 0 ? names : checkProxy(proxy.host, proxy.port);
    }),
  );
  const seen = new Set<string>();
  return found.flat().filter(({ message }) => !seen.has(message) && seen.add(message));
}

async function checkName(about: string, name: string): Promise<Finding[]> {
  if (net.isIP(name) !== 0) return [];
  const late = new Promise<Finding[]>((resolve) => {
    setTimeout(() => resolve([doubt(about, `${name} was not looked up within ${patienceMs} ms`)]), patienceMs).unref();
  });
  const looked = dns.lookup(name).then(
    () => [],
    (error: NodeJS.ErrnoException) => [
      doubt(about, `${name} cannot be looked up (${error.code}); check DNS, region and projects`),
    ],
  );
  return Promise.race([looked, late]);
}

function checkProxy(host: string, port: number): Promise<Finding[]> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port, timeout: patienceMs });
    const end = (found: Finding[]): void => {
      socket.destroy();
      resolve(found);
    };
    socket.on("connect", () => end([]));
    socket.on("timeout", () => end([doubt("proxy", `${host}:${port} does not answer within ${patienceMs} ms`)]));
    socket.on("error", (error: NodeJS.ErrnoException) => end([doubt("proxy", `${host}:${port}: ${error.code}`)]));
  });
}
