/** Connections with keep-alive, straight or through a proxy. */
import * as http from "node:http";
import * as https from "node:https";
import type * as net from "node:net";
import { HttpProxyAgent } from "http-proxy-agent";
import { HttpsProxyAgent } from "https-proxy-agent";
import { SocksProxyAgent } from "socks-proxy-agent";
import type { ProxyAddress } from "./address";

export interface ProxyAgentOptions {
  /** Ends what is not connected yet. */
  readonly signal?: AbortSignal;
  /** @default true: the caller closes the agent with `destroy()` */
  readonly keepAlive?: boolean;
}

/** An agent for one protocol and proxy. */
export function agentFor(url: URL, proxy: ProxyAddress | undefined, given: ProxyAgentOptions = {}): http.Agent {
  const { signal, keepAlive = true } = given;
  // No limit here: whoever asks limits itself, and what waits for an answer must not keep others from asking.
  const options = { keepAlive };
  if (proxy === undefined) return url.protocol === "https:" ? new https.Agent(options) : new http.Agent(options);
  if (proxy.scheme === "socks5") return socksAgent(proxy, options);
  const address = addressUrl(proxy, proxy.scheme);
  const agent =
    url.protocol === "https:" ? new HttpsProxyAgent(address, options) : new HttpProxyAgent(address, options);
  // A URL does not tell the port where it is the scheme's own one.
  agent.connectOpts.port = proxy.port;
  // Left unsaid, the library looks for it in a stack trace, twice a request.
  agent.protocol = url.protocol;
  if (signal) giveUpWith(signal, agent);
  return agent;
}

/**
 * A proxy that takes connections and never answers would keep them for ever: what is not connected when `signal` aborts
 * is ended. A signal for each connection, for Node leaves a listener behind in the one that it is given.
 */
function giveUpWith(signal: AbortSignal, agent: HttpProxyAgent<string> | HttpsProxyAgent<string>): void {
  const connect = agent.connect.bind(agent) as (...args: unknown[]) => Promise<net.Socket>;
  const base = agent.connectOpts;
  agent.connect = async (...args: unknown[]): Promise<net.Socket> => {
    const own = new AbortController();
    const abort = (): void => own.abort();
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort);
    // Read before connect() first waits.
    agent.connectOpts = { ...base, signal: own.signal } as typeof base;
    try {
      return await connect(...args);
    } finally {
      signal.removeEventListener("abort", abort);
    }
  };
}

/** The proxy resolves the name: machines behind one often cannot. The library itself gives a silent proxy up after 30 s. */
function socksAgent(proxy: ProxyAddress, options: http.AgentOptions): http.Agent {
  const agent = new SocksProxyAgent(addressUrl(proxy, "socks5h"), options);
  // A URL has brackets around an IPv6 address.
  agent.proxy.host = proxy.host;
  return agent;
}

function addressUrl({ host, port, user, password }: ProxyAddress, scheme: string): URL {
  const url = new URL(`${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}`);
  url.username = encodeURIComponent(user);
  url.password = encodeURIComponent(password);
  return url;
}
