import { TerraformVariable, type TerraformStack } from "cdktf";
import { describe, expect, test } from "vitest";
import { AgentRole, LogProject, LogStore, type ILogStore } from "../../constructs";
import { only, withStore } from "../support/synth";

describe("The agents' role", () => {
  test("is for the logstores that are given: none is an error, and one of another project too", () => {
    const role = (logstores: (stack: TerraformStack) => readonly ILogStore[]) => () =>
      withStore((stack, _store, project) => {
        new AgentRole(stack, "role", { roleName: "acme.agent", project, logstores: logstores(stack) });
      });
    expect(role(() => [])).toThrow(
      "stack/role: logstores is empty, so the agents could write nothing; give at least one, or leave it out for all of the project's",
    );
    const elsewhere = (stack: TerraformStack): readonly ILogStore[] => [
      LogStore.fromName(stack, "other-store", LogProject.fromName(stack, "other", "other-logs"), "web"),
    ];
    expect(role(elsewhere)).toThrow(
      'stack/role: logstore "web" is in project "other-logs", but the role is for "acme-logs"; make a role for each project',
    );
  });

  test("may have a name that is known at apply", () => {
    const json = withStore((stack, _store, project) => {
      const roleName = `${new TerraformVariable(stack, "app", {}).stringValue}-agent`;
      new AgentRole(stack, "role", { roleName, project });
    });
    expect(only(json, "alicloud_ram_policy")["policy_name"]).toBe("${var.app}-agent-policy");
  });

  const json = withStore((stack, logstore, project) => {
    const role = new AgentRole(stack, "role", { roleName: "acme.agent", project, logstores: [logstore] });
    role.attachTo("i-1");
  });

  test("is for ECS, and may do what an agent does and nothing else", () => {
    const role = only(json, "alicloud_ram_role");
    expect(role["role_name"]).toBe("acme.agent");
    expect(JSON.parse(String(role["assume_role_policy_document"]))).toEqual({
      Statement: [{ Action: "sts:AssumeRole", Effect: "Allow", Principal: { Service: ["ecs.aliyuncs.com"] } }],
      Version: "1",
    });
    const policy = only(json, "alicloud_ram_policy");
    expect(policy["policy_name"]).toBe("acme-agent-policy");
    expect(JSON.parse(String(policy["policy_document"]))).toEqual({
      Statement: [
        {
          Action: ["log:ListMachineGroup", "log:GetMachineGroup", "log:GetAppliedConfigs"],
          Effect: "Allow",
          Resource: ["acs:log:*:*:project/acme-logs/machinegroup/*"],
        },
        {
          Action: ["log:GetConfig"],
          Effect: "Allow",
          Resource: ["acs:log:*:*:project/acme-logs/logtailconfig/*"],
        },
        {
          Action: ["log:PostLogStoreLogs"],
          Effect: "Allow",
          Resource: ["acs:log:*:*:project/acme-logs/logstore/web"],
        },
      ],
      Version: "1",
    });
  });

  test("comes to an instance with its rights: the attachment of the policy goes first", () => {
    const attachment = Object.keys(json.resource?.["alicloud_ram_role_policy_attachment"] ?? {})[0];
    expect(only(json, "alicloud_ecs_ram_role_attachment")).toEqual({
      instance_id: "i-1",
      ram_role_name: `\${alicloud_ram_role_policy_attachment.${attachment}.role_name}`,
    });
  });

  test("has a legal name", () => {
    withStore((stack, _logstore, project) => {
      expect(() => new AgentRole(stack, "bad", { roleName: "acme agent", project })).toThrow(
        new Error(
          'stack/bad: role name must be 1 to 64 letters, digits, "." and "-", got "acme agent" (10 characters)',
        ),
      );
    });
  });
});
