/**
 * What the local cloud tells about itself, and takes: below /_local/ of the address itself, for this machine alone. Changes come as JSON and without an
 * Origin: no web page that a browser on this machine shows can make them.
 */
import { splitTarget } from "../sls/wire/request";
import { isObject } from "./sls/fields";
import type { Faults } from "./faults/faults";
import { readFaultRule } from "./faults/read-fault-rule";
import type { Gateway, GatewayReply, RequestHead } from "./gateway/gateway";
import type { Wire } from "./gateway/wire";
import { readMachine } from "./read-machine";
import type { RequestLog } from "./request-log";
import type { Store } from "./store/store";

export const statusPath = "/_local/status";
export const requestsPath = "/_local/requests";
/** GET lists, POST adds a rule, DELETE takes all away, or with /ID one. */
export const faultsPath = "/_local/faults";
/** POST `{"ms"}`: the port is closed for so long. */
export const downPath = "/_local/down";
/** GET lists, POST is a machine's heartbeat, DELETE forgets all. */
export const machinesPath = "/_local/machines";

/** For `cdktf-sls local status`: no secret in it. */
export interface LocalStatus {
  readonly service: "cdktf-sls local cloud";
  readonly pid: number;
  readonly url: string;
  /** Of the metadata service's own port, where it has one. */
  readonly metadataUrl?: string;
  readonly region: string;
  /** Folder that keeps what it holds; left out where all is gone at its end. */
  readonly data?: string;
  /** Parts of stored logs that could not be read. */
  readonly damages: number;
  readonly projects: number;
  readonly logstores: number;
  readonly machineGroups: number;
  readonly configs: number;
  readonly requests: number;
  /** Requests that it does not serve. */
  readonly unsupported: number;
  /** Fault rules in force. */
  readonly faults: number;
}

export interface AdminOptions {
  readonly url: string;
  readonly metadataUrl: string | undefined;
  readonly region: string;
  readonly dataDir: string | undefined;
  readonly store: Store;
  readonly requests: RequestLog;
  readonly faults: Faults;
  readonly gateway: Pick<Gateway, "pause">;
  readonly now: () => Date;
}

const maxBody = 64 * 1024;
const maxDownMs = 3_600_000;

/** Whether a request is for the local cloud itself, and not for the services. */
export const isAdmin = ({ url, host, peer }: RequestHead): boolean =>
  /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host) && isLoopbackPeer(peer) && /^\/_local\//.test(url);

const isLoopbackPeer = (peer: string): boolean => peer === "::1" || /^(::ffff:)?127\./.test(peer);

export async function answerAdmin(head: RequestHead, wire: Wire, options: AdminOptions): Promise<void> {
  try {
    const { value, afterwards } = await answer(head, wire, options);
    await wire.send(json(200, value));
    afterwards?.();
  } catch (error) {
    const status = error instanceof Refused ? error.status : 400;
    await wire.send(json(status, { error: (error as Error).message }));
  }
}

interface AdminAnswer {
  readonly value: unknown;
  /** When the reply is on its way. */
  readonly afterwards?: () => void;
}

class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

async function answer(head: RequestHead, wire: Wire, options: AdminOptions): Promise<AdminAnswer> {
  const { path, query } = splitTarget(head.url);
  const { faults, gateway, requests } = options;
  const { machines } = options.store;
  if (head.method === "GET") {
    if (path === statusPath) return { value: statusOf(options) };
    if (path === requestsPath) return { value: requests.after(Number(query["after"] ?? 0)) };
    if (path === faultsPath) return { value: faults.list() };
    if (path === machinesPath) return { value: [...machines.values()] };
    throw new Refused(404, `there is no ${path}`);
  }
  const body = await changeOf(head, wire);
  switch (`${head.method} ${path}`) {
    case `POST ${faultsPath}`: {
      const { id, rule, seen, hits } = faults.add(readFaultRule(body));
      return { value: { id, rule, seen, hits } };
    }
    case `DELETE ${faultsPath}`:
      faults.clear();
      return { value: {} };
    case `POST ${machinesPath}`: {
      const machine = readMachine(body, options.now());
      machines.set(machine.ip, machine);
      return { value: machine };
    }
    case `DELETE ${machinesPath}`:
      machines.clear();
      return { value: {} };
    case `POST ${downPath}`: {
      const ms = downTime(body);
      return { value: { ms }, afterwards: () => void gateway.pause(ms) };
    }
  }
  const [, id] = head.method === "DELETE" ? (/^\/_local\/faults\/(\w+)$/.exec(path) ?? []) : [];
  if (id === undefined) throw new Refused(404, `there is no ${head.method} ${path}`);
  if (!faults.remove(id)) throw new Refused(404, `there is no fault ${id}`);
  return { value: {} };
}

function downTime(body: unknown): number {
  const ms = isObject(body) ? body["ms"] : undefined;
  if (typeof ms === "number" && ms > 0 && ms <= maxDownMs) return ms;
  throw new Refused(400, `ms must be a number above 0 and at most ${maxDownMs}`);
}

async function changeOf({ headers, method }: RequestHead, wire: Wire): Promise<unknown> {
  if (headers["origin"] !== undefined) throw new Refused(403, "a web page may not change the local cloud");
  const body = await wire.readBody({ limit: maxBody });
  if (method === "DELETE") return undefined;
  if (headers["content-type"] !== "application/json") throw new Refused(415, "Content-Type must be application/json");
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    throw new Refused(400, "the body is not JSON");
  }
}

function statusOf({ url, metadataUrl, region, dataDir, store, requests, faults }: AdminOptions): LocalStatus {
  const projects = [...store.projects.values()];
  const sum = (count: (project: (typeof projects)[number]) => number): number =>
    projects.reduce((total, project) => total + count(project), 0);
  return {
    service: "cdktf-sls local cloud",
    pid: process.pid,
    url,
    ...(metadataUrl ? { metadataUrl } : {}),
    region,
    ...(dataDir === undefined ? {} : { data: dataDir }),
    damages: store.storage.damages.length,
    projects: projects.length,
    logstores: sum(({ logstores }) => logstores.size),
    machineGroups: sum(({ machineGroups }) => machineGroups.size),
    configs: sum(({ configs }) => configs.size),
    requests: requests.total,
    unsupported: requests.unsupported,
    faults: faults.list().length,
  };
}

const json = (status: number, value: unknown): GatewayReply => ({
  status,
  headers: { "content-type": "application/json" },
  body: Buffer.from(JSON.stringify(value)),
});
