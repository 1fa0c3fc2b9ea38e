import { describe, expect, test } from "vitest";
import {
  groupHash,
  isProduction,
  isProductionStack,
  planConfig as planOfConfig,
  planJson,
  planOf,
  planRemoval,
  planText,
} from "../../deploy";
import type { ConfigPlan, FoundConfig, Mark, WantedConfig } from "../../deploy";
import { hashOf } from "../../deploy/canonical";
import type { LogtailConfigBody } from "../../sls";

const wanted: WantedConfig & { readonly config: LogtailConfigBody } = {
  project: "p-dev",
  machineGroups: ["g-dev"],
  config: {
    configName: "c-dev",
    inputType: "syslog",
    inputDetail: { tag: "sys_tag", localStorage: true },
    outputType: "LogService",
    outputDetail: { logstoreName: "ls-dev" },
  },
};
const owner = "sample-app-dev";
const planConfig = (one: WantedConfig, found: FoundConfig, force = false): ConfigPlan =>
  planOfConfig(one, found, { owner, force });
const ours: Mark = { owner, applied: [hashOf(wanted.config)], groups: [groupHash("g-dev")] };
const changed = { ...wanted.config, inputDetail: { tag: "other", localStorage: true }, lastModifyTime: 1700000000 };
const same: FoundConfig = {
  config: { ...wanted.config, createTime: 1, lastModifyTime: 2 },
  machineGroups: ["g-dev"],
};

