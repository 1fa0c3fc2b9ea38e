/** The local cloud as the machines see it: its metadata service and, as their forward proxy, all its endpoints. */
import { metadataAddress } from "../../emulator/metadata/listener";
import { startLocalCloud, type LocalCloud } from "../../emulator";
import { proxyFromEnv, SlsClient, slsEndpoint, staticCredentials, type FoundLog } from "../../sls";
import { documentedRights } from "../../test/support/agent-rights";
import { makeRole, trustText } from "../../test/support/access";
import { allLogs, bindSyslogConfig } from "../../test/support/local-cloud";
import { rpc } from "../../test/support/rpc";
import { relay, testAddress, type Relay } from "./network";
import { patienceMs, until } from "./run";

export const names = {
  region: "cn-hangzhou",
  project: "sample-app-log-project-dev",
  logstore: "sample-app-log-store-dev",
  userDefinedId: "logtail-id-dev",
} as const;

const role = "vm";
const relayPort = 3128;
/** For the machines. */
export const proxyUrl = `http://${testAddress}:${relayPort}`;

export class TestCloud {
  private constructor(
    readonly local: LocalCloud,
    private readonly client: SlsClient,
    /** The forward proxy of the machines. */
    readonly proxy: Relay,
    private readonly metadata: { instanceId: string },
  ) {}

  /** With the sample app's collection, and a role for the machine's instance with the documented rights and no other. */
  static async start(stateDir: string): Promise<TestCloud> {
    const metadata = { port: 80, host: metadataAddress, instanceId: "" };
    const local = await startLocalCloud({ stateDir, metadata });
    const { HTTP_PROXY } = local.env();
    const client = new SlsClient({
      endpoint: `http://${slsEndpoint(names.region)}`,
      credentials: staticCredentials(local.credentials),
      proxy: proxyFromEnv({ HTTP_PROXY }),
    });
    await client.createProject(names.project, { description: "" });
    await client.createLogStore(names.project, names.logstore, { ttl: 1, shardCount: 1 });
    const text = { type: "text", token: [" "], caseSensitive: true, doc_value: true };
    await client.createIndex(names.project, names.logstore, { keys: { "app-name": text, msg: text } });
    await bindSyslogConfig(client, names.project, names.logstore, { machineList: [names.userDefinedId] });
    await makeRole(local, role, trustText({ Service: ["ecs.aliyuncs.com"] }), documentedRights(names.project));
    // What the proxy image lets through goes straight to the endpoint.
    for (const port of [80, 443]) await relay(port, local.port);
    const cloud = new TestCloud(local, client, await relay(relayPort, local.port), metadata);
    await cloud.playInstance("i-boottest0000000001");
    return cloud;
  }

  /** From now on the metadata service tells of another instance, to which the role is attached as well. */
  async playInstance(instanceId: string): Promise<void> {
    const given = { RamRoleName: role, InstanceIds: JSON.stringify([instanceId]) };
    const { status, ...said } = await rpc(this.local, "ecs", "AttachInstanceRamRole", given);
    if (status !== 200) throw new Error(`AttachInstanceRamRole: ${status} ${JSON.stringify(said)}`);
    this.metadata.instanceId = instanceId;
  }

  /** Logs of a program, oldest first. */
  async logsOf(program: string): Promise<FoundLog[]> {
    const all = await allLogs(this.client, names.project, names.logstore);
    return all.filter((log) => log["app-name"] === program);
  }

  /** Waits until there are `count` logs of a program, and resolves to all of them. */
  arrived(program: string, count: number, timeoutMs?: number): Promise<FoundLog[]> {
    return this.arrivedWhere(`${count} logs of ${program}`, (log) => log["app-name"] === program, count, timeoutMs);
  }

  /** The same for logs that are told otherwise. */
  async arrivedWhere(
    what: string,
    is: (log: FoundLog) => boolean,
    count: number,
    timeoutMs = patienceMs,
  ): Promise<FoundLog[]> {
    let all: FoundLog[] = [];
    try {
      return await until(
        what,
        timeoutMs,
        async () => {
          all = await allLogs(this.client, names.project, names.logstore);
          const found = all.filter(is);
          return found.length >= count ? found : undefined;
        },
        Math.max(15, count / 10),
      );
    } catch (error) {
      const programs = [...new Set(all.map((log) => log["app-name"] ?? log["content"]))];
      throw new Error(
        `${(error as Error).message}; there are ${all.filter(is).length}, and logs of ${programs.join(", ").slice(0, 500)}`,
      );
    }
  }
}
