/** What the local cloud tells about itself, below /_local/: to this machine alone, for it listens on loopback only. */
import { splitTarget } from "../sls/wire/request";
import type { GatewayReply, GatewayRequest } from "./gateway/gateway";
import type { RequestLog } from "./request-log";
import type { Store } from "./store/store";

export const statusPath = "/_local/status";
export const requestsPath = "/_local/requests";

/** For `cdktf-sls local status`: no secret in it. */
export interface LocalStatus {
  readonly service: "cdktf-sls local cloud";
  readonly pid: number;
  readonly url: string;
  /** Of the metadata service's own port, where it has one. */
  readonly metadataUrl?: string;
  readonly region: string;
  readonly projects: number;
  readonly requests: number;
}

export interface AdminOptions {
  readonly url: string;
  readonly metadataUrl: string | undefined;
  readonly region: string;
  readonly store: Store;
  readonly requests: RequestLog;
}

/** Undefined for a request that is meant for the services. */
export function answerAdmin({ url, host }: GatewayRequest, options: AdminOptions): GatewayReply | undefined {
  if (!/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host)) return undefined;
  const { path, query } = splitTarget(url);
  if (path === requestsPath) return json(options.requests.after(Number(query["after"] ?? 0)));
  return path === statusPath ? json(statusOf(options)) : undefined;
}

function statusOf({ url, metadataUrl, region, store, requests }: AdminOptions): LocalStatus {
  const service = "cdktf-sls local cloud";
  const counts = { projects: store.projects.size, requests: requests.total };
  return { service, pid: process.pid, url, ...(metadataUrl ? { metadataUrl } : {}), region, ...counts };
}

const json = (value: unknown): GatewayReply => ({
  status: 200,
  headers: { "content-type": "application/json" },
  body: Buffer.from(JSON.stringify(value)),
});
