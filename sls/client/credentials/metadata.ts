/** The metadata service of ECS. Source: ECS user guide, "Instance metadata", normal and security hardening mode. */
import * as http from "node:http";

export interface MetadataOptions {
  /** @default "http://100.100.100.200" */
  readonly endpoint?: string;
  /** Whether nothing may be asked without a token. @default false */
  readonly tokensOnly?: boolean;
  readonly now: () => Date;
  /** For one request, in milliseconds. @default 5000 */
  readonly timeoutMs?: number;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

const metadataEndpoint = "http://100.100.100.200";
/** The longest that the service allows. */
const tokenSeconds = 21_600;
/** More would not be an answer of this service. */
const maxAnswerBytes = 64 * 1024;

/** Asks with a token (hardened mode), without one where the service gives none. Never through a proxy: it is this machine's own. */
export class MetadataClient {
  private token: { readonly value: string; readonly until: number } | undefined;

  constructor(private readonly options: MetadataOptions) {}

  /** The text below /latest/meta-data/, or undefined where there is none (404). Rejects where the service cannot be asked. */
  async get(item: string): Promise<string | undefined> {
    const path = `/latest/meta-data/${item}`;
    const had = this.token;
    let answer = await this.ask("GET", path, await this.headers());
    // A machine that was stopped and started again does not know the token any more.
    if ((answer.status === 401 || answer.status === 403) && had !== undefined) {
      this.token = undefined;
      answer = await this.ask("GET", path, await this.headers());
    }
    if (answer.status === 404) return undefined;
    if (answer.status !== 200) throw new Error(`${this.where(path)} answered HTTP ${answer.status}`);
    return answer.text;
  }

  private async headers(): Promise<Record<string, string>> {
    const now = this.options.now().getTime();
    if (this.token === undefined || now >= this.token.until) this.token = await this.askForToken(now);
    return this.token === undefined ? {} : { "x-aliyun-ecs-metadata-token": this.token.value };
  }

  private async askForToken(now: number): Promise<MetadataClient["token"]> {
    const path = "/latest/api/token";
    const { status, text } = await this.ask("PUT", path, {
      "x-aliyun-ecs-metadata-token-ttl-seconds": String(tokenSeconds),
    });
    if (status === 200 && text !== "") return { value: text, until: now + (tokenSeconds - 60) * 1000 };
    if (this.options.tokensOnly !== true) return undefined;
    throw new Error(
      `${this.where(path)} gave no token (HTTP ${status}), and ALIBABA_CLOUD_IMDSV1_DISABLED forbids to ask without one`,
    );
  }

  private where(path: string): string {
    return `the metadata service at ${this.options.endpoint ?? metadataEndpoint}${path}`;
  }

  private ask(method: string, path: string, headers: Record<string, string>): Promise<Answer> {
    const { endpoint = metadataEndpoint, timeoutMs = 5_000 } = this.options;
    return new Promise<Answer>((resolve, reject) => {
      const signal = AbortSignal.timeout(timeoutMs);
      const sized = method === "PUT" ? { ...headers, "content-length": "0" } : headers;
      const request = http.request(
        new URL(path, endpoint),
        { method, headers: sized, agent: false, signal },
        (reply) => {
          let text = "";
          reply.setEncoding("utf8");
          reply.on("data", (chunk: string) => {
            text += chunk;
            if (text.length > maxAnswerBytes) reply.destroy(new Error("the answer is too long"));
          });
          reply.on("error", reject);
          reply.on("end", () => resolve({ status: reply.statusCode ?? 0, text: text.trim() }));
        },
      );
      request.on("error", reject);
      request.end();
    }).catch((error: NodeJS.ErrnoException) => {
      const why = error.code === "ABORT_ERR" ? `no answer in ${timeoutMs} ms` : (error.code ?? error.message);
      throw new Error(
        `${this.where(path)} cannot be reached (${why}): it answers on ECS instances alone; elsewhere use an access key`,
      );
    });
  }
}
