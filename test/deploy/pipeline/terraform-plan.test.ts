import { expect, test } from "vitest";
import { hasUnknownManifest, plannedManifest, terraformCounts, type TerraformPlan } from "../../../deploy";

const planOf = (...actions: readonly string[][]): TerraformPlan => ({
  resource_changes: actions.map((one, n) => ({ address: `alicloud_log_store.s${n}`, change: { actions: one } })),
});

test("changes are counted as GitLab counts them: a replaced resource is made and removed", () => {
  const plan = planOf(["create"], ["update"], ["delete", "create"], ["no-op"], ["read"]);
  expect(terraformCounts(plan)).toEqual({ create: 2, update: 1, delete: 1 });
  expect(terraformCounts({})).toEqual({ create: 0, update: 0, delete: 0 });
});

test("the Logtail configs are read as they will be after apply", () => {
  const value = { version: 1, region: "cn-hangzhou", logtailConfigs: [] };
  const planned: TerraformPlan = { planned_values: { outputs: { cdktf_sls: { value } } } };
  expect(plannedManifest(planned)).toEqual(value);
  expect(hasUnknownManifest(planned)).toBe(false);
  expect(hasUnknownManifest({ planned_values: { outputs: { cdktf_sls: {} } } })).toBe(true);
  expect(plannedManifest({ planned_values: { outputs: {} } })).toBeUndefined();
  expect(hasUnknownManifest({ planned_values: { outputs: {} } })).toBe(false);
});
