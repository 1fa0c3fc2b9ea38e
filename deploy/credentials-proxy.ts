/**
 * `@alicloud/credentials` speaks through `httpx`, which takes an agent for each request, but gives no way to hand one in, and reads no proxy variables.
 * So the one function by which it sends is wrapped: the agent comes from our proxy settings. Nothing else in this process uses it.
 */
import type { Agent } from "node:http";
import { createRequire } from "node:module";
import { agentFor, proxyFor, type ProxyAddress, type ProxySettings } from "../sls";

interface Httpx {
  request(url: string, options: { readonly agent?: Agent }): Promise<unknown>;
}

const metadataHost = "100.100.100.200";
const loopback = /^(127\.|localhost$|::1$)/;

/** The metadata service is asked straight, as every machine has its own; but by way of a proxy on this machine, which is the local cloud. */
export function credentialProxyFor(settings: ProxySettings, url: URL): ProxyAddress | undefined {
  const proxy = proxyFor(settings, url);
  if (proxy === undefined || url.hostname !== metadataHost) return proxy;
  return loopback.test(proxy.host) ? proxy : undefined;
}

let plain: Httpx["request"] | undefined;

export function throughProxy(settings: ProxySettings): void {
  const library = createRequire(require.resolve("@alicloud/credentials"));
  const httpx = library("httpx") as Httpx;
  const send = (plain ??= httpx.request.bind(httpx));
  httpx.request = (url, options) => {
    const proxy = credentialProxyFor(settings, new URL(url));
    // A request now and then: no connection is kept for it, which would keep the process alive.
    return send(
      url,
      proxy === undefined ? options : { ...options, agent: agentFor(new URL(url), proxy, { keepAlive: false }) },
    );
  };
}
