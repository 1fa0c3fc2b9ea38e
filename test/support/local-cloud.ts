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
  type FoundLog,
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

/** A syslog config of tag `sys_tag`, bound to a group of machines with such user-defined ids. */
export async function bindSyslogConfig(
  client: SlsClient,
  project: string,
  logstore: string,
  { machineList = ["logtail-id-dev"], groupTopic = "" }: { machineList?: string[]; groupTopic?: string } = {},
): Promise<void> {
  await client.createMachineGroup(project, {
    groupName: "my-group",
    groupType: "",
    machineIdentifyType: "userdefined",
    groupAttribute: { groupTopic },
    machineList,
  });
  await client.createLogtailConfig(project, {
    configName: "my-config",
    inputType: "syslog",
    inputDetail: { tag: "sys_tag" },
    outputType: "LogService",
    outputDetail: { logstoreName: logstore },
  });
  await client.applyConfigToMachineGroup(project, "my-config", "my-group");
}

/** Everything stored within an hour of now, page by page. */
export async function allLogs(
  client: SlsClient,
  project: string,
  logstore: string,
  now = new Date(),
): Promise<FoundLog[]> {
  const at = Math.floor(now.getTime() / 1000);
  const found: FoundLog[] = [];
  for (;;) {
    const page = { from: at - 3600, to: at + 3600, offset: found.length, line: 100 };
    const { logs } = await client.searchLogs(project, logstore, page);
    found.push(...logs);
    if (logs.length < 100) return found;
  }
}
