/**
 * Forward proxy by Logtail's rules: ALL_PROXY, HTTP_PROXY, HTTPS_PROXY, NO_PROXY; each in lower case too, upper case first.
 * A value is `[scheme://[user:password@]]host[:port]`, scheme http (default), https or socks5, port 80 by default.
 * NO_PROXY is a comma-separated list of IP addresses, domains (with or without a leading dot: the domain and all below it) and `*`.
 * Source: "How do I collect logs from servers in a corporate intranet?", appendix.
 */
import * as http from "node:http";
import * as https from "node:https";
import { HttpProxyAgent } from "http-proxy-agent";
import { HttpsProxyAgent } from "https-proxy-agent";
import { SocksProxyAgent } from "socks-proxy-agent";

export interface ProxySettings {
  readonly http?: URL;
  readonly https?: URL;
  /** Lower-case entries. */
  readonly noProxy: readonly string[];
}

export const noProxy: ProxySettings = { noProxy: [] };

const schemes = ["http:", "https:", "socks5:"];

/** Throws an error that names the variable; the password is not repeated. */
export function parseProxyAddress(name: string, value: string): URL {
  const bad = (why: string): Error =>
    new Error(`${name}: ${why}; write [http|https|socks5://[user:password@]]host[:port], e.g. http://192.168.1.0:9000`);
  let url: URL;
  try {
    url = new URL(value.includes("://") ? value : `http://${value}`);
  } catch {
    throw bad("not a proxy address");
  }
  if (!schemes.includes(url.protocol)) throw bad(`scheme "${url.protocol.slice(0, -1)}" is not known`);
  if (url.hostname === "") throw bad("no host");
  return url;
}

export function proxyFromEnv(env: NodeJS.ProcessEnv): ProxySettings {
  const read = (name: string): { name: string; value: string } | undefined =>
    [name, name.toLowerCase()].map((n) => ({ name: n, value: env[n]?.trim() ?? "" })).find(({ value }) => value !== "");
  const address = (...names: string[]): URL | undefined => {
    const found = names.map(read).find((entry) => entry !== undefined);
    return found && parseProxyAddress(found.name, found.value);
  };
  const httpProxy = address("HTTP_PROXY", "ALL_PROXY");
  const httpsProxy = address("HTTPS_PROXY", "ALL_PROXY");
  const exceptions = (read("NO_PROXY")?.value ?? "")
    .split(",")
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== "");
  return {
    ...(httpProxy ? { http: httpProxy } : {}),
    ...(httpsProxy ? { https: httpsProxy } : {}),
    noProxy: exceptions,
  };
}

/** The proxy to use for a request to `url`, or undefined to go straight. */
export function proxyFor(settings: ProxySettings, url: URL): URL | undefined {
  const host = url.hostname.toLowerCase();
  const excepted = settings.noProxy.some((entry) => {
    if (entry === "*") return true;
    const domain = entry.replace(/^\./, "");
    return host === domain || host.endsWith(`.${domain}`);
  });
  if (excepted) return undefined;
  return url.protocol === "https:" ? settings.https : settings.http;
}

/** An agent for one scheme and proxy; with keep-alive the caller closes it with `destroy()`. */
export function agentFor(url: URL, proxy: URL | undefined, keepAlive = true): http.Agent {
  const options = { keepAlive, maxSockets: 16 };
  if (proxy === undefined) return url.protocol === "https:" ? new https.Agent(options) : new http.Agent(options);
  if (proxy.protocol === "socks5:") return new SocksProxyAgent(proxy, options);
  return url.protocol === "https:" ? new HttpsProxyAgent(proxy, options) : new HttpProxyAgent(proxy, options);
}
