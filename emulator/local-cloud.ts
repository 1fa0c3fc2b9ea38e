/** The local cloud: a gateway in front of Log Service and the few OpenAPI products that the declared resources need. */
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Credentials } from "../sls/wire/request";
import { jwksSource } from "./access/jwks";
import { CertificateAuthority } from "./gateway/certificates";
import { Gateway, type GatewayReply, type GatewayRequest } from "./gateway/gateway";
import { answerAdmin } from "./admin";
import { clientEnv } from "./env";
import { listenForMetadata, metadataAddress } from "./metadata/listener";
import { MetadataService, type MetadataOptions, type MetadataRequest } from "./metadata/service";
import { RequestLog, type RequestLogEntry } from "./request-log";
import { answerRpc } from "./openapi/service";
import { answerSls } from "./sls/service";
import { Store } from "./store/store";

export interface LocalCloudOptions {
  /**
   * Holds the certificate authority and the account's access key between two starts; the logs are in memory. Key sets of OIDC
   * issuers are looked for in its folder `oidc`.
   */
  readonly stateDir: string;
  /** @default any free one */
  readonly port?: number;
  /** A loopback address: whoever reaches it is let in by a key that lies in a file. @default "127.0.0.1" */
  readonly host?: string;
  /** Region of endpoints that do not name one. @default "cn-hangzhou" */
  readonly region?: string;
  /** The account's own access key, which may do everything. @default made at the first start and kept in `stateDir` */
  readonly credentials?: Credentials;
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
  /** Environment in which an unmodified client reaches it under the real names. */
  env(): Record<string, string>;
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
  const store = new Store();
  const identities = { root: credentials, state: store.access };
  const jwks = jwksSource(join(stateDir, "oidc"));
  const requests = new RequestLog();

  const metadata = new MetadataService(options.metadata ?? {}, { state: store.access, region, now });
  const answerMetadata = (request: MetadataRequest): GatewayReply => {
    const reply = metadata.answer(request);
    requests.add({
      at: now(),
      method: request.method,
      host: request.headers["host"] ?? "",
      url: request.url,
      operation: "InstanceMetadata",
      status: reply.status,
      ...(request.headers["user-agent"] ? { client: request.headers["user-agent"] } : {}),
    });
    return reply;
  };

  const handle = async (request: GatewayRequest): Promise<GatewayReply> => {
    const own = answerAdmin(request, { url, metadataUrl, region, store, requests });
    if (own !== undefined) return own;
    const { target } = request;
    if (target.service === "metadata") return answerMetadata(request);
    const answer =
      target.service === "sls"
        ? answerSls(request, target.region, target.project, { store, identities, now })
        : {
            ...(await answerRpc(request, target.service, {
              store,
              identities,
              jwks,
              now: now(),
              region: target.region ?? region,
            })),
            project: undefined,
          };
    const { reply, operation, project, errorCode } = answer;
    const client = request.headers["user-agent"];
    requests.add({
      at: now(),
      method: request.method,
      host: request.host,
      url: request.url,
      operation,
      status: reply.status,
      ...(project ? { project } : {}),
      ...(errorCode ? { errorCode } : {}),
      ...(client ? { client } : {}),
    });
    return reply;
  };

  const authority = await CertificateAuthority.open(stateDir);
  const gateway = new Gateway({ authority, region, handle });
  const port = await gateway.listen(options.port ?? 0, host);
  const metadataPort = options.metadata?.port;
  const listener =
    metadataPort === undefined
      ? undefined
      : await listenForMetadata(metadataPort, metadataHost, answerMetadata).catch(async (error: unknown) => {
          await gateway.close();
          throw error;
        });
  const metadataUrl = listener?.url;
  const url = `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
  return {
    port,
    url,
    region,
    ...(metadataUrl ? { metadataUrl } : {}),
    ...authority.files,
    credentials,
    requests: requests.entries,
    env: () => clientEnv({ url, region, credentials, ...authority.files }),
    close: async () => {
      await Promise.all([gateway.close(), listener?.close()]);
    },
  };
}

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
