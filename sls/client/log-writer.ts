/** Data plane: PutLogs. One call is one try; when and how often to repeat is the caller's business (agent/sender). */
import { regionOfEndpoint } from "../model/endpoint";
import type { LogGroup } from "../model/log";
import { compress } from "../wire/compress";
import { encodeLogGroup } from "../wire/log-group";
import { signV1 } from "../wire/sign-v1";
import { signV4 } from "../wire/sign-v4";
import type { Credentials } from "../wire/request";
import { withCredentials, type CredentialsSource } from "./credentials";
import { noProxy, type ProxySettings } from "./proxy";
import { header, replyError } from "./reply";
import { Transport, type HttpReply } from "./transport";

export interface LogWriterOptions {
  /** `cn-hangzhou.log.aliyuncs.com`; https unless it begins with `http://`. */
  readonly endpoint: string;
  readonly credentials: CredentialsSource;
  /** @default straight, without a proxy */
  readonly proxy?: ProxySettings;
  /** @default "lz4" */
  readonly compress?: "lz4" | "deflate" | "zstd" | "none";
  /** `v4` needs an endpoint that names its region. @default "v1" (HMAC-SHA256) */
  readonly signature?: "v1" | "v4";
  /** For one try, in milliseconds. @default 30000 */
  readonly timeoutMs?: number;
  /** The date that is signed; a caller that knows its clock to be off corrects it here. */
  readonly now?: () => Date;
  /** Told of each PutLogs before it is sent. */
  readonly onCall?: () => void;
}

export interface PutLogsResult {
  readonly requestId: string;
  /** From `x-log-time` or `Date`, to learn how far the own clock is off. */
  readonly serverTime?: Date;
  /** Body as sent, compressed. */
  readonly bytes: number;
  /** Body before compression. */
  readonly rawBytes: number;
}

/** The server's clock in a reply (also in one that became an SlsError's cause). */
export function serverTime(reply: HttpReply): Date | undefined {
  const seconds = Number(header(reply, "x-log-time"));
  if (Number.isFinite(seconds) && seconds > 0) return new Date(seconds * 1000);
  const date = Date.parse(header(reply, "date") ?? "");
  return Number.isNaN(date) ? undefined : new Date(date);
}

/** An acknowledgement is empty, a refusal is a few sentences. */
const mostReplyBytes = 1024 * 1024;

export class LogWriter {
  private readonly transport: Transport;
  private readonly scheme: string;
  private readonly host: string;

  constructor(private readonly options: LogWriterOptions) {
    this.transport = new Transport(options.proxy ?? noProxy, options.timeoutMs ?? 30_000, { mostReplyBytes });
    this.scheme = options.endpoint.startsWith("http://") ? "http" : "https";
    this.host = options.endpoint.replace(/^https?:\/\//, "").replace(/\/+$/, "");
  }

  close(): void {
    this.transport.close();
  }

  /** `group` may be encoded already. Rejects with an SlsError; `cause` holds the HttpReply when one came, so that `serverTime` can be read. */
  async putLogs(
    project: string,
    logstore: string,
    group: LogGroup | Uint8Array,
    options: {
      readonly signal?: AbortSignal;
      /** 32 hex digits; the shard whose range holds it gets the logs. @default any shard */
      readonly hashKey?: string | undefined;
    } = {},
  ): Promise<PutLogsResult> {
    const raw = group instanceof Uint8Array ? group : encodeLogGroup(group);
    this.options.onCall?.();
    const type = this.options.compress ?? "lz4";
    const body = type === "none" ? raw : compress(type, raw);
    const { hashKey } = options;
    const path = `/logstores/${logstore}/shards/${hashKey === undefined ? "lb" : "route"}`;
    const query: Record<string, string> = hashKey === undefined ? {} : { key: hashKey };
    const target = hashKey === undefined ? path : `${path}?key=${hashKey}`;
    const url = new URL(`${this.scheme}://${project}.${this.host}${target}`);
    const unsigned = {
      "content-type": "application/x-protobuf",
      "x-log-bodyrawsize": String(raw.byteLength),
      ...(type === "none" ? {} : { "x-log-compresstype": type }),
    };
    const send = async (credentials: Credentials): Promise<PutLogsResult> => {
      const headers = this.signed(url, path, query, body, unsigned, credentials);
      const reply = await this.transport.send({ method: "POST", url, headers, body, signal: options.signal });
      if (reply.status !== 200) throw replyError(reply, `POST ${url.host}${path}`);
      const requestId = header(reply, "x-log-requestid");
      // A reply without it did not come from the service (a captive portal, say): not an acknowledgement.
      if (requestId === undefined) throw replyError(reply, `POST ${url.host}${path}`);
      const time = serverTime(reply);
      return { requestId, ...(time ? { serverTime: time } : {}), bytes: body.byteLength, rawBytes: raw.byteLength };
    };
    return withCredentials(this.options.credentials, send, options.signal);
  }

  private signed(
    url: URL,
    path: string,
    query: Readonly<Record<string, string>>,
    body: Uint8Array,
    headers: Record<string, string>,
    credentials: Credentials,
  ): Record<string, string> {
    const date = (this.options.now ?? (() => new Date()))();
    const request = { method: "POST", path, query, headers, body };
    if (this.options.signature !== "v4") return signV1(request, credentials, { date });
    const region = regionOfEndpoint(this.host);
    if (region === undefined) {
      throw new Error(`signature v4 needs the region, and the endpoint ${this.host} does not name one; use v1`);
    }
    return signV4({ ...request, headers: { ...headers, host: url.host } }, credentials, { date, region });
  }
}
