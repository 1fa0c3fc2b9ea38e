/** The policies of AgentRole and LogReaderPolicy, held against the local cloud: what is granted is enough, and nothing else goes. */
import type { TerraformStack } from "cdktf";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { discover } from "../../agent/config/discovery";
import {
  AgentRole,
  LogProject,
  LogReaderPolicy,
  LogStore,
  type ILogProject,
  type PolicyStatement,
} from "../../constructs";
import { SlsError, staticCredentials, type LogWriter, type SlsClient } from "../../sls";
import { makeUser, type Grant } from "../support/access";
import { clientOf, testCloud, withLogstore, writerOf, type TestCloud } from "../support/local-cloud";
import { synth } from "../support/synth";

let cloud: TestCloud;
const [project, logstore, group, configName] = ["test-project", "test-logstore", "vms", "rsyslog"];

function grantsOf(statementsOf: (project: ILogProject, stack: TerraformStack) => readonly PolicyStatement[]): Grant[] {
  let grants: Grant[] = [];
  synth((stack) => {
    const statements = statementsOf(LogProject.fromName(stack, "project", project), stack);
    grants = statements.map((one) => one.toJson() as unknown as Grant);
  });
  return grants;
}

/** The error's code, or `ok`. */
async function outcome(act: Promise<unknown>): Promise<string> {
  try {
    await act;
    return "ok";
  } catch (error) {
    if (error instanceof SlsError) return error.code;
    throw error;
  }
}

const config = {
  configName,
  inputType: "syslog" as const,
  inputDetail: { tag: "sys_tag", localStorage: true },
  outputType: "LogService" as const,
  outputDetail: { logstoreName: logstore },
};
const lines = { logs: [{ time: Math.floor(Date.now() / 1000), contents: [["msg", "hello"]] as const }] };
const lastHour = () => ({ from: Math.floor(Date.now() / 1000) - 3600, to: Math.floor(Date.now() / 1000) + 60 });

beforeAll(async () => {
  cloud = await testCloud();
  await withLogstore(cloud);
  const owner = clientOf(cloud);
  await owner.createMachineGroup(project, {
    groupName: group,
    groupType: "",
    machineIdentifyType: "userdefined",
    groupAttribute: {},
    machineList: ["logtail-id"],
  });
  await owner.createLogtailConfig(project, config);
  await owner.applyConfigToMachineGroup(project, configName, group);
  await owner.createLogStore(project, "other-logstore", { ttl: 1, shardCount: 1 });
  owner.close();
});
afterAll(() => cloud.close());

describe("With the agents' role", () => {
  let client: SlsClient;
  let writer: LogWriter;
  beforeAll(async () => {
    const grants = grantsOf((of, stack) => {
      const store = LogStore.fromName(stack, "store", of, logstore);
      return AgentRole.statements(of, [store]);
    });
    const credentials = staticCredentials(await makeUser(cloud, "agent", grants));
    client = clientOf(cloud, { credentials });
    writer = writerOf(cloud, { credentials });
  });
  afterAll(() => {
    client.close();
    writer.close();
  });

  test("an agent finds its config and sends logs", async () => {
    const identity = { userDefinedIds: ["logtail-id"], addresses: [], problems: [] };
    const found = await discover(client, project, identity, new AbortController().signal);
    expect(found.configs).toMatchObject([{ config: configName, logstore, tag: "sys_tag" }]);
    expect(await outcome(writer.putLogs(project, logstore, lines))).toBe("ok");
  });

  test("it can't read logs, write elsewhere, or change what is collected", async () => {
    expect(await outcome(client.searchLogs(project, logstore, lastHour()))).toBe("Unauthorized");
    expect(await outcome(writer.putLogs(project, "other-logstore", lines))).toBe("Unauthorized");
    expect(await outcome(client.updateLogtailConfig(project, config))).toBe("Unauthorized");
    expect(await outcome(client.removeConfigFromMachineGroup(project, configName, group))).toBe("Unauthorized");
    expect(await outcome(client.listLogtailConfigs(project))).toBe("Unauthorized");
  });
});

describe("With the readers' policy", () => {
  let client: SlsClient;
  let writer: LogWriter;
  beforeAll(async () => {
    const credentials = staticCredentials(await makeUser(cloud, "reader", grantsOf(LogReaderPolicy.statements)));
    client = clientOf(cloud, { credentials });
    writer = writerOf(cloud, { credentials });
  });
  afterAll(() => {
    client.close();
    writer.close();
  });

  test("a person searches, and sees how logs are collected", async () => {
    expect(await outcome(client.searchLogs(project, logstore, lastHour()))).toBe("ok");
    expect(await outcome(client.getLogtailConfig(project, configName))).toBe("ok");
    expect(await outcome(client.listMachineGroups(project))).toBe("ok");
  });

  test("but writes and changes nothing", async () => {
    expect(await outcome(writer.putLogs(project, logstore, lines))).toBe("Unauthorized");
    expect(await outcome(client.updateLogtailConfig(project, config))).toBe("Unauthorized");
    expect(await outcome(client.deleteLogtailConfig(project, configName))).toBe("Unauthorized");
  });
});
