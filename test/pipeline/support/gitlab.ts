/** A GitLab for the jobs of a pipeline: Terraform states with locks, and generic packages, as its documentation tells. Loopback, port 0. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Gitlab {
  /** CI_API_V4_URL */
  readonly apiUrl: string;
  readonly jobToken: string;
  /** Name -> what Terraform wrote last. */
  readonly states: Map<string, string>;
  /** Name -> who holds it, as Terraform says it. */
  readonly locks: Map<string, string>;
  /** `NAME/VERSION/FILE` -> content. */
  readonly packages: Map<string, string>;
  /** Told of each lock that is refused because another holds it. */
  onRefused: (name: string) => void;
  close(): Promise<void>;
}

const projectId = "42";
const statePath = new RegExp(`^/api/v4/projects/${projectId}/terraform/state/([\\w.-]+)(/lock)?$`);
const packagePath = new RegExp(`^/api/v4/projects/${projectId}/packages/generic/([\\w.-]+/[\\w.+-]+/[\\w.-]+)$`);

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

const idOf = (lock: string | undefined): string | undefined =>
  lock === undefined ? undefined : (JSON.parse(lock) as { ID?: string }).ID;

export async function startGitlab(): Promise<Gitlab> {
  const states = new Map<string, string>();
  const locks = new Map<string, string>();
  const packages = new Map<string, string>();
  const jobToken = "glcbt-64_of-this-job";
  const authorization = `Basic ${Buffer.from(`gitlab-ci-token:${jobToken}`).toString("base64")}`;

  function lock(name: string, method: string, body: string): [number, string] {
    const held = locks.get(name);
    if (method === "POST") {
      if (held !== undefined) {
        gitlab.onRefused(name);
        return [409, held];
      }
      locks.set(name, body);
      return [200, ""];
    }
    if (method !== "DELETE") return [405, ""];
    if (held !== undefined && idOf(held) !== idOf(body)) return [409, held];
    locks.delete(name);
    return [200, ""];
  }

  function state(name: string, method: string, body: string, lockId: string | null): [number, string] {
    if (method === "GET") return states.has(name) ? [200, states.get(name) ?? ""] : [404, ""];
    const held = locks.get(name);
    if (held !== undefined && idOf(held) !== lockId) return [409, held];
    if (method === "POST") states.set(name, body);
    else if (method === "DELETE") states.delete(name);
    else return [405, ""];
    return [200, ""];
  }

  function generic(file: string, { method, headers }: IncomingMessage, body: string): [number, string] {
    if (headers["job-token"] !== jobToken) return [401, '{"message":"401 Unauthorized"}'];
    if (method === "PUT") {
      packages.set(file, body);
      return [201, '{"message":"201 Created"}'];
    }
    const found = packages.get(file);
    return found === undefined ? [404, '{"message":"404 Not Found"}'] : [200, found];
  }

  async function answer(request: IncomingMessage): Promise<[number, string]> {
    const body = await bodyOf(request);
    const url = new URL(request.url ?? "", "http://gitlab");
    const [, file] = packagePath.exec(url.pathname) ?? [];
    if (file !== undefined) return generic(file, request, body);
    const [, name, isLock] = statePath.exec(url.pathname) ?? [];
    if (name === undefined) return [404, '{"message":"404 Not Found"}'];
    if (request.headers.authorization !== authorization) return [401, '{"message":"401 Unauthorized"}'];
    const method = request.method ?? "";
    return isLock ? lock(name, method, body) : state(name, method, body, url.searchParams.get("ID"));
  }

  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    answer(request).then(
      ([status, text]) => response.writeHead(status).end(text),
      (error: Error) => response.writeHead(500).end(error.message),
    );
  });
  // One that is closed for idleness just as Terraform uses it again fails a step.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const gitlab: Gitlab = {
    apiUrl: `http://127.0.0.1:${port}/api/v4`,
    jobToken,
    states,
    locks,
    packages,
    onRefused: () => undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return gitlab;
}

/** Variables that GitLab gives to every job. */
export const predefined = (gitlab: Gitlab): Record<string, string> => ({
  CI_API_V4_URL: gitlab.apiUrl,
  CI_PROJECT_ID: projectId,
  CI_JOB_TOKEN: gitlab.jobToken,
});
