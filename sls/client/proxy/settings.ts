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

/** As `URL` writes it: IPv6 in its shortest form and without brackets, no dot at the end of a name. */
function hostOf(text: string): string {
  const host = text.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  return isIP(host) === 6 && !host.includes("%") ? new URL(`http://[${host}]`).hostname.slice(1, -1) : host;
}

/** The proxy to use for a request to `url`, or undefined to go straight. */
export function proxyFor(settings: ProxySettings, url: URL): ProxyAddress | undefined {
  const host = hostOf(url.hostname.toLowerCase());
  const excepted = settings.noProxy.some((entry) => {
    if (entry === "*") return true;
    const domain = hostOf(entry.replace(/^\./, ""));
    // 10.0.0.1 is not below the domain 0.0.1.
    return host === domain || (isIP(host) === 0 && host.endsWith(`.${domain}`));
  });
  if (excepted) return undefined;
  return url.protocol === "https:" ? settings.https : settings.http;
}

/** Entries of NO_PROXY that except nothing, for they are of a form that others know and Logtail does not; each with why. */
export function uselessExceptions({
  noProxy,
}: ProxySettings): readonly { readonly entry: string; readonly why: string }[] {
  const whyNot = (entry: string): string | undefined => {
    if (entry === "*" || isIP(hostOf(entry)) !== 0) return undefined;
    if (entry.includes("/")) return "there are no ranges and no paths; write each address";
    if (entry.includes("*")) return "* stands alone, for everything; a domain stands for all below it, too";
    if (entry.includes(":")) return "there are no ports and no schemes; write the address or the domain alone";
    return /\s/.test(entry) ? "entries are separated by commas" : undefined;
  };
  return noProxy.flatMap((entry) => {
    const why = whyNot(entry);
    return why === undefined ? [] : [{ entry, why }];
  });
}