describe("a plan", () => {
  test("creates and binds what is not there", () => {
    const plan = planConfig(wanted, { config: undefined, machineGroups: [] });
    expect([plan.action, plan.bind]).toEqual(["create", ["g-dev"]]);
    expect(planOf([plan]).changes).toBe(2);
  });

  test("is empty when the service holds what the code says", () => {
    expect(planOf([planConfig(wanted, same)]).changes).toBe(0);
  });

  test("does not count the service's defaults, but names them", () => {
    const found = structuredClone(same) as { config: typeof wanted.config; machineGroups: string[] };
    found.config = {
      ...found.config,
      logSample: "",
      inputDetail: { ...found.config.inputDetail, mergeType: "topic", maxSendRate: -1, filterKey: [] },
      outputDetail: { logstoreName: "ls-dev", endpoint: "cn-hangzhou-intranet.log.aliyuncs.com" },
    };
    const plan = planConfig(wanted, found);
    expect(plan.action).toBe("none");
    expect(plan.filled).toEqual([
      "inputDetail.mergeType",
      "inputDetail.maxSendRate",
      "inputDetail.filterKey",
      "outputDetail.endpoint",
      "logSample",
    ]);
  });

  test("sees a field changed by hand and one added by hand", () => {
    const config = { ...wanted.config, inputDetail: { tag: "other", localStorage: true, filterKey: ["level"] } };
    expect(planConfig(wanted, { ...same, config }).fields).toEqual([
      { field: "inputDetail.tag", before: "other", after: "sys_tag" },
      { field: "inputDetail.filterKey", before: ["level"], after: undefined },
    ]);
  });

  test("binds again what was unbound by hand, and leaves other people's groups alone", () => {
    const plan = planConfig(wanted, { ...same, machineGroups: ["theirs"] });
    expect([plan.action, plan.bind, plan.otherGroups]).toEqual(["none", ["g-dev"], ["theirs"]]);
    expect(planOf([plan]).changes).toBe(1);
  });

  test("unbinds what an earlier deploy bound, and nothing else", () => {
    const mark = { ...ours, groups: [groupHash("g-dev"), groupHash("g-old")] };
    const plan = planConfig(wanted, { ...same, machineGroups: ["g-dev", "g-old", "theirs"], mark });
    expect([plan.unbind, plan.otherGroups, plan.mark?.groups]).toEqual([["g-old"], ["theirs"], [groupHash("g-dev")]]);
    expect(planOf([plan]).changes).toBe(1);
  });

  test("holds what somebody changed since the last deploy, unless forced", () => {
    const found = { ...same, config: changed, mark: ours };
    expect(planConfig(wanted, found)).toMatchObject({
      action: "update",
      held: true,
      foreign: { kind: "changed", at: 1700000000 },
    });
    expect(planConfig(wanted, found, true)).toMatchObject({ action: "update", held: false });
  });

  test("is ours when the code changed and nobody else did, also when a run was cut off before its update", () => {
    const newer = { ...wanted, config: { ...wanted.config, inputDetail: { tag: "new_tag", localStorage: true } } };
    expect(planConfig(newer, { ...same, mark: ours })).toMatchObject({ action: "update", held: false });
    const cutOff = { ...ours, applied: [hashOf(newer.config), `${hashOf(wanted.config)}-2`] };
    expect(planConfig(newer, { ...same, mark: cutOff })).toMatchObject({ action: "update", held: false });
    expect(planConfig(wanted, { ...same, mark: cutOff })).toMatchObject({ action: "none", held: false });
  });

  test("holds what another stack declares", () => {
    const plan = planConfig(wanted, { ...same, config: changed, mark: { ...ours, owner: "other-dev" } });
    expect(plan).toMatchObject({ held: true, markStale: false, foreign: { kind: "otherOwner", owner: "other-dev" } });
  });

  test("takes over what nobody marked; a mark alone is no change", () => {
    expect(planConfig(wanted, { ...same, config: changed })).toMatchObject({ held: false, markStale: true });
    expect(planOf([planConfig(wanted, same)]).changes).toBe(0);
    expect(planConfig(wanted, { ...same, mark: ours }).markStale).toBe(false);
  });

  test("holds a version that somebody put back by hand, though a deploy had sent it once", () => {
    const newer = { ...wanted, config: { ...wanted.config, inputDetail: { tag: "newer", localStorage: true } } };
    const afterUpdate = planConfig(newer, { ...same, mark: ours }).mark;
    const putBack = { ...same, config: { ...wanted.config, lastModifyTime: 99 }, mark: afterUpdate };
    expect(planConfig(newer, putBack)).toMatchObject({ held: true, foreign: { kind: "changed", at: 99 } });
    const notYetUpdated = { ...same, mark: afterUpdate };
    expect(planConfig(newer, notYetUpdated)).toMatchObject({ held: false, foreign: undefined });
  });

  test("holds what --force overwrote once, when it comes back", () => {
    const found = { ...same, config: changed, mark: ours };
    const forced = planConfig(wanted, found, true).mark;
    const again = { ...found, config: { ...changed, lastModifyTime: 1700000100 }, mark: forced };
    expect(planConfig(wanted, again).held).toBe(true);
  });

  test("is no change by others when the service leaves out what is empty", () => {
    const config = { ...wanted.config, inputDetail: { ...wanted.config.inputDetail, ownWords: [] } };
    const mark = planConfig({ ...wanted, config }, { config: undefined, machineGroups: [] }).mark;
    const newer = { ...config, inputDetail: { ...config.inputDetail, tag: "newer" } };
    expect(planConfig({ ...wanted, config: newer }, { ...same, mark })).toMatchObject({
      held: false,
      action: "update",
    });
  });

  test("leaves another stack's config that differs in nothing, as `deploy` does, without a change or a mark", () => {
    const mark = { ...ours, owner: "other-dev" };
    const plan = planConfig(wanted, { ...same, mark });
    expect(plan).toMatchObject({ held: false, markStale: false, action: "none" });
    expect(planText(planOf([plan]))).toContain("it belongs to stack other-dev: nothing differs, and nothing is sent");
    expect(planConfig(wanted, { ...same, mark }, true).markStale).toBe(true);
  });

  test("keeps the removal of what others bound to their groups for --force", () => {
    const found = { ...same, machineGroups: ["g-dev", "theirs"], mark: ours };
    const plan = planRemoval("p-dev", "c-dev", found, { owner });
    expect(plan).toMatchObject({ held: true, foreign: { kind: "boundByOthers", groups: ["theirs"] } });
    expect(planText(planOf([plan]))).toContain(
      "somebody else bound it to machine group theirs: left as it is; --force removes it",
    );
  });

  test("does not take over groups of others where only a version is put back", () => {
    const both = { ...wanted, machineGroups: ["g-dev", "theirs", "new"] };
    const found = { ...same, machineGroups: ["g-dev", "theirs"], mark: ours };
    expect(planOfConfig(both, found, { owner, adoptGroups: false }).mark?.groups).toEqual(
      ["g-dev", "new"].map(groupHash).sort(),
    );
  });

  test("shows no secret and no control character, in text and in JSON", () => {
    const inputs = [
      { type: "service_mysql", detail: { Address: "db:3306", Password: "pa55word", Dsn: "app:pa55word@tcp(db)" } },
      { type: "service_http", detail: { Url: "https://me:pa55word@host/", Headers: { Authorization: "pa55word" } } },
    ];
    const inputDetail = { plugin: { inputs, global: { ApiKey: "pa55word" } }, note: "\u009b31m\u202e" };
    const config = { ...wanted.config, inputType: "plugin", inputDetail } as const;
    const plan = planOf([planConfig({ ...wanted, config }, same)]);
    const texts = [planText(plan), JSON.stringify(planJson(plan))];
    for (const text of texts) expect(text).not.toContain("pa55word");
    expect(texts[0]).toContain('"Address":"db:3306","Password":"(hidden)"');
    expect(texts[0]).toContain('"https://me:(hidden)@host/"');
    expect(texts[0]).toContain('note: "\\u009b31m\\u202e"');
  });

  test("keeps the removal of what others changed for --force", () => {
    const options = { owner };
    expect(planRemoval("p-dev", "c-dev", { ...same, mark: ours }, options).held).toBe(false);
    expect(planRemoval("p-dev", "c-dev", { ...same, config: changed, mark: ours }, options).held).toBe(true);
  });

  test("compares nested fields one by one", () => {
    const plugin = (Address: string): WantedConfig => ({
      ...wanted,
      config: { ...wanted.config, inputType: "plugin", inputDetail: { plugin: { global: { Address }, inputs: [1] } } },
    });
    const plan = planConfig(plugin("b"), { config: plugin("a").config, machineGroups: [] });
    expect(plan.fields).toEqual([{ field: "inputDetail.plugin.global.Address", before: "a", after: "b" }]);
  });

  test.each([
    ["sample-app-prod", true],
    ["PROD", true],
    ["shop.production", true],
    ["sample-app-pre-prod", false],
    ["sample-app-nonprod", false],
    ["prod-tools-dev", false],
  ])("%s is production: %s", (name, is) => {
    expect(isProduction(name)).toBe(is);
  });

  test.each([
    ["billing-prod", "dev", false],
    ["billing", "prod", true],
    ["billing-prod", undefined, true],
    ["billing-prod", "pre-prod", false],
  ])("what a stack %s says of itself, %s, goes before its name: %s", (name, environment, is) => {
    expect(isProductionStack(name, environment)).toBe(is);
  });

  test("reads well", () => {
    const config = { ...wanted.config, inputDetail: { tag: "other", localStorage: true } };
    expect(planText(planOf([planConfig(wanted, { config, machineGroups: [] })]))).toBe(
      [
        "  ~ update Logtail config c-dev in p-dev",
        "    ! made by somebody else; deploy takes it over, and keeps what is there in the history",
        '    ~ inputDetail.tag: "other" -> "sys_tag"',
        "    + bind to machine group g-dev",
        "2 changes to make.",
      ].join("\n"),
    );
  });
});
