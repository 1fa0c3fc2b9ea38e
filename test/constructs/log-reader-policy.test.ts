import { expect, test } from "vitest";
import { LogReaderPolicy } from "../../constructs";
import { only, withStore } from "../support/synth";

test("People who read logs get a policy that changes nothing", () => {
  const json = withStore((stack, _logstore, project) => {
    new LogReaderPolicy(stack, "readers", { policyName: "acme-readers", project, users: ["ann"], roles: ["support"] });
  });
  const { Statement } = JSON.parse(String(only(json, "alicloud_ram_policy")["policy_document"])) as {
    Statement: { Action: string[] }[];
  };
  expect(Statement.flatMap(({ Action }) => Action)).toEqual(["log:Get*", "log:List*", "log:Query*", "log:ListProject"]);
  expect(only(json, "alicloud_ram_user_policy_attachment")).toMatchObject({ user_name: "ann", policy_type: "Custom" });
  expect(only(json, "alicloud_ram_role_policy_attachment")).toMatchObject({ role_name: "support" });
});
