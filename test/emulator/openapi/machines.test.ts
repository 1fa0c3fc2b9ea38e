/** What VPC and ECS refuse about networks and machines. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cloud } from "../../../emulator/terraform/cloud";
import { settingsOf } from "../../../emulator/terraform/settings";
import { testCloud, type TestCloud } from "../../support/local-cloud";

let cloud: TestCloud;
let api: Cloud;
let [vpc, vswitch, group] = ["", "", ""];

beforeAll(async () => {
  cloud = await testCloud();
  api = new Cloud(settingsOf({}, cloud.env()), new AbortController().signal);
  vpc = String((await api.vpc("CreateVpc", { CidrBlock: "10.0.0.0/8" }))["VpcId"]);
  const subnet = { VpcId: vpc, CidrBlock: "10.1.0.0/29", ZoneId: "cn-hangzhou-i" };
  vswitch = String((await api.vpc("CreateVSwitch", subnet))["VSwitchId"]);
  group = String((await api.ecs("CreateSecurityGroup", { VpcId: vpc }))["SecurityGroupId"]);
});
afterAll(async () => {
  api.close();
  await cloud.close();
});

const codeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => "none",
    (error: { code?: string }) => String(error.code),
  );
const run = (more: Readonly<Record<string, string>> = {}): Promise<Readonly<Record<string, unknown>>> =>
  api.ecs("RunInstances", {
    ImageId: "m-any",
    InstanceType: "ecs.t6-c1m1.large",
    VSwitchId: vswitch,
    SecurityGroupId: group,
    ...more,
  });

describe("networks", () => {
  test.each([
    ["10.0.0.1/8", "InvalidCidrBlock.Malformed"],
    ["10.0.0.0/7", "InvalidCidrBlock.Malformed"],
    ["10.0.0/8", "InvalidCidrBlock.Malformed"],
    ["300.0.0.0/8", "InvalidCidrBlock.Malformed"],
  ])("a VPC of %s: %s", async (CidrBlock, code) => {
    expect(await codeOf(api.vpc("CreateVpc", { CidrBlock }))).toBe(code);
  });

  test.each([
    [{ CidrBlock: "192.168.0.0/24" }, "InvalidCidrBlock"],
    [{ CidrBlock: "10.1.0.0/16" }, "InvalidCidrBlock.Overlapped"],
    [{ CidrBlock: "10.2.0.0/30" }, "InvalidCidrBlock.Malformed"],
    [{ CidrBlock: "10.2.0.0/24", ZoneId: "cn-beijing-a" }, "InvalidZoneId.NotFound"],
    [{ CidrBlock: "10.2.0.0/24", VpcId: "vpc-none" }, "InvalidVpcId.NotFound"],
  ])("a VSwitch of %j: %s", async (wrong, code) => {
    const wanted = { VpcId: vpc, ZoneId: "cn-hangzhou-i", ...wrong };
    expect(await codeOf(api.vpc("CreateVSwitch", wanted))).toBe(code);
  });

  test("what is in use is not deleted", async () => {
    expect(await codeOf(api.vpc("DeleteVpc", { VpcId: vpc }))).toBe("DependencyViolation.VSwitch");
    const made = await run();
    const [InstanceId = ""] = (made["InstanceIdSets"] as { InstanceIdSet: string[] }).InstanceIdSet;
    expect(await codeOf(api.vpc("DeleteVSwitch", { VSwitchId: vswitch }))).toBe("DependencyViolation");
    expect(await codeOf(api.ecs("DeleteSecurityGroup", { SecurityGroupId: group }))).toBe("DependencyViolation");
    expect(await codeOf(api.ecs("DeleteInstance", { InstanceId }))).toBe("IncorrectInstanceStatus");
    expect(await codeOf(api.ecs("DeleteInstance", { InstanceId, Force: "true" }))).toBe("none");
  });
});

describe("machines", () => {
  test.each([
    [{ VSwitchId: "vsw-none" }, "InvalidVSwitchId.NotFound"],
    [{ SecurityGroupId: "sg-none" }, "InvalidSecurityGroupId.NotFound"],
    [{ RamRoleName: "none" }, "InvalidRamRole.NotFound"],
    [{ InstanceType: "t6" }, "InvalidInstanceType.ValueNotSupported"],
    [{ PrivateIpAddress: "10.1.0.0" }, "InvalidPrivateIpAddress"],
    [{ ImageId: "" }, "MissingParameter"],
  ])("with %j: %s", async (wrong, code) => {
    expect(await codeOf(run(wrong))).toBe(code);
  });

  test("get each an address, until none is left", async () => {
    // Of 8 addresses the service keeps the first and the last three.
    for (let n = 0; n < 4; n++) await run();
    expect(await codeOf(run())).toBe("InvalidVSwitchId.IpNotEnough");
    const found = await api.ecs("DescribeInstances", { VSwitchId: vswitch });
    expect(found["TotalCount"]).toBe(4);
  });

  test("protected ones stay", async () => {
    const found = await api.ecs("DescribeInstances", { VSwitchId: vswitch });
    const InstanceId = (found["Instances"] as { Instance: { InstanceId: string }[] }).Instance[0]?.InstanceId ?? "";
    await api.ecs("ModifyInstanceAttribute", { InstanceId, DeletionProtection: "true" });
    expect(await codeOf(api.ecs("DeleteInstance", { InstanceId, Force: "true" }))).toBe(
      "InvalidOperation.DeletionProtection",
    );
  });
});
