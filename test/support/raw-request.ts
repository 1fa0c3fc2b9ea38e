/** Requests as bytes on the wire, signed by hand: for what no client sends, and to see what clients hide. */
import * as http from "node:http";
import type { LocalCloud } from "../../emulator";
import { encodeQuery, type Credentials, type SignableRequest } from "../../sls/wire/request";
import { contentMd5, signatureV1 } from "../../sls/wire/sign-v1";
import { signV4 } from "../../sls/wire/sign-v4";

export interface RawRequest {
  /** @default "GET" */
  readonly method?: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Text and bytes are sent as they are, anything else as JSON. */
  readonly body?: unknown;
  /** Before the signature. */
  readonly headers?: Readonly<Record<string, string>>;
  /** @default "v1" */
  readonly sign?: "v1" | "v4" | "none";
  /** After the signature; undefined takes a header away. */
  readonly change?: Readonly<Record<string, string | undefined>>;
  /** Of the host name; none: the account's host. */
  readonly project?: string;
  readonly secret?: string;
  /** @default the cloud's clock, or this machine's */
  readonly date?: Date;
}

export interface RawReply {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
  readonly errorCode: string | undefined;
  readonly errorMessage: string | undefined;
}

const bytesOf = (body: unknown): Buffer =>
  body === undefined
    ? Buffer.alloc(0)
    : Buffer.isBuffer(body)
      ? body
      : Buffer.from(typeof body === "string" ? body : JSON.stringify(body));

/** As signV1 does it, but without what it adds of its own. */
function signedV1(
  request: SignableRequest & { readonly body: Buffer },
  { accessKeyId, accessKeySecret }: Credentials,
  date: Date,
): Record<string, string> {
  const headers = {
    "x-log-signaturemethod": "hmac-sha1",
    date: date.toUTCString(),
    ...(request.body.length > 0 ? { "content-md5": contentMd5(request.body) } : {}),
    ...request.headers,
  };
  const signature = signatureV1({ ...request, headers }, accessKeySecret, "hmac-sha1");
  return { ...headers, authorization: `LOG ${accessKeyId}:${signature}` };
}

export function rawRequest(cloud: LocalCloud, request: RawRequest): Promise<RawReply> {
  const { method = "GET", path, query = {}, sign = "v1", project, date = new Date() } = request;
  const body = bytesOf(request.body);
  const host = `${project === undefined ? "" : `${project}.`}${cloud.region}.log.aliyuncs.com`;
  const type: Record<string, string> = body.length > 0 ? { "content-type": "application/json" } : {};
  const plain: Record<string, string> = { host, ...type, "x-log-apiversion": "0.6.0", ...request.headers };
  const credentials = { ...cloud.credentials, ...(request.secret ? { accessKeySecret: request.secret } : {}) };
  const signable = { method, path, query, headers: plain, body };
  const signed =
    sign === "none"
      ? plain
      : sign === "v1"
        ? signedV1(signable, credentials, date)
        : signV4(signable, credentials, { date, region: cloud.region });
  const length = { "content-length": String(body.length) };
  const headers = Object.fromEntries(
    Object.entries({ ...signed, ...length, ...request.change }).filter(([, value]) => value !== undefined),
  );
  const target = Object.keys(query).length > 0 ? `${path}?${encodeQuery(query)}` : path;
  return new Promise((resolve, reject) => {
    const at = { host: "127.0.0.1", port: cloud.port, agent: false as const, setHost: false };
    const sent = http.request({ ...at, method, path: target, headers });
    sent.on("error", reject);
    sent.on("response", (reply) => {
      let text = "";
      reply.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      reply.on("error", reject);
      reply.on("end", () => {
        const { errorCode, errorMessage } = errorOf(text);
        resolve({ status: reply.statusCode ?? 0, headers: reply.headers, text, errorCode, errorMessage });
      });
    });
    sent.end(body);
  });
}

function errorOf(text: string): { errorCode?: string; errorMessage?: string } {
  try {
    const { errorCode, errorMessage } = JSON.parse(text) as { errorCode?: string; errorMessage?: string };
    return { ...(errorCode ? { errorCode } : {}), ...(errorMessage ? { errorMessage } : {}) };
  } catch {
    return {};
  }
}
