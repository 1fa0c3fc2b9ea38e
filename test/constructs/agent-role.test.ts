import { describe, expect, test } from "vitest";
import { AgentRole } from "../../constructs";
import { only, withStore } from "../support/synth";

describe("The agents' role", () => {
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
