/** Requests as a client sends them, over connections that are kept: as little work as can be on the measuring side. */
import { Agent, request } from "node:http";
import { signV1 } from "../sls/wire/sign-v1";
import { encodeQuery, type Credentials } from "../sls/wire/request";

export interface Prepared {
  readonly method: string;
  readonly target: string;
  readonly headers: Record<string, string>;
  readonly body: Buffer | undefined;
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

/** Signed now; good for 15 minutes. `project` undefined: of the account. */
export function prepare(asked: Asked, project: string | undefined, credentials: Credentials): Prepared {
  const { method, path, query = {}, body } = asked;
  const host = `${project ? `${project}.` : ""}cn-hangzhou.log.aliyuncs.com`;
  const type: Record<string, string> = body ? { "content-type": "application/json" } : {};
  const unsigned = { method, path, query, headers: { ...type, ...asked.headers }, ...(body ? { body } : {}) };
  const headers = { ...signV1(unsigned, credentials, { date: new Date() }), host };
  const target = Object.keys(query).length > 0 ? `${path}?${encodeQuery(query)}` : path;
  return { method, target, headers, body };
}

export class Connections {
  private readonly agent: Agent;
  constructor(
    private readonly port: number,
    readonly count: number,
  ) {
    this.agent = new Agent({ keepAlive: true, maxSockets: count });
  }

  send({
    method,
    target,
    headers,
    body,
  }: Prepared): Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; text: string }> {
    return new Promise((resolve, reject) => {
      const length = { "content-length": String(body?.length ?? 0) };
      const sent = request(
        {
          host: "127.0.0.1",
          port: this.port,
          method,
          path: target,
          headers: { ...headers, ...length },
          agent: this.agent,
        },
        (reply) => {
          const parts: Buffer[] = [];
          reply.on("data", (part: Buffer) => parts.push(part));
          reply.on("error", reject);
          reply.on("end", () =>
            resolve({
              status: reply.statusCode ?? 0,
              headers: reply.headers,
              text: Buffer.concat(parts).toString("utf8"),
            }),
          );
        },
      );
      sent.on("error", reject);
      sent.end(body);
    });
  }

  /** As many at a time as there are connections. Throws on the first that is not answered 200. */
  async sendAll(all: readonly Prepared[]): Promise<void> {
    let next = 0;
    const one = async (): Promise<void> => {
      for (let prepared = all[next++]; prepared !== undefined; prepared = all[next++]) {
        const { status, text } = await this.send(prepared);
        if (status !== 200) throw new Error(`${prepared.method} ${prepared.target}: ${status} ${text}`);
      }
    };
    await Promise.all(Array.from({ length: this.count }, one));
  }

  close(): void {
    this.agent.destroy();
  }
}
