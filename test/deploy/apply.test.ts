/** Plans and deploys against the local cloud: marks, bindings, removals, calls that fail. */
import { afterEach, describe, expect, test, vi } from "vitest";
import {
  applyPlan,
  History,
  makePlan,
  markOfTags,
  ownerTag,
  planOf,
  type ApplyOptions,
  type DeployEvent,
  type Outcome,
  type ReadOptions,
  type WantedConfig,
} from "../../deploy";
import type { LogtailConfigBody } from "../../sls";
import { clientOf } from "../support/local-cloud";
import { DeployBench } from "./support/deploy-bench";

const owner = "shop-dev";
const bench = DeployBench.forFile("deploy", ["g1", "g2"]);
afterEach(() => bench.cloud.faults.clear());

type WantedLogtail = WantedConfig & { readonly config: LogtailConfigBody };

const wantedOf = (name: string, tag = "sys_tag", machineGroups: readonly string[] = ["g1"]): WantedLogtail => ({
  project: bench.project,
  machineGroups,
  config: {
    configName: name,
    inputType: "syslog",
    inputDetail: { tag, localStorage: true },
    outputType: "LogService",
    outputDetail: { logstoreName: "logs" },
  },
});

async function deploy(
  wanted: readonly WantedConfig[],
  read: Partial<ReadOptions> = {},
  apply: Partial<ApplyOptions> = {},
): Promise<{ events: string[]; outcomes: Outcome[]; reads: number; writes: number }> {
  bench.calls = [];
  const events: string[] = [];
  const onEvent = (event: DeployEvent): unknown => events.push(`${event.type} ${event.config}`);
  const plan = await makePlan(bench.client, wanted, { owner, ...read });
  const outcomes = await applyPlan(bench.client, plan, { onEvent, writer: bench.writer, ...apply });
  const reads = bench.calls.filter((call) => call.startsWith("GET")).length;
  return { events, outcomes, reads, writes: bench.calls.length - reads };
}

const markOf = async (name: string): Promise<ReturnType<typeof markOfTags>> =>
  markOfTags((await bench.client.listTagged(bench.project, "logtailconfig", ownerTag)).get(name));

describe("a deploy", () => {
  test("creates, marks and binds; the second sends no write and at most one read per object", async () => {
    const wanted = [wantedOf("c1"), wantedOf("c2"), wantedOf("c3", "t3", ["g1", "g2"])];
    const first = await deploy(wanted);
    expect(first.events).toHaveLength(3 + 3 + 4);
    expect(await bench.client.getAppliedConfigs(bench.project, "g1")).toHaveLength(3);
    expect(await markOf("c1")).toMatchObject({ owner });
    const second = await deploy(wanted);
    // Three configs and two groups, and the project's three lists.
    expect([second.writes, second.reads]).toEqual([0, 3 + 2 + 3]);
    expect(second.outcomes.map(({ status }) => status)).toEqual(["same", "same", "same"]);
  });

  test("updates in place, unbinds what it bound, and leaves a group that others bound", async () => {
    await bench.makeGroup("theirs");
    await deploy([wantedOf("c1", "a", ["g1", "g2"])]);
    await bench.client.applyConfigToMachineGroup(bench.project, "c1", "theirs");
    const { events } = await deploy([wantedOf("c1", "b", ["g1"])]);
    expect(events).toEqual(["ConfigMarked c1", "ConfigUpdated c1", "ConfigUnbound c1", "ConfigMarked c1"]);
    expect((await bench.client.getAppliedMachineGroups(bench.project, "c1")).sort()).toEqual(["g1", "theirs"]);
    expect((await deploy([wantedOf("c1", "b", ["g1"])])).writes).toBe(0);
  });

  test("leaves what others changed since, says so, and overwrites it with force; both versions are kept", async () => {
    await deploy([wantedOf("c1", "mine"), wantedOf("c2")]);
    await bench.client.updateLogtailConfig(bench.project, wantedOf("c1", "by_hand").config);
    const held = await deploy([wantedOf("c1", "newer"), wantedOf("c2", "also_newer")]);
    expect(held.outcomes.map(({ status }) => status)).toEqual(["held", "done"]);
    expect((await bench.client.getLogtailConfig(bench.project, "c1")).inputDetail["tag"]).toBe("by_hand");
    await deploy([wantedOf("c1", "newer"), wantedOf("c2", "also_newer")], { force: true });
    expect((await bench.client.getLogtailConfig(bench.project, "c1")).inputDetail["tag"]).toBe("newer");
    const world = { now: () => new Date(), patience: { sleep: async () => undefined } };
    const versions = await new History(bench.client, bench.writer, bench.project, world).versionsOf("c1");
    expect(versions.map(({ kind, config }) => [kind, (config as LogtailConfigBody).inputDetail["tag"]])).toEqual([
      ["applied", "newer"],
      ["found", "by_hand"],
      ["applied", "mine"],
    ]);
  });

  test("does not touch what another stack declares", async () => {
    await deploy([wantedOf("c1", "theirs")], { owner: "other-dev" });
    const { outcomes, writes } = await deploy([wantedOf("c1", "mine")]);
    expect([outcomes[0]?.status, writes]).toEqual(["held", 0]);
  });

  test("prunes only what carries its own mark", async () => {
    await deploy([wantedOf("gone"), wantedOf("stays")]);
    await deploy([wantedOf("theirs")], { owner: "other-dev" });
    await bench.client.createLogtailConfig(bench.project, wantedOf("by-hand").config);
    const plan = await makePlan(bench.client, [wantedOf("stays")], { owner });
    expect([plan.changes, plan.orphans]).toEqual([0, [{ project: bench.project, name: "gone" }]]);
    const { events } = await deploy([wantedOf("stays")], { prune: true });
    expect(events).toEqual(["ConfigRemoved gone"]);
    expect((await bench.client.allLogtailConfigs(bench.project)).sort()).toEqual(["by-hand", "stays", "theirs"]);
    // A config that others make under the name later is not ours.
    await bench.client.createLogtailConfig(bench.project, wantedOf("gone").config);
    expect((await makePlan(bench.client, [wantedOf("stays")], { owner, prune: true })).changes).toBe(0);
  });

  test("only the named ones are read and changed", async () => {
    const { events, outcomes } = await deploy([wantedOf("c1"), wantedOf("c2")], { only: ["c2"] });
    expect(outcomes.map(({ plan }) => plan.name)).toEqual(["c2"]);
    expect(events).toEqual(["ConfigCreated c2", "ConfigMarked c2", "ConfigBound c2"]);
  });

  test("a missing group is told with its remedy, a missing project too", async () => {
    await expect(makePlan(bench.client, [wantedOf("c1", "t", ["nope"])], { owner })).rejects.toThrow(
      /Logtail config c1: .*MachineGroupNotExist.*; run `cdktf deploy` first/,
    );
    const elsewhere = { ...wantedOf("c1"), project: "no-such-project" };
    await expect(makePlan(bench.client, [elsewhere], { owner })).rejects.toThrow(
      /ProjectNotExist.*run `cdktf deploy` first/,
    );
  });
});

