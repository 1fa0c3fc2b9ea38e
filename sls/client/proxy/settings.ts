/**
 * Which requests go through a forward proxy, by Logtail's rules: ALL_PROXY, HTTP_PROXY, HTTPS_PROXY, NO_PROXY; each in lower
 * case too, upper case first. HTTP_PROXY and HTTPS_PROXY are for one protocol each and come before ALL_PROXY.
 * NO_PROXY is a comma-separated list of IP addresses, domains (with or without a leading dot: the domain and all below it) and `*`.
 * Source: "How do I collect logs from servers in a corporate intranet?", appendix.
 */
import { isIP } from "node:net";
import { parseProxyAddress, type ProxyAddress } from "./address";

export interface ProxySettings {
  readonly http?: ProxyAddress;
  readonly https?: ProxyAddress;
  /** Lower-case entries. */
  readonly noProxy: readonly string[];
}

export const noProxy: ProxySettings = { noProxy: [] };

export function proxyFromEnv(env: NodeJS.ProcessEnv): ProxySettings {
  const read = (name: string): { name: string; value: string } | undefined =>
    [name, name.toLowerCase()].map((n) => ({ name: n, value: env[n]?.trim() ?? "" })).find(({ value }) => value !== "");
  const address = (...names: string[]): ProxyAddress | undefined => {
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

const withoutBrackets = (host: string): string => host.replace(/^\[|\]$/g, "");

/** The proxy to use for a request to `url`, or undefined to go straight. */
export function proxyFor(settings: ProxySettings, url: URL): ProxyAddress | undefined {
  const host = withoutBrackets(url.hostname.toLowerCase());
  const excepted = settings.noProxy.some((entry) => {
    if (entry === "*") return true;
    const domain = withoutBrackets(entry).replace(/^\./, "");
    // 10.0.0.1 is not below the domain 0.0.1.
    return host === domain || (isIP(host) === 0 && host.endsWith(`.${domain}`));
  });
  if (excepted) return undefined;
  return url.protocol === "https:" ? settings.https : settings.http;
}
