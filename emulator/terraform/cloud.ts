/** Calls of Log Service (REST, signature v1 with SHA-256) and of ECS, VPC, RAM and IMS (RPC, HMAC-SHA1), as the real provider makes them. */
import { createHmac, randomUUID } from "node:crypto";
import { encodeQuery, percentEncode, signV1 } from "../../sls/wire";
import { CallError } from "./errors";
import { HttpClient, type HttpReply } from "./http";
import type { Endpoint, Settings } from "./settings";

export interface SlsCall {
  /** The API operation, such as `CreateProject`. */
  readonly call: string;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Left out for calls of the account: they go to the region's own host. */
  readonly project?: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** An object is sent as JSON, text as it is. */
  readonly body?: object | string;
}

export type Parameters = Readonly<Record<string, string | undefined>>;
type Json = Readonly<Record<string, unknown>>;

const versions = { ecs: "2014-05-26", vpc: "2016-04-28", ram: "2015-05-01", ims: "2019-08-15" } as const;

/** One tea-RPC signature: everything sorted, escaped, joined, escaped again. Source: "Request syntax and signature method V2 for RPC APIs". */
export function rpcSignature(method: string, parameters: Readonly<Record<string, string>>, secret: string): string {
  const pairs = Object.keys(parameters)
    .sort()
    .map((name) => `${percentEncode(name)}=${percentEncode(parameters[name] ?? "")}`);
  const text = `${method}&${percentEncode("/")}&${percentEncode(pairs.join("&"))}`;
  return createHmac("sha1", `${secret}&`).update(text).digest("base64");
}

export class Cloud {
  private readonly http: HttpClient;

  constructor(
    readonly settings: Settings,
    stopped: AbortSignal,
    private readonly now: () => Date = () => new Date(),
  ) {
    this.http = new HttpClient(settings, stopped);
  }

  get region(): string {
    return this.settings.region;
  }

  close(): void {
    this.http.close();
  }

  /** The reply's text as it came; most replies are JSON, and then `sls` is handier. */
  async slsText({ call, method, project, path, query = {}, body }: SlsCall): Promise<string> {
    const { sls, credentials } = this.settings;
    const endpoint: Endpoint = project === undefined ? sls : { ...sls, host: `${project}.${sls.host}` };
    const bytes = body === undefined ? undefined : Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
    const headers = signV1(
      {
        method,
        path,
        query,
        headers: { accept: "application/json", ...(bytes ? { "content-type": "application/json" } : {}) },
        ...(bytes ? { body: bytes } : {}),
      },
      credentials,
      { date: this.now() },
    );
    const search = encodeQuery(query);
    const target = search === "" ? path : `${path}?${search}`;
    const reply = await this.http.send({ call, method, endpoint, target, headers, body: bytes });
    if (reply.status === 200) return reply.text;
    throw refusal(call, reply, "errorCode", "errorMessage", header(reply, "x-log-requestid"));
  }

  async sls(request: SlsCall): Promise<Json> {
    const text = await this.slsText(request);
    return text === "" ? {} : (JSON.parse(text) as Json);
  }

  /** `get` sends everything in the query, always over https, as the provider's older ECS calls do. */
  ecs(call: string, parameters: Parameters, { get = false }: { get?: boolean } = {}): Promise<Json> {
    return this.rpc("ecs", call, parameters, get);
  }

  vpc(call: string, parameters: Parameters): Promise<Json> {
    return this.rpc("vpc", call, parameters, false);
  }

  ram(call: string, parameters: Parameters): Promise<Json> {
    return this.rpc("ram", call, parameters, false);
  }

  ims(call: string, parameters: Parameters): Promise<Json> {
    return this.rpc("ims", call, parameters, false);
  }

  private async rpc(product: keyof typeof versions, call: string, parameters: Parameters, get: boolean): Promise<Json> {
    const { credentials, region } = this.settings;
    const endpoint = this.settings[product];
    const given = Object.entries({ RegionId: region, ...parameters }).filter(([, value]) => value !== undefined);
    const form = Object.fromEntries(given) as Record<string, string>;
    const common: Record<string, string> = {
      Action: call,
      Version: versions[product],
      Format: "json",
      AccessKeyId: credentials.accessKeyId,
      SignatureMethod: "HMAC-SHA1",
      SignatureVersion: "1.0",
      SignatureNonce: randomUUID(),
      Timestamp: this.now()
        .toISOString()
        .replace(/\.\d+Z$/, "Z"),
      ...(credentials.securityToken ? { SecurityToken: credentials.securityToken } : {}),
    };
    const method = get ? "GET" : "POST";
    const signature = rpcSignature(method, { ...common, ...form }, credentials.accessKeySecret);
    const query = encodeQuery({ ...common, ...(get ? form : {}), Signature: signature });
    const reply = await this.http.send({
      call,
      method,
      endpoint: get ? { ...endpoint, scheme: "https" } : endpoint,
      target: `/?${query}`,
      headers: get ? {} : { "content-type": "application/x-www-form-urlencoded" },
      ...(get ? {} : { body: Buffer.from(encodeQuery(form)) }),
    });
    if (reply.status === 200) return JSON.parse(reply.text) as Json;
    throw refusal(call, reply, "Code", "Message");
  }
}

const header = (reply: HttpReply, name: string): string | undefined => {
  const value = reply.headers[name];
  return Array.isArray(value) ? value[0] : value;
};

function refusal(call: string, reply: HttpReply, code: string, message: string, requestId?: string): CallError {
  let body: Json = {};
  try {
    body = JSON.parse(reply.text) as Json;
  } catch {
    // Not the service: a proxy's page, perhaps. The status alone has to do.
  }
  return new CallError(
    call,
    String(body[code] ?? `HTTP ${reply.status}`),
    String(body[message] ?? (reply.text.slice(0, 200) || `HTTP status ${reply.status} without a reason`)),
    reply.status,
    requestId ?? (body["RequestId"] === undefined ? undefined : String(body["RequestId"])),
  );
}