describe("the history", () => {
  const world = { now: () => new Date(), patience: { sleep: async (): Promise<void> => undefined } };

  test("is found again after a run that was cut off between its logstore and its index", async () => {
    await bench.client.createLogStore(bench.project, "cdktf-sls-history", { ttl: 3650, shardCount: 1 });
    await deploy([wantedOf("c1", "a")]);
    expect(await new History(bench.client, bench.writer, bench.project, world).versionsOf("c1")).toHaveLength(1);
  });

  test("is not shown in part", async () => {
    await deploy([wantedOf("c1", "a")]);
    const part = vi.spyOn(bench.client, "searchLogs").mockResolvedValue({ complete: false, logs: [] });
    await expect(new History(bench.client, bench.writer, bench.project, world).versionsOf("c1")).rejects.toThrow(
      /has not yet looked through all versions in .*; ask again in a moment/,
    );
    part.mockRestore();
  });

  test("that cannot be kept stops everything before it begins, and is told of the project that it is of", async () => {
    const elsewhere = bench.project;
    bench.project = `${bench.project}-b`;
    await bench.client.createProject(bench.project, {});
    await bench.client.createLogStore(bench.project, "logs", { ttl: 30, shardCount: 1 });
    await bench.makeGroup("g1");
    const second = wantedOf("c2");
    bench.cloud.faults.add({
      operation: "PostLogStoreLogs",
      project: bench.project,
      error: { status: 401, code: "Unauthorized", message: "no permission" },
    });
    const { outcomes } = await deploy([{ ...wantedOf("c1"), project: elsewhere }, second]);
    expect(outcomes.map(({ status }) => status)).toEqual(["notReached", "failed"]);
    expect(outcomes[1]?.error?.message).toContain(
      `nothing was changed, for the history of ${bench.project} could not be kept`,
    );
  });
});

