import { describe, expect, test } from "vitest";
import { planConfig, planOf, planText, type FoundConfig, type WantedConfig } from "../../deploy";

const wanted: WantedConfig = {
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
const same: FoundConfig = {
  config: { ...wanted.config, createTime: 1, lastModifyTime: 2 },
  machineGroups: ["g-dev"],
};

describe("a plan", () => {
  test("creates and binds what is not there", () => {
    const plan = planConfig(wanted, { config: undefined, machineGroups: [] });
    expect([plan.action, plan.bind]).toEqual(["create", ["g-dev"]]);
    expect(planOf([plan]).writes).toBe(2);
  });

  test("is empty when the service holds what the code says", () => {
    expect(planOf([planConfig(wanted, same)]).writes).toBe(0);
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
    expect(planOf([plan]).writes).toBe(1);
  });

  test("reads well", () => {
    const config = { ...wanted.config, inputDetail: { tag: "other", localStorage: true } };
    expect(planText(planOf([planConfig(wanted, { config, machineGroups: [] })]))).toBe(
      [
        "  ~ update Logtail config c-dev in p-dev",
        '    ~ inputDetail.tag: "other" -> "sys_tag"',
        "    + bind to machine group g-dev",
        "2 changes to make.",
      ].join("\n"),
    );
  });
});
