import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startLocalCloud, type LocalCloud, type LocalCloudOptions } from "../../emulator";
import {
  LogWriter,
  noProxy,
  parseProxyAddress,
  SlsClient,
  staticCredentials,
  type LogWriterOptions,
  type SlsClientOptions,
} from "../../sls";

export interface TestCloud extends LocalCloud {
  /** Its state folder; gone after close(). */
  readonly folder: string;
}

/** A local cloud of a test's own, on a free port. */
export async function testCloud(options: Partial<LocalCloudOptions> = {}): Promise<TestCloud> {
  const folder = mkdtempSync(join(tmpdir(), "cdktf-sls-cloud-"));
  const cloud = await startLocalCloud({ stateDir: folder, ...options });
  return {
    ...cloud,
    folder,
    close: async () => {
      await cloud.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Our client, through the cloud as a plain HTTP proxy. */
export function clientOf(cloud: LocalCloud, options: Partial<SlsClientOptions> = {}): SlsClient {
  return new SlsClient({
    endpoint: `http://${cloud.region}.log.aliyuncs.com`,
    credentials: staticCredentials(cloud.credentials),
    proxy: { ...noProxy, http: parseProxyAddress("HTTP_PROXY", cloud.url) },
    ...options,
  });
}

/** Our PutLogs, through the cloud as a plain HTTP proxy. */
export function writerOf(cloud: LocalCloud, options: Partial<LogWriterOptions> = {}): LogWriter {
  return new LogWriter({
    endpoint: `http://${cloud.region}.log.aliyuncs.com`,
    credentials: staticCredentials(cloud.credentials),
    proxy: { ...noProxy, http: parseProxyAddress("HTTP_PROXY", cloud.url) },
    ...options,
  });
}

/** Project `test-project` with logstore `test-logstore`, indexed. */
export async function withLogstore(cloud: LocalCloud): Promise<{ project: string; logstore: string }> {
  const client = clientOf(cloud);
  const [project, logstore] = ["test-project", "test-logstore"];
  await client.createProject(project, { description: "a test" });
  await client.createLogStore(project, logstore, { ttl: 30, shardCount: 2 });
  const token = [..." ,'\";=()[]{}?@&<>/:\n\t\r"];
  const text = { type: "text", token, caseSensitive: false, doc_value: true };
  await client.createIndex(project, logstore, {
    line: { token, caseSensitive: false },
    keys: {
      "app-name": text,
      msg: text,
      status: { type: "long" },
      took: { type: "double" },
      Case: { ...text, caseSensitive: true },
    },
  });
  client.close();
  return { project, logstore };
}
