/** What `cdktf-sls verify` finds, held against the local cloud. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { reportMachine } from "../../../emulator/admin-client";
import { selectEnvironment, verifyStack, type Check, type VerifyWorld } from "../../../deploy";
import type { LogWriter, SlsClient } from "../../../sls";
import type { DeployManifestEntry } from "../../../sls/model/deploy-manifest";
import {
  bindSyslogConfig,
  clientOf,
  testCloud,
  withLogstore,
  writerOf,
  type TestCloud,
} from "../../support/local-cloud";
import { messageOf } from "../../support/synth";

let cloud: TestCloud;
let client: SlsClient;
let writer: LogWriter;
beforeAll(async () => {
  cloud = await testCloud();
  const { project, logstore } = await withLogstore(cloud);
  client = clientOf(cloud);
  writer = writerOf(cloud);
  await bindSyslogConfig(client, project, logstore);
});
afterAll(async () => {
  client.close();
  writer.close();
  await cloud.close();
});

const entry = (
  more: { project?: string; tag?: string; name?: string; logstore?: string } = {},
): DeployManifestEntry => ({
  project: more.project ?? "test-project",
  config: {
    configName: more.name ?? "my-config",
    inputType: "syslog",
    inputDetail: { tag: more.tag ?? "sys_tag" },
    outputType: "LogService",
    outputDetail: { logstoreName: more.logstore ?? "test-logstore" },
  } as DeployManifestEntry["config"],
  machineGroups: ["my-group"],
});

/** Time passes only while it waits. */
function world(): VerifyWorld {
  let ms = Date.now();
  let id = 0x1000;
  return {
    now: () => new Date(ms),
    sleep: (pause) => {
      ms += pause;
      return Promise.resolve();
    },
    newId: () => `abcdef00${(id++).toString(16).padStart(8, "0")}`,
  };
}

const options = { owner: "stack", machines: 1, freshSeconds: 900, waitMs: 3000, canary: true };
const verify = (wanted: DeployManifestEntry, more: Partial<typeof options> = {}): Promise<Check[]> =>
  verifyStack(client, writer, [wanted], { ...options, ...more, onCheck: () => undefined }, world());

const results = (checks: readonly Check[]): string[] =>
  checks.map(({ check, passed }) => `${check} ${passed ? "pass" : "fail"}`);

test("without a machine its check fails, and says where to look", async () => {
  const checks = await verify(entry());
  expect(results(checks)).toEqual(["project pass", "config pass", "binding pass", "machines fail", "canary pass"]);
  const machines = checks.find(({ check }) => check === "machines");
  expect(machines?.found).toBe("0 with a heartbeat, 0 by their logs, within 15 min; 1 wanted");
  expect(machines?.remedy).toContain("/etc/ilogtail/user_defined_id");
});

test("a machine counts by its logs; the canary's own do not", async () => {
  await writer.putLogs("test-project", "test-logstore", {
    source: "10.0.0.7",
    logs: [{ time: Math.floor(Date.now() / 1000), contents: [["msg", "hello"]] }],
  });
  const two = await verify(entry(), { machines: 2, canary: false });
  expect(two.find(({ check }) => check === "machines")?.found).toContain("1 by their logs");
  const one = await verify(entry(), { canary: false });
  expect(results(one)).toEqual(["project pass", "config pass", "binding pass", "machines pass"]);
});

test("a machine counts by its heartbeat", async () => {
  await reportMachine(cloud, { ip: "10.0.0.8", uniqueId: "u", userDefinedIds: ["logtail-id-dev"] });
  const checks = await verify(entry(), { canary: false });
  expect(checks.find(({ check }) => check === "machines")?.found).toContain("1 with a heartbeat");
});

test("a config that differs, or is missing, or not bound, is told by name", async () => {
  const differs = await verify(entry({ tag: "other" }), { machines: 0, canary: false });
  expect(results(differs)).toEqual(["project pass", "config fail", "binding pass"]);
  expect(differs[1]?.found).toBe("differs: inputDetail.tag");
  const missing = await verify(entry({ name: "none" }), { machines: 0, canary: false });
  expect(results(missing)).toEqual(["project pass", "config fail", "binding fail"]);
  expect(missing[1]).toMatchObject({
    found: "not in the service",
    remedy: expect.stringContaining("cdktf-sls deploy"),
  });
});

test("a config that is for no machine group is no success where machines are wanted", async () => {
  const ofNone = { ...entry(), machineGroups: [] };
  const checks = await verify(ofNone, { canary: false });
  expect(results(checks)).toEqual(["project pass", "config pass", "machines fail"]);
  expect(checks.at(-1)?.remedy).toContain("machineGroups");
  expect(results(await verify(ofNone, { canary: false, machines: 0 }))).toEqual(["project pass", "config pass"]);
});

test("nothing more is asked where the project is not there", async () => {
  const checks = await verify(entry({ project: "no-such-project" }));
  expect(results(checks)).toEqual(["project fail"]);
  expect(checks[0]?.remedy).toContain("cdktf deploy");
});

test("a line that search does not find is a failed canary, with the index as the suspect", async () => {
  await client.createLogStore("test-project", "no-index", { ttl: 1, shardCount: 1 });
  const checks = await verify(entry({ logstore: "no-index" }));
  expect(checks.at(-1)).toMatchObject({
    check: "canary",
    passed: false,
    found: "the logstore has no index, so nothing in it can be found",
    remedy: expect.stringContaining("LogIndex") as string,
  });
});

test("--env takes the stacks that say so, or else those whose names end so; pre-prod is not prod", () => {
  const manifest = { version: 1 as const, logtailConfigs: [] };
  const stacks = ["web-dev", "web-pre-prod", "web-prod"].map((stack) => ({ stack, manifest }));
  const names = (environment: string): string[] => selectEnvironment(stacks, environment).map(({ stack }) => stack);
  const said = [{ stack: "logs", manifest: { ...manifest, environment: "prod" } }];
  expect(selectEnvironment(said, "prod")).toEqual(said);
  expect(messageOf(() => selectEnvironment(said, "dev"))).toContain("no stack of it");
  expect([names("dev"), names("pre-prod"), names("prod")]).toEqual([["web-dev"], ["web-pre-prod"], ["web-prod"]]);
  expect(messageOf(() => names("staging"))).toContain(
    "--env staging: no stack of it; there are: web-dev, web-pre-prod, web-prod",
  );
});
