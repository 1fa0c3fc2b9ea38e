/** Pipeline configs through plan and deploy, against the local cloud: the same promises as for the older form, and changes from one form to the other. */
import { expect, test } from "vitest";
import {
  applyPlan,
  History,
  makePlan,
  ownerTag,
  planText,
  readConfig,
  type DeployEvent,
  type Plan,
  type ReadOptions,
  type WantedConfig,
} from "../../deploy";
import { hashOf } from "../../deploy/canonical";
import { tagsOfMark } from "../../deploy/mark";
import type { LogtailConfigBody, PipelineConfigBody } from "../../sls";
import { DeployBench } from "./support/deploy-bench";

const owner = "shop-dev";
const bench = DeployBench.forFile("pipelines", ["g1"]);

const pipelineOf = (path: string): PipelineConfigBody => ({
  configName: "c1",
  inputs: [{ Type: "input_file", FilePaths: [path], MaxDirSearchDepth: 0 }],
  processors: [{ Type: "processor_parse_json_native", SourceKey: "content", KeepingSourceWhenParseFail: true }],
  flushers: [{ Type: "flusher_sls", Logstore: "logs", TelemetryType: "logs" }],
});
const wanted = (config: PipelineConfigBody | LogtailConfigBody): WantedConfig => ({
  project: bench.project,
  config,
  machineGroups: ["g1"],
});
const syslog: LogtailConfigBody = {
  configName: "c1",
  inputType: "syslog",
  inputDetail: { tag: "sys_tag", localStorage: true },
  outputType: "LogService",
  outputDetail: { logstoreName: "logs" },
};

const planned = (configs: readonly WantedConfig[], read: Partial<ReadOptions> = {}): Promise<Plan> =>
  makePlan(bench.client, configs, { owner, ...read });

async function deploy(configs: readonly WantedConfig[], read: Partial<ReadOptions> = {}) {
  bench.calls = [];
  const events: string[] = [];
  const onEvent = (event: DeployEvent): unknown => events.push(event.type);
  const outcomes = await applyPlan(bench.client, await planned(configs, read), { onEvent, writer: bench.writer });
  const failed = outcomes.find(({ error }) => error !== undefined);
  if (failed?.error) throw failed.error;
  const reads = bench.calls.filter((call) => call.startsWith("GET")).length;
  return { events, statuses: outcomes.map(({ status }) => status), writes: bench.calls.length - reads };
}

const pipelineInService = async (): Promise<PipelineConfigBody> =>
  (await readConfig(bench.client, bench.project, "c1", "pipeline")) as PipelineConfigBody;

test("A pipeline is made, marked and bound; the next run writes nothing", async () => {
  const first = await deploy([wanted(pipelineOf("/var/log/a.log"))]);
  expect(first.events).toEqual(["ConfigCreated", "ConfigMarked", "ConfigBound"]);
  expect(bench.calls).toContain("POST /pipelineconfigs");
  expect(await bench.client.getAppliedConfigs(bench.project, "g1")).toEqual(["c1"]);
  expect(await deploy([wanted(pipelineOf("/var/log/a.log"))])).toEqual({ events: [], statuses: ["same"], writes: 0 });
});

test("A change is shown plugin by plugin, and made in place", async () => {
  await deploy([wanted(pipelineOf("/var/log/a.log"))]);
  const plan = await planned([wanted(pipelineOf("/var/log/b.log"))]);
  expect(planText(plan)).toBe(
    [
      `  ~ update Logtail config c1 in ${bench.project}`,
      '    ~ inputs[0].FilePaths: ["/var/log/a.log"] -> ["/var/log/b.log"]',
      "1 change to make.",
    ].join("\n"),
  );
  await deploy([wanted(pipelineOf("/var/log/b.log"))]);
  expect((await pipelineInService()).inputs[0]?.["FilePaths"]).toEqual(["/var/log/b.log"]);
  expect((await planned([wanted(pipelineOf("/var/log/b.log"))])).changes).toBe(0);
});

