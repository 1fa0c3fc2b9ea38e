/** HTTP and HTTPS over kept-alive connections, through the proxy that the environment names. */
import * as http from "node:http";
import * as https from "node:https";
import { createSecureContext, type SecureContext } from "node:tls";
import { HttpProxyAgent } from "http-proxy-agent";
import { HttpsProxyAgent } from "https-proxy-agent";
import { CallError } from "./errors";
import type { Endpoint, Settings } from "./settings";

export interface HttpRequest {
  /** The API operation, for errors. */
  readonly call: string;
  readonly method: string;
  readonly endpoint: Endpoint;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer | undefined;
}
export interface HttpReply {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

function proxyOf({ proxies }: Settings, { scheme, host }: Endpoint): string {
  const name = host.replace(/:\d+$/, "").toLowerCase();
  const excepted = proxies.except.some((entry) => {
    const domain = entry.replace(/^\./, "");
    return entry === "*" || name === domain || name.endsWith(`.${domain}`);
  });
  return excepted ? "" : proxies[scheme];
}

export class HttpClient {
  private readonly agents = new Map<string, http.Agent>();
  /** Made once: a bundle of authorities takes longer to read than a request to answer. */
  private secureContext: SecureContext | undefined;

  constructor(
    private readonly settings: Settings,
    /** Aborted when Terraform asks the provider to stop. */
    private readonly stopped: AbortSignal,
  ) {}

  /** Rejects with a CallError of code RequestError when no reply came. */
  async send(request: HttpRequest): Promise<HttpReply> {
    const { endpoint } = request;
    const proxy = proxyOf(this.settings, endpoint);
    const signal = AbortSignal.any([this.stopped, AbortSignal.timeout(this.settings.timeoutMs)]);
    try {
      return await this.exchange(request, this.agent(endpoint, proxy), signal);
    } catch (error) {
      if (this.stopped.aborted) throw new CallError(request.call, "Cancelled", "Terraform asked to stop");
      const way = proxy === "" ? "" : ` through the proxy ${new URL(proxy).host}`;
      const { code, message } = error as { code?: string; message: string };
      const reason = signal.aborted ? `no reply in ${this.settings.timeoutMs} ms` : message || code || "failed";
      throw new CallError(
        request.call,
        "RequestError",
        `Could not reach ${endpoint.scheme}://${endpoint.host}${way}: ${reason}`,
      );
    }
  }

  close(): void {
    for (const agent of this.agents.values()) agent.destroy();
    this.agents.clear();
  }

  private agent({ scheme }: Endpoint, proxy: string): http.Agent {
    const key = `${scheme} ${proxy}`;
    let agent = this.agents.get(key);
    if (agent === undefined) {
      const options = { keepAlive: true };
      if (proxy === "") agent = scheme === "https" ? new https.Agent(options) : new http.Agent(options);
      else agent = scheme === "https" ? new HttpsProxyAgent(proxy, options) : new HttpProxyAgent(proxy, options);
      this.agents.set(key, agent);
    }
    return agent;
  }

  private exchange(request: HttpRequest, agent: http.Agent, signal: AbortSignal): Promise<HttpReply> {
    const { endpoint, body, method } = request;
    const headers: Record<string, string> = { ...request.headers };
    if (body !== undefined || method === "POST" || method === "PUT") {
      headers["content-length"] = String(body?.byteLength ?? 0);
    }
    const { authorities } = this.settings;
    if (authorities.length > 0) this.secureContext ??= createSecureContext({ ca: [...authorities] });
    const trust = this.secureContext ? { secureContext: this.secureContext } : {};
    const options = { method, headers, agent, signal, ...trust };
    const url = new URL(`${endpoint.scheme}://${endpoint.host}${request.target}`);
    return new Promise((resolve, reject) => {
      const library = endpoint.scheme === "https" ? https : http;
      const outgoing = library.request(url, options, (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
        incoming.on("error", reject);
        incoming.on("end", () => {
          const text = Buffer.concat(chunks).toString("utf8");
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text });
        });
      });
      outgoing.on("error", reject);
      outgoing.end(body);
    });
  }
}
