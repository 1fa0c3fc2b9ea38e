/** Types for the part of `@alicloud/log` 1.2.6 (which ships none) that we build on. */
import type { CredentialsSource } from "./credentials";

export interface NodeLogConfig {
  readonly endpoint: string;
  readonly credentialsProvider: CredentialsSource;
  readonly use_https?: boolean;
}

type Options = object;
type Json = Record<string, unknown>;

export declare class NodeLog {
  constructor(config: NodeLogConfig);
  readonly endpoint: string;
  readonly use_https: boolean;
  /** Every call goes through here: the SDK's own seam, which SlsClient overrides. */
  _request(
    verb: string,
    projectName: string | undefined,
    path: string,
    queries: Readonly<Record<string, unknown>>,
    body: Buffer | null,
    headers?: Readonly<Record<string, string | number>>,
    options?: Options,
  ): Promise<unknown>;
  _getCredentials(): Promise<{ accessKeyId: string; accessKeySecret: string; securityToken?: string }>;
  getProject(projectName: string, options?: Options): Promise<Json>;
  createProject(projectName: string, data: { description?: string }, options?: Options): Promise<unknown>;
  deleteProject(projectName: string, options?: Options): Promise<unknown>;
  listLogStore(projectName: string, data?: Json, options?: Options): Promise<Json>;
  createLogStore(projectName: string, logstoreName: string, data?: Json, options?: Options): Promise<unknown>;
  getLogStore(projectName: string, logstoreName: string, options?: Options): Promise<Json>;
  deleteLogStore(projectName: string, logstoreName: string, options?: Options): Promise<unknown>;
  getIndexConfig(projectName: string, logstoreName: string, options?: Options): Promise<Json>;
  createIndex(projectName: string, logstoreName: string, index: object, options?: Options): Promise<unknown>;
  deleteIndex(projectName: string, logstoreName: string, options?: Options): Promise<unknown>;
}

// eslint-disable-next-line @typescript-eslint/no-require-imports -- the package has no types; these are its shape
export const NodeLogClient = require("@alicloud/log") as typeof NodeLog;