test("What the service adds to the flusher is no change, and what others change is held", async () => {
  await deploy([wanted(pipelineOf("/var/log/a.log"))]);
  const put = (body: PipelineConfigBody): Promise<unknown> =>
    bench.client._request("PUT", bench.project, "/pipelineconfigs/c1", {}, Buffer.from(JSON.stringify(body)), {
      "x-log-bodyrawsize": Buffer.byteLength(JSON.stringify(body)),
    });
  const [flusher] = pipelineOf("/var/log/a.log").flushers;
  const filled = { ...flusher, Type: "flusher_sls", Region: "cn-hangzhou", Endpoint: "cn-hangzhou.log.aliyuncs.com" };
  await put({ ...pipelineOf("/var/log/a.log"), flushers: [filled] });
  const [same] = (await planned([wanted(pipelineOf("/var/log/a.log"))])).configs;
  expect([same?.action, same?.filled]).toEqual(["none", ["flushers[0].Region", "flushers[0].Endpoint"]]);

  await put(pipelineOf("/by/hand.log"));
  expect(await deploy([wanted(pipelineOf("/var/log/b.log"))])).toMatchObject({ statuses: ["held"], writes: 0 });
  expect((await pipelineInService()).inputs[0]?.["FilePaths"]).toEqual(["/by/hand.log"]);
  expect((await deploy([wanted(pipelineOf("/var/log/b.log"))], { force: true })).statuses).toEqual(["done"]);
});

test("A config changes its form, there and back, and is ours all the while", async () => {
  await deploy([wanted(syslog)]);
  expect(await deploy([wanted(pipelineOf("/var/log/a.log"))])).toMatchObject({ statuses: ["done"] });
  expect((await pipelineInService()).processors).toHaveLength(1);
  expect(await deploy([wanted(pipelineOf("/var/log/a.log"))])).toMatchObject({ statuses: ["same"], writes: 0 });
  expect(await deploy([wanted(syslog)])).toMatchObject({ statuses: ["done"] });
  expect((await bench.client.getLogtailConfig(bench.project, "c1")).inputDetail).toMatchObject({ tag: "sys_tag" });
  expect(await deploy([wanted(syslog)])).toMatchObject({ statuses: ["same"], writes: 0 });
});

test.each([
  ["of which the service has a newer form", { ...syslog, inputType: "file" as const }],
  ["of which it has none", syslog],
])("A run that was cut off before a change of the form, from a config %s, is completed", async (_title, before) => {
  const inputDetail = { logType: "json_log", logPath: "/var/log", filePattern: "*.log" };
  const former = before.inputType === "file" ? { ...before, inputDetail } : before;
  await deploy([wanted(former)]);
  const [plan] = (await planned([wanted(pipelineOf("/var/log/a.log"))])).configs;
  expect(plan).toMatchObject({ action: "update", held: false });
  if (plan?.mark === undefined) throw new Error("no mark");
  expect(plan.mark.applied[0]).toBe(hashOf(pipelineOf("/var/log/a.log")));
  await bench.client.tagResource(bench.project, "logtailconfig", "c1", tagsOfMark(plan.mark, plan.found.mark));
  expect(await deploy([wanted(pipelineOf("/var/log/a.log"))])).toMatchObject({ statuses: ["done"] });
  expect((await planned([wanted(pipelineOf("/var/log/a.log"))])).changes).toBe(0);
});

test("A pipeline that is declared no longer is removed by prune, and its versions are kept", async () => {
  const other = wanted({ ...syslog, configName: "other" });
  await deploy([other, wanted(pipelineOf("/var/log/a.log"))]);
  await deploy([other, wanted(pipelineOf("/var/log/b.log"))]);
  expect((await planned([other])).orphans).toEqual([{ project: bench.project, name: "c1" }]);
  expect((await deploy([other], { prune: true })).events).toEqual(["ConfigRemoved"]);
  expect((await bench.client.listTagged(bench.project, "logtailconfig", ownerTag)).has("c1")).toBe(false);

  const world = { now: () => new Date(), patience: { sleep: async () => undefined } };
  const versions = await new History(bench.client, bench.writer, bench.project, world).versionsOf("c1");
  const [, first] = versions.filter(({ kind }) => kind === "applied");
  expect(first?.config).toEqual(pipelineOf("/var/log/a.log"));
  if (first === undefined) throw new Error("no version");
  await deploy([other, wanted(first.config as PipelineConfigBody)]);
  expect((await pipelineInService()).inputs[0]?.["FilePaths"]).toEqual(["/var/log/a.log"]);
});
