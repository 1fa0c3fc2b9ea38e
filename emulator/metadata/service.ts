/** The metadata service of ECS, which machines ask at 100.100.100.200. Source: ECS user guide, "Instance metadata". */
import type { GatewayReply } from "../gateway/gateway";
import { accountId, type AccessState } from "../store/access";
import { defaultInstanceId, itemsOf, type InstanceOptions } from "./instance";
import { roleCredentials, roleOfInstance } from "./role-credentials";
import { MetadataTokens } from "./tokens";

export interface MetadataOptions extends InstanceOptions {
  /** Whether a request must bring a token (`PUT /latest/api/token`), as on hardened machines. @default "optional" */
  readonly tokens?: "optional" | "required";
}

export interface MetadataRequest {
  readonly method: string;
  readonly url: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface MetadataSurroundings {
  readonly state: AccessState;
  readonly region: string;
  readonly now: () => Date;
}

const tokenHeader = "x-aliyun-ecs-metadata-token";
const ttlHeader = "x-aliyun-ecs-metadata-token-ttl-seconds";
const base = "/latest/meta-data/";

const reply = (status: number, text: string, type = "text/plain"): GatewayReply => ({
  status,
  headers: { "content-type": type },
  body: Buffer.from(text),
});
const notFound = reply(404, "404 - Not Found\n");

export class MetadataService {
  private readonly tokens = new MetadataTokens();

  constructor(
    private readonly options: MetadataOptions,
    private readonly around: MetadataSurroundings,
  ) {}

  answer({ method, url, headers }: MetadataRequest): GatewayReply {
    const path = url.split("?")[0] ?? "/";
    const now = this.around.now();
    if (path === "/latest/api/token") {
      if (method !== "PUT") return reply(405, "405 - Method Not Allowed\n");
      const token = this.tokens.make(headers[ttlHeader], now);
      return token === undefined ? reply(400, "400 - Bad Request\n") : reply(200, token);
    }
    if (method !== "GET" && method !== "HEAD") return reply(405, "405 - Method Not Allowed\n");
    const token = headers[tokenHeader];
    const refused = token === undefined ? this.options.tokens === "required" : !this.tokens.isGood(token, now);
    if (refused) return reply(403, "403 - Forbidden\n");
    return this.read(path, now);
  }

  private read(path: string, now: Date): GatewayReply {
    const { userData, instanceId = defaultInstanceId } = this.options;
    const items = itemsOf(this.options, this.around.region, accountId);
    if (path === "/latest/user-data") return userData === undefined ? notFound : reply(200, userData);
    if (path === "/latest/dynamic/instance-identity/document") {
      const { "instance/instance-type": type, ...rest } = items;
      return reply(200, JSON.stringify({ ...rest, "instance-type": type }), "application/json");
    }
    if (!`${path}/`.startsWith(base)) return notFound;
    const name = path.slice(base.length).replace(/\/$/, "");
    const role = roleOfInstance(this.around.state, instanceId);
    if (role !== undefined && name === "ram/security-credentials") return reply(200, role.name);
    if (role !== undefined && name === `ram/security-credentials/${role.name}`) {
      return reply(200, JSON.stringify(roleCredentials(this.around.state, instanceId, role, now)), "application/json");
    }
    const item = items[name];
    return item === undefined
      ? list(name, [...Object.keys(items), ...(role ? ["ram/security-credentials/"] : [])])
      : reply(200, item);
  }
}

/** What is below a folder, a name a line, folders with a slash. */
function list(folder: string, names: readonly string[]): GatewayReply {
  const prefix = folder === "" ? "" : `${folder}/`;
  const below = names
    .filter((name) => name.startsWith(prefix) && name !== prefix)
    .map((name) => name.slice(prefix.length));
  if (below.length === 0) return notFound;
  const entries = new Set(below.map((name) => (name.includes("/") ? `${name.split("/")[0]}/` : name)));
  return reply(200, [...entries].sort().join("\n"));
}
