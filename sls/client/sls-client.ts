/**
 * Control plane and queries: the `@alicloud/log` client with the calls it lacks, added in its own style.
 * Its `_request` ignores the HTTP status and knows no proxy, so that one seam is replaced; signing stays v1 HMAC-SHA1.
 */
import type { FoundLogtailConfig, LogtailConfigBody } from "../model/logtail-config";
import type { MachineGroupBody } from "../model/machine-group";
import { signV1 } from "../wire/sign-v1";
import { encodeQuery } from "../wire/request";
import { NodeLogClient } from "./alicloud-log";
import type { Credentials } from "../wire/request";
import { mayRepeat, texts, valueOf, type Answer, type Call } from "./call";
import { withCredentials, type CredentialsSource } from "./credentials";
import { noProxy, type ProxySettings } from "./proxy";
import { header, replyError } from "./reply";
import { tagsOfReply, type ResourceTags, type TaggedType } from "./tags";
import { Transport } from "./transport";

export interface SlsClientOptions {
  /** `cn-hangzhou.log.aliyuncs.com`; https unless it begins with `http://`. */
  readonly endpoint: string;
  readonly credentials: CredentialsSource;
  /** @default straight, without a proxy */
  readonly proxy?: ProxySettings;
  /** For one try. @default 30000 */
  readonly timeoutMs?: number;
  /** Tries of a call that may be repeated. @default 4 */
  readonly tries?: number;
  readonly now?: () => Date;
  readonly sleep?: (ms: number) => Promise<void>;
  /** Told of each call, once whatever its tries, before it is sent. */
  readonly onCall?: (verb: string, path: string) => void;
}

export interface Page {
  /** First item, from 0. @default 0 */
  readonly offset?: number;
  /** Items at most. @default what the service gives */
  readonly size?: number;
}

/** A machine of ListMachines. Source: SLS API reference, "ListMachines". */
export interface ListedMachine {
  readonly ip: string;
  readonly "machine-uniqueid"?: string;
  readonly "userdefined-id"?: string;
  /** Unix seconds; 0: never. */
  readonly lastHeartbeatTime: number;
}

/** One log of GetLogs: every value is text; `__time__` is in unix seconds. */
export type FoundLog = Readonly<Record<string, string>>;

export interface GetLogsRequest {
  /** Unix seconds, inclusive. */
  readonly from: number;
  /** Unix seconds, exclusive. */
  readonly to: number;
  readonly query?: string;
  /** 0 to 100. @default 100 */
  readonly line?: number;
  readonly offset?: number;
  /** Newest first. @default false */
  readonly reverse?: boolean;
}

export interface GetLogsResult {
  /** Whether the service has looked at everything, after so many tries; if not, logs may be missing. */
  readonly complete: boolean;
  readonly logs: readonly FoundLog[];
}

const incompleteTries = 10;
const incompletePauseMs = 300;

const realSleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export class SlsClient extends NodeLogClient {
  private readonly transport: Transport;
  private readonly options: SlsClientOptions;

  constructor(options: SlsClientOptions) {
    // The SDK insists on an async function by name.
    const credentialsProvider = { getCredentials: async () => options.credentials.getCredentials() };
    super({ endpoint: options.endpoint, credentialsProvider, use_https: !options.endpoint.startsWith("http://") });
    this.options = options;
    this.transport = new Transport(options.proxy ?? noProxy, options.timeoutMs ?? 30_000);
  }

  close(): void {
    this.transport.close();
  }

  async getLogtailConfig(project: string, name: string): Promise<FoundLogtailConfig> {
    return (await this._request("GET", project, `/configs/${name}`, {}, null)) as FoundLogtailConfig;
  }

  /** Names of all configs of a project. */
  async allLogtailConfigs(project: string): Promise<string[]> {
    return this.listAll(project, "/configs", "configs");
  }

  async listLogtailConfigs(project: string, filter: Page & { logstoreName?: string } = {}): Promise<string[]> {
    return this.list(project, "/configs", "configs", { ...filter });
  }

  async createLogtailConfig(project: string, config: LogtailConfigBody): Promise<void> {
    await this.sendJson("POST", project, "/configs", config);
  }

  async updateLogtailConfig(project: string, config: LogtailConfigBody): Promise<void> {
    await this.sendJson("PUT", project, `/configs/${config.configName}`, config);
  }

  async deleteLogtailConfig(project: string, name: string): Promise<void> {
    await this._request("DELETE", project, `/configs/${name}`, {}, null);
  }

  async getMachineGroup(project: string, group: string): Promise<MachineGroupBody> {
    return (await this._request("GET", project, `/machinegroups/${group}`, {}, null)) as MachineGroupBody;
  }

  /** Names of all groups of a project. */
  async allMachineGroups(project: string): Promise<string[]> {
    return this.listAll(project, "/machinegroups", "machinegroups");
  }

  async listMachineGroups(project: string, filter: Page & { groupName?: string } = {}): Promise<string[]> {
    return this.list(project, "/machinegroups", "machinegroups", { ...filter });
  }

  async createMachineGroup(project: string, group: MachineGroupBody): Promise<void> {
    await this.sendJson("POST", project, "/machinegroups", group);
  }

  /** The machines of a group, as far as Log Service has heard of them; 500 at most. */
  async listMachines(project: string, group: string): Promise<readonly ListedMachine[]> {
    const path = `/machinegroups/${group}/machines`;
    const reply = (await this._request("GET", project, path, { offset: 0, size: 500 }, null)) as {
      readonly machines?: readonly ListedMachine[];
    };
    return reply.machines ?? [];
  }

  /** Names of the configs bound to a group. */
  async getAppliedConfigs(project: string, group: string): Promise<string[]> {
    return this.list(project, `/machinegroups/${group}/configs`, "configs", {});
  }

  /** Names of the groups that a config is bound to. */
  async getAppliedMachineGroups(project: string, config: string): Promise<string[]> {
    return this.list(project, `/configs/${config}/machinegroups`, "machinegroups", {});
  }

  async applyConfigToMachineGroup(project: string, config: string, group: string): Promise<void> {
    await this._request("PUT", project, `/machinegroups/${group}/configs/${config}`, {}, null);
  }

  async removeConfigFromMachineGroup(project: string, config: string, group: string): Promise<void> {
    await this._request("DELETE", project, `/machinegroups/${group}/configs/${config}`, {}, null);
  }

  /** Adds tags to a thing of a project, or gives them other values. 20 at most in a call. */
  async tagResource(
    project: string,
    type: TaggedType,
    name: string,
    tags: Readonly<Record<string, string>>,
  ): Promise<void> {
    const pairs = Object.entries(tags).map(([key, value]) => ({ key, value }));
    await this.sendJson("POST", project, "/tag", {
      resourceType: type,
      resourceId: [`${project}#${name}`],
      tags: pairs,
    });
  }

  /** Tags by name, of the things of a type in a project that have a tag of that key. */
  async listTagged(project: string, type: TaggedType, key: string): Promise<ResourceTags> {
    const found: ResourceTags = new Map();
    for (let nextToken: string | undefined = ""; nextToken !== undefined;) {
      const queries = {
        resourceType: type,
        tags: JSON.stringify([{ key, value: "" }]),
        ...(nextToken === "" ? {} : { nextToken }),
      };
      nextToken = tagsOfReply(project, await this._request("GET", project, "/tags", queries, null), found);
    }
    return found;
  }

  /** One page of logs (GetLogs v1); asks again while the service has not looked at everything. */
  async searchLogs(project: string, logstore: string, request: GetLogsRequest): Promise<GetLogsResult> {
    const queries = { ...request, type: "log", query: request.query ?? "*", reverse: request.reverse ?? false };
    for (let attempt = 1; ; attempt++) {
      const { value, reply } = await this.call({ verb: "GET", project, path: `/logstores/${logstore}`, queries });
      const complete = header(reply, "x-log-progress") === "Complete";
      if (complete || attempt >= incompleteTries) return { complete, logs: value as FoundLog[] };
      await (this.options.sleep ?? realSleep)(incompletePauseMs);
    }
  }

  override async _request(
    verb: string,
    project: string | undefined,
    path: string,
    queries: Readonly<Record<string, unknown>>,
    body: Buffer | null,
    headers: Readonly<Record<string, string | number>> = {},
  ): Promise<unknown> {
    return (await this.call({ verb, project, path, queries, body: body ?? undefined, headers })).value;
  }

  private async list(project: string, path: string, key: string, query: object): Promise<string[]> {
    const reply = (await this._request("GET", project, path, query as Record<string, unknown>, null)) as Record<
      string,
      unknown
    >;
    return Array.isArray(reply[key]) ? (reply[key] as string[]) : [];
  }

  private async listAll(project: string, path: string, key: string): Promise<string[]> {
    const size = 500;
    const all: string[] = [];
    for (;;) {
      const page = await this.list(project, path, key, { offset: all.length, size });
      all.push(...page);
      if (page.length < size) return all;
    }
  }

  private async sendJson(verb: string, project: string, path: string, value: unknown): Promise<void> {
    const body = Buffer.from(JSON.stringify(value));
    await this._request(verb, project, path, {}, body, { "x-log-bodyrawsize": body.byteLength });
  }

  /** Tries until it is answered, or may not be tried again. */
  private async call(call: Call): Promise<Answer> {
    const tries = this.options.tries ?? 4;
    this.options.onCall?.(call.verb, call.path);
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.once(call);
      } catch (error) {
        if (attempt >= tries || !mayRepeat(call.verb, error)) throw error;
        await (this.options.sleep ?? realSleep)(200 * 2 ** (attempt - 1));
      }
    }
  }

  private once(call: Call): Promise<Answer> {
    return withCredentials(this.options.credentials, (credentials) => this.onceAs(credentials, call));
  }

  private async onceAs(
    credentials: Credentials,
    { verb, project, path, queries, body, headers = {} }: Call,
  ): Promise<Answer> {
    const query = texts(queries);
    const request = { method: verb, path, query, headers: { "content-type": "application/json", ...texts(headers) } };
    const date = (this.options.now ?? (() => new Date()))();
    const signed = signV1(body ? { ...request, body } : request, credentials, { date, algorithm: "hmac-sha1" });
    const search = encodeQuery(query);
    const host = project ? `${project}.${this.endpoint}` : this.endpoint;
    const url = new URL(`${this.use_https ? "https" : "http"}://${host}${path}${search ? `?${search}` : ""}`);
    const reply = await this.transport.send({ method: verb, url, headers: signed, body });
    // A reply without the id did not come from the service, whatever its status: a captive portal, say.
    if (reply.status !== 200 || header(reply, "x-log-requestid") === undefined) {
      throw replyError(reply, `${verb} ${url.host}${path}`);
    }
    return { value: valueOf(reply), reply };
  }
}
