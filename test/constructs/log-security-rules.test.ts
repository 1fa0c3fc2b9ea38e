import { TerraformVariable } from "cdktf";
import { describe, expect, test } from "vitest";
import { LogEgress, LogSecurityRules, SecurityGroup } from "../../constructs";
import { only, synth } from "../support/synth";

test("Syslog senders reach the agent through one ingress rule of a new security group", () => {
  const json = synth((stack) => {
    const securityGroup = new SecurityGroup(stack, "group", { securityGroupName: "app", description: "The app." });
    const rules = new LogSecurityRules(stack, "rules", { securityGroup });
    expect([rules.cidr, rules.port]).toEqual(["0.0.0.0/0", 11111]);
  });
  expect(only(json, "alicloud_security_group")).toEqual({ security_group_name: "app", description: "The app." });
  expect(only(json, "alicloud_security_group_rule")).toEqual({
    type: "ingress",
    ip_protocol: "tcp",
    nic_type: "intranet",
    policy: "accept",
    port_range: "11111/11111",
    priority: 1,
    security_group_id: "${alicloud_security_group.group_C397F008.id}",
    cidr_ip: "0.0.0.0/0",
  });
});

test("The rule can be added to a security group that exists, for fewer senders and another port", () => {
  const json = synth((stack) => {
    const securityGroup = SecurityGroup.fromId(stack, "group", "sg-1");
    new LogSecurityRules(stack, "rules", { securityGroup, cidr: "10.0.0.0/8", port: 5140 });
  });
  expect(json.resource?.["alicloud_security_group"]).toBeUndefined();
  expect(only(json, "alicloud_security_group_rule")).toMatchObject({
    security_group_id: "sg-1",
    cidr_ip: "10.0.0.0/8",
    port_range: "5140/5140",
  });
});

test("A security group is in a VPC if one is given", () => {
  const json = synth((stack) => {
    const vpc = new TerraformVariable(stack, "vpc", { type: "string" });
    new SecurityGroup(stack, "group", { securityGroupName: "app", vpcId: vpc.stringValue });
  });
  expect(only(json, "alicloud_security_group")["vpc_id"]).toBe("${var.vpc}");
});

describe("A wrong value is an error with its remedy", () => {
  test.each([
    [
      { cidr: "10.0.0.1/8" },
      'CIDR must be an IPv4 range without host bits, got "10.0.0.1/8"; did you mean "10.0.0.0/8"?',
    ],
    [{ cidr: "everyone" }, 'CIDR must be an IPv4 range without host bits, got "everyone"; write it as "10.0.0.0/8"'],
    [{ port: 0 }, "port must be a whole number from 1 to 65535, got 0; the agent's default is 11111"],
  ])("%j", (options, problem) => {
    synth((stack) => {
      const securityGroup = SecurityGroup.fromId(stack, "group", "sg-1");
      expect(() => new LogSecurityRules(stack, "rules", { ...options, securityGroup })).toThrow(
        new Error(`stack/rules: ${problem}`),
      );
    });
  });

  test("a security group's name", () => {
    synth((stack) => {
      expect(() => new SecurityGroup(stack, "group", { securityGroupName: "1st" })).toThrow(
        new Error(
          'stack/group: security group name must be 2 to 128 letters, digits, ".", "_", ":" and "-", beginning with a ' +
            'letter but not with http:// or https://, got "1st"',
        ),
      );
    });
  });
});

describe("The agents' way out", () => {
  const rulesOf = (egress: LogEgress, dropOtherEgress = false) =>
    Object.values(
      synth((stack) => {
        const securityGroup = SecurityGroup.fromId(stack, "vms", "sg-1");
        new LogSecurityRules(stack, "rules", { securityGroup, egress, dropOtherEgress });
      }).resource?.["alicloud_security_group_rule"] ?? {},
    )
      .filter(({ type }) => type === "egress")
      .map((rule) =>
        [rule["policy"], rule["ip_protocol"], rule["cidr_ip"], rule["port_range"], rule["priority"]].join(" "),
      )
      .sort();

  test("is the intranet, everywhere, or a proxy", () => {
    expect(rulesOf(LogEgress.toIntranet())).toEqual([
      "accept tcp 100.64.0.0/10 443/443 1",
      "accept tcp 100.64.0.0/10 80/80 1",
    ]);
    expect(rulesOf(LogEgress.toPublic())).toEqual(["accept tcp 0.0.0.0/0 443/443 1", "accept tcp 0.0.0.0/0 80/80 1"]);
    expect(rulesOf(LogEgress.toProxy("10.0.0.8/32", 3128))).toEqual(["accept tcp 10.0.0.8/32 3128/3128 1"]);
  });

  test("may be the only one, with names and the metadata service", () => {
    expect(rulesOf(LogEgress.toProxy("10.0.0.8/32", 3128), true)).toEqual([
      "accept tcp 10.0.0.8/32 3128/3128 1",
      "accept tcp 100.100.100.200/32 80/80 1",
      "accept udp 100.64.0.0/10 53/53 1",
      "drop all 0.0.0.0/0 -1/-1 100",
    ]);
  });

  test("is there where all others are dropped", () => {
    const build = () =>
      synth((stack) => {
        const securityGroup = SecurityGroup.fromId(stack, "vms", "sg-1");
        new LogSecurityRules(stack, "rules", { securityGroup, dropOtherEgress: true });
      });
    expect(build).toThrow("stack/rules: dropOtherEgress would leave the agent no way out; give egress too");
  });
});