describe("calls that fail", () => {
  const patience = { sleep: async (): Promise<void> => undefined, tries: 5 };
  const tagOf = async (name: string): Promise<unknown> =>
    (await bench.client.getLogtailConfig(bench.project, name)).inputDetail["tag"];

  test("a create of which the acknowledgement is lost is done once, and goes on", async () => {
    bench.cloud.faults.add({ operation: "CreateConfig", cut: "before-reply", times: 1 });
    const { outcomes } = await deploy([wantedOf("c1")], {}, { patience });
    expect(outcomes[0]).toMatchObject({ status: "done" });
    expect(await bench.client.getAppliedMachineGroups(bench.project, "c1")).toEqual(["g1"]);
  });

  test("what somebody makes, changes or removes after the plan was made is left, and said", async () => {
    await deploy([wantedOf("c2", "old"), wantedOf("c3", "old"), wantedOf("gone")]);
    const wanted = ["c1", "c2", "c3"].map((name) => wantedOf(name, "mine"));
    const plan = await makePlan(bench.client, wanted, { owner, prune: true });
    await bench.client.createLogtailConfig(bench.project, wantedOf("c1", "theirs").config);
    await bench.client.updateLogtailConfig(bench.project, wantedOf("c2", "theirs").config);
    await bench.client.deleteLogtailConfig(bench.project, "c3");
    await bench.client.updateLogtailConfig(bench.project, wantedOf("gone", "theirs").config);
    for (const one of plan.configs) {
      const [outcome] = await applyPlan(bench.client, planOf([one]), { onEvent: () => undefined, patience });
      expect(outcome?.error?.message).toContain(
        `Logtail config ${one.name}: somebody made, changed or removed it since the plan was made`,
      );
    }
    expect([await tagOf("c1"), await tagOf("c2"), await tagOf("gone")]).toEqual(["theirs", "theirs", "theirs"]);
    expect(await bench.client.allLogtailConfigs(bench.project)).not.toContain("c3");
  });

  test("two runs of one pipeline at the same time both end well", async () => {
    const names = ["c1", "c2", "c3", "c4"];
    await deploy(names.map((name) => wantedOf(name, "old")));
    const wanted = names.map((name) => wantedOf(name, "new"));
    const plans = await Promise.all([0, 1].map(() => makePlan(bench.client, wanted, { owner })));
    for (const plan of plans) {
      const outcomes = await applyPlan(bench.client, plan, {
        onEvent: () => undefined,
        writer: bench.writer,
        patience,
      });
      expect(outcomes.map(({ status }) => status)).toEqual(names.map(() => "done"));
    }
    expect((await deploy(wanted)).writes).toBe(0);
  });

  test("a new logstore that is invisible for a moment is waited for", async () => {
    const error = { status: 404, code: "LogStoreNotExist", message: "logstore logs does not exist" };
    bench.cloud.faults.add({ operation: "CreateConfig", error, times: 2 });
    const { outcomes } = await deploy([wantedOf("c1")], {}, { patience });
    expect(outcomes[0]).toMatchObject({ status: "done" });
  });

  test("a new config that is invisible for a moment is waited for", async () => {
    const error = { status: 404, code: "ConfigNotExist", message: "Config c1 not exist" };
    bench.cloud.faults.add({ operation: "ApplyConfigToGroup", error, times: 3 });
    bench.cloud.faults.add({ operation: "ApplyConfigToMachineGroup", error, times: 3 });
    bench.cloud.faults.add({ operation: "TagResources", error, times: 2 });
    const { outcomes } = await deploy([wantedOf("c1")], {}, { patience });
    expect(outcomes[0]).toMatchObject({ status: "done" });
    expect(await bench.client.getAppliedMachineGroups(bench.project, "c1")).toEqual(["g1"]);
  });

  test("a refusal is final at once: others under way end, none is begun, and the next run completes it", async () => {
    const error = { status: 401, code: "Unauthorized", message: "no permission" };
    bench.cloud.faults.add({ operation: "CreateConfig", error, after: 1 });
    const wanted = ["c1", "c2", "c3", "c4"].map((name) => wantedOf(name));
    const { outcomes } = await deploy(wanted, {}, { patience, concurrency: 1 });
    expect(outcomes.map(({ status }) => status)).toEqual(["done", "failed", "notReached", "notReached"]);
    expect(outcomes[1]?.error?.message).toMatch(/Unauthorized/);
    expect(bench.calls.filter((call) => call === "POST /configs")).toHaveLength(2);
    bench.cloud.faults.clear();
    const { outcomes: next } = await deploy(wanted);
    expect(next.map(({ status }) => status)).toEqual(["same", "done", "done", "done"]);
  });

  test("a project that is full is final, and not asked again", async () => {
    const error = { status: 400, code: "ProjectQuotaExceed", message: "config count exceeds 200" };
    bench.cloud.faults.add({ operation: "CreateConfig", error });
    const { outcomes } = await deploy([wantedOf("c1")], {}, { patience });
    expect(outcomes[0]?.error?.message).toMatch(/ProjectQuotaExceed/);
    expect(bench.cloud.faults.list()[0]).toMatchObject({ hits: 1 });
  });

  test("an update is repeated on 500, and a mark that could not be written stops it before it", async () => {
    await deploy([wantedOf("c1", "a")]);
    bench.cloud.faults.add({
      operation: "UpdateConfig",
      error: { status: 500, code: "InternalServerError", message: "x" },
      times: 2,
    });
    const quick = clientOf(bench.cloud, { sleep: patience.sleep });
    const plan = await makePlan(quick, [wantedOf("c1", "b")], { owner });
    expect((await applyPlan(quick, plan, { onEvent: () => undefined }))[0]).toMatchObject({ status: "done" });
    quick.close();
    expect(await tagOf("c1")).toBe("b");
    bench.cloud.faults.add({ operation: "TagResources", error: { status: 401, code: "Unauthorized", message: "no" } });
    const { outcomes } = await deploy([wantedOf("c1", "c")], {}, { patience });
    expect(outcomes[0]?.status).toBe("failed");
    expect(await tagOf("c1")).toBe("b");
  });
});
