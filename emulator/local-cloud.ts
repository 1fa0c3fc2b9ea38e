/** The local cloud: a gateway in front of Log Service and the few OpenAPI products that the declared resources need. */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Credentials } from "../sls/wire/request";
import { jwksSource } from "./access/jwks";
import { CertificateAuthority } from "./gateway/certificates";
import { Gateway, type GatewayReply, type GatewayRequest } from "./gateway/gateway";
import { keptCredentials } from "./access-key";
import { answerAdmin, isAdmin } from "./admin";
import { errorReply, notServed, type Answer } from "./answer";
import { clientEnv } from "./env";
import { exchange, logged } from "./exchange";
import { Faults } from "./faults/faults";
import { listenForMetadata, metadataAddress } from "./metadata/listener";
import { MetadataService, type MetadataOptions, type MetadataRequest } from "./metadata/service";
import { RequestLog, type RequestLogEntry } from "./request-log";
import { answerRpc } from "./openapi/service";
import { Quotas, type QuotaOptions } from "./sls/quotas";
import { answerSls } from "./sls/service";
import { LogStorage } from "./store/log-storage";
import { SavedStore } from "./store/saved-store";

export interface LocalCloudOptions {
  /** Holds the certificate authority and the account's access key between two starts; its folder `oidc` key sets of OIDC issuers. */
  readonly stateDir: string;
  /** Holds all else, the logs too, and survives a kill; no second local cloud may have it. @default a part of stateDir, emptied at start and end */
  readonly dataDir?: string;
  /** @default any free one */
  readonly port?: number;
  /** A loopback address: whoever reaches it is let in by a key that lies in a file. @default "127.0.0.1" */
  readonly host?: string;
  /** Region of endpoints that do not name one. @default "cn-hangzhou" */
  readonly region?: string;
  /** The account's own access key, which may do everything. @default made at the first start and kept in `stateDir` */
  readonly credentials?: Credentials;
  /** Limits of throughput, as the service has them or scaled down for a test. @default "off" */
  readonly quotas?: QuotaOptions;
  /**
   * The metadata service of ECS. Whoever goes through the proxy has it at http://100.100.100.200; with `port` (0: any free one)
   * it listens by itself too. @default not by itself
   */
  readonly metadata?: MetadataOptions & {
    readonly port?: number;
    /** A loopback address, or 100.100.100.200 where this machine has it. @default "127.0.0.1" */
    readonly host?: string;
  };
  readonly now?: () => Date;
}

export interface LocalCloud {
  readonly port: number;
  /** `http://127.0.0.1:PORT`: endpoint for those who speak to it straight, proxy for the others. */
  readonly url: string;
  /** Of the metadata service's own port, where it has one. */
  readonly metadataUrl?: string;
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
  const metadataHost = options.metadata?.host ?? "127.0.0.1";
  if (!isLoopback(metadataHost) && metadataHost !== metadataAddress) {
    const got = JSON.stringify(metadataHost);
    throw new Error(`metadata.host must be a loopback address or ${metadataAddress}, got ${got}`);
  }
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  const credentials = options.credentials ?? keptCredentials(stateDir);
  const dataDir = options.dataDir ?? join(stateDir, "passing");
  const empty = (): void => {
    if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
  };
  empty();
  const storage = new LogStorage(join(dataDir, "logs"));
  const saved = new SavedStore(join(dataDir, "store.json"), storage);
  const store = saved.load();
  const identities = { root: credentials, state: store.access };
  const jwks = jwksSource(join(stateDir, "oidc"));
  const requests = new RequestLog();
  const faults = new Faults();
  const quotas = new Quotas(options.quotas);
  const metadata = new MetadataService(options.metadata ?? {}, { state: store.access, region, now });

  const answerOf = (request: GatewayRequest, at: Date): Answer | Promise<Answer> => {
    const { target } = request;
    if (target.service === "metadata") return { reply: metadata.answer(request), operation: metadataOperation };
    if (target.service !== "sls") {
      const around = { store, identities, jwks, now: at, region: target.region ?? region };
      return answerRpc(request, target.service, around);
    }
    return answerSls(request, target.region, target.project, { store, identities, quotas, now: () => at });
  };
  const handle = async (request: GatewayRequest, at: Date): Promise<Answer> => {
    const answer = await answerOf(request, at);
    const { method, target, host: asked } = request;
    if (options.dataDir === undefined || onlyAsks(method, answer.operation)) return answer;
    if (onlyWritesLogs(answer.operation) && saved.isWhole) return answer;
    try {
      saved.save(store);
      return answer;
    } catch (error) {
      // Not to be acknowledged, though it is done: a kill would undo it.
      const message = `the local cloud could not save this: ${(error as Error).message}`;
      const failed = { status: 500, code: "InternalServerError", message };
      return { ...answer, reply: errorReply(target, failed, asked, at), errorCode: failed.code };
    }
  };
  const answerMetadata = (request: MetadataRequest): GatewayReply => {
    const reply = metadata.answer(request);
    const client = request.headers["user-agent"];
    requests.add({
      at: now(),
      method: request.method,
      host: request.headers["host"] ?? "",
      url: request.url,
      operation: metadataOperation,
      status: reply.status,
      peer: "",
      bytesIn: 0,
      bytesOut: reply.body.length,
      durationMs: 0,
      ...(client ? { client } : {}),
    });
    return reply;
  };

  const authority = await CertificateAuthority.open(stateDir);
  const gateway: Gateway = new Gateway({
    authority,
    region,
    serve: (head, wire) => {
      if (!isAdmin(head)) return exchange(head, wire, { faults, requests, now, handle });
      const { dataDir: data } = options;
      const around = { url, metadataUrl, region, dataDir: data, store, requests, faults, gateway, now };
      return answerAdmin(head, wire, around);
    },
    refuseTunnel: (head) => logged(head, notServed(head, now()), { requests, now }),
  });
  const port: number = await gateway.listen(options.port ?? 0, host);
  const metadataPort = options.metadata?.port;
  const listener =
    metadataPort === undefined
      ? undefined
      : await listenForMetadata(metadataPort, metadataHost, answerMetadata).catch(async (error: unknown) => {
          await gateway.close();
          throw error;
        });
  const metadataUrl: string | undefined = listener?.url;
  const url: string = `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
  return {
    port,
    url,
    region,
    ...(metadataUrl ? { metadataUrl } : {}),
    ...authority.files,
    credentials,
    requests: requests.entries,
    faults,
    env: () => clientEnv({ url, region, credentials, ...authority.files }),
    pause: () => gateway.pause(),
    resume: () => gateway.resume(),
    close: async () => {
      await Promise.all([gateway.close(), listener?.close()]);
      storage.close();
      empty();
    },
  };
}

const metadataOperation = "InstanceMetadata";

const onlyAsks = (method: string, operation: string): boolean =>
  /^(Get|List|Describe|Query|InstanceMetadata$)/.test(operation) || method === "HEAD";

/** Logs are saved as they come; what they go to must be as well. */
const onlyWritesLogs = (operation: string): boolean => /^(PostLogStoreLogs|WebTracking)$/.test(operation);

const isLoopback = (host: string): boolean =>
  host === "::1" || host === "localhost" || /^127(\.\d{1,3}){3}$/.test(host);
