/** The local cloud: a gateway in front of Log Service and the few OpenAPI products that the declared resources need. */
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Credentials } from "../sls/wire/request";
import { CertificateAuthority } from "./gateway/certificates";
import { Gateway, type GatewayRequest } from "./gateway/gateway";
import { answerAdmin, isAdmin } from "./admin";
import { notServed, type Answer } from "./answer";
import { clientEnv } from "./env";
import { exchange, logged } from "./exchange";
import { Faults } from "./faults/faults";
import { RequestLog, type RequestLogEntry } from "./request-log";
import { answerRpc } from "./openapi/service";
import { Quotas, type QuotaOptions } from "./sls/quotas";
import { answerSls } from "./sls/service";
import { LogStorage } from "./store/log-storage";
import { SavedStore } from "./store/saved-store";

export interface LocalCloudOptions {
  /** Holds the certificate authority and the access key between two starts. */
  readonly stateDir: string;
  /** Holds all else, the logs too, and survives a kill; no second local cloud may have it. @default a part of stateDir, emptied at start and end */
  readonly dataDir?: string;
  /** @default any free one */
  readonly port?: number;
  /** A loopback address: whoever reaches it is let in by a key that lies in a file. @default "127.0.0.1" */
  readonly host?: string;
  /** Region of endpoints that do not name one. @default "cn-hangzhou" */
  readonly region?: string;
  /** The one access key. @default made at the first start and kept in `stateDir` */
  readonly credentials?: Credentials;
  /** Limits of throughput, as the service has them or scaled down for a test. @default "off" */
  readonly quotas?: QuotaOptions;
  readonly now?: () => Date;
}

export interface LocalCloud {
  readonly port: number;
  /** `http://127.0.0.1:PORT`: endpoint for those who speak to it straight, proxy for the others. */
  readonly url: string;
  readonly region: string;
  readonly caFile: string;
  readonly caBundleFile: string;
  readonly credentials: Credentials;
  /** The last 10,000 requests, oldest first. */
  readonly requests: readonly RequestLogEntry[];
  /** What goes wrong on demand. */
  readonly faults: Faults;
  /** Environment in which an unmodified client reaches it under the real names. */
  env(): Record<string, string>;
  /** Closes the port and every connection: who connects is refused. What it holds stays. */
  pause(): Promise<void>;
  /** Listens again, on the same port. */
  resume(): Promise<void>;
  close(): Promise<void>;
}

export async function startLocalCloud(options: LocalCloudOptions): Promise<LocalCloud> {
  const { stateDir, host = "127.0.0.1", region = "cn-hangzhou", now = () => new Date() } = options;
  if (!isLoopback(host)) {
    throw new Error(`host must be a loopback address such as 127.0.0.1 or ::1, got ${JSON.stringify(host)}`);
  }
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  const credentials = options.credentials ?? keptCredentials(stateDir);
  const keys = new Map([[credentials.accessKeyId, credentials]]);
  const dataDir = options.dataDir ?? join(stateDir, "passing");
  const empty = (): void => {
    if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
  };
  empty();
  const storage = new LogStorage(join(dataDir, "logs"));
  const saved = new SavedStore(join(dataDir, "store.json"), storage);
  const store = saved.load();
  const requests = new RequestLog();

  const faults = new Faults();
  const quotas = new Quotas(options.quotas);
  const answerOf = (request: GatewayRequest, at: Date): Answer => {
    const { target } = request;
    if (target.service !== "sls") {
      return answerRpc(request, target.service, { store, keys, now: at, region: target.region ?? region });
    }
    return answerSls(request, target.region, target.project, { store, keys, quotas, now: () => at });
  };
  const handle = (request: GatewayRequest, at: Date): Answer => {
    const answer = answerOf(request, at);
    if (options.dataDir !== undefined && !changesNothing(request.method, answer.operation)) saved.save(store);
    return answer;
  };

  const authority = await CertificateAuthority.open(stateDir);
  const gateway: Gateway = new Gateway({
    authority,
    region,
    serve: (head, wire) => {
      if (!isAdmin(head)) return exchange(head, wire, { faults, requests, now, handle });
      return answerAdmin(head, wire, { url, region, dataDir: options.dataDir, store, requests, faults, gateway });
    },
    refuseTunnel: (head) => logged(head, notServed(head, now()), { requests, now }),
  });
  const port: number = await gateway.listen(options.port ?? 0, host);
  const url: string = `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
  return {
    port,
    url,
    region,
    ...authority.files,
    credentials,
    requests: requests.entries,
    faults,
    env: () => clientEnv({ url, region, credentials, ...authority.files }),
    pause: () => gateway.pause(),
    resume: () => gateway.resume(),
    close: async () => {
      await gateway.close();
      storage.close();
      empty();
    },
  };
}

/** Logs are saved as they come; the rest of what only asks is told by its name. */
const changesNothing = (method: string, operation: string): boolean =>
  /^(Get|List|Describe|Query|PostLogStoreLogs$|WebTracking$)/.test(operation) || method === "HEAD";

const isLoopback = (host: string): boolean =>
  host === "::1" || host === "localhost" || /^127(\.\d{1,3}){3}$/.test(host);

/** The access key in the state folder, made at the first start. */
export function keptCredentials(stateDir: string): Credentials {
  const file = join(stateDir, "access-key.json");
  if (existsSync(file)) return readCredentials(file);
  const made = {
    accessKeyId: `LTAILOCAL${randomBytes(8).toString("hex")}`,
    accessKeySecret: randomBytes(20).toString("hex"),
  };
  writeFileSync(file, JSON.stringify(made), { mode: 0o600 });
  return made;
}

function readCredentials(file: string): Credentials {
  try {
    const { accessKeyId, accessKeySecret } = JSON.parse(readFileSync(file, "utf8")) as Partial<Credentials>;
    if (accessKeyId && accessKeySecret) return { accessKeyId, accessKeySecret };
  } catch {
    // Said below, without what is in the file.
  }
  throw new Error(`${file} holds no access key; remove it, and the next start makes a new one`);
}
