/** A network with a machine in it, from nothing to nothing, by real terraform. */
import { afterAll, beforeAll, expect } from "vitest";
import { terraformFile, testWithTerraform as test, Workspace } from "./workspace";

let workspace: Workspace;

interface Wishes {
  readonly image?: string;
  readonly name?: string;
  readonly tags?: string;
  readonly userData?: string;
  readonly type?: string;
  readonly groups?: readonly string[];
  readonly status?: string;
}

const machine = (wishes: Wishes = {}): string => `
provider "alicloud" {}
resource "alicloud_vpc" "v" {
  vpc_name    = "net-${wishes.name ?? "one"}"
  cidr_block  = "172.16.0.0/16"
  description = "first"
  tags        = ${wishes.tags ?? '{ team = "a" }'}
}
resource "alicloud_vswitch" "s" {
  vpc_id       = alicloud_vpc.v.id
  cidr_block   = "172.16.4.0/24"
  zone_id      = "cn-hangzhou-i"
  vswitch_name = "subnet-${wishes.name ?? "one"}"
  tags         = ${wishes.tags ?? '{ team = "a" }'}
}
resource "alicloud_security_group" "a" {
  security_group_name = "machines-a"
  vpc_id              = alicloud_vpc.v.id
}
resource "alicloud_security_group" "b" {
  security_group_name = "machines-b"
  vpc_id              = alicloud_vpc.v.id
}
resource "alicloud_ram_role" "r" {
  role_name                   = "machine-role"
  assume_role_policy_document = jsonencode({
    Statement = [{ Action = "sts:AssumeRole", Effect = "Allow", Principal = { Service = ["ecs.aliyuncs.com"] } }]
    Version   = "1"
  })
}
resource "alicloud_instance" "i" {
  instance_name        = "app-${wishes.name ?? "one"}"
  image_id             = "${wishes.image ?? "m-first"}"
  instance_type        = "${wishes.type ?? "ecs.t6-c1m1.large"}"
  vswitch_id           = alicloud_vswitch.s.id
  security_groups      = [${(wishes.groups ?? ["a"]).map((group) => `alicloud_security_group.${group}.id`).join(", ")}]
  role_name            = alicloud_ram_role.r.role_name
  system_disk_category = "cloud_essd"
  system_disk_size     = 40
  user_data            = "${wishes.userData ?? "#cloud-config"}"
  status               = "${wishes.status ?? "Running"}"
  tags                 = ${wishes.tags ?? '{ team = "a" }'}
}
`;

beforeAll(async () => {
  if (terraformFile) workspace = await Workspace.open();
});
afterAll(() => workspace?.close());

const apply = async (wishes: Wishes = {}): Promise<string> => {
  workspace.write("machine", machine(wishes));
  const { code, text } = await workspace.terraform("machine", ["apply", "-auto-approve", "-no-color"]);
  expect(text).toContain("Apply complete!");
  expect(code).toBe(0);
  return text;
};
const planCode = async (): Promise<number> =>
  (await workspace.terraform("machine", ["plan", "-detailed-exitcode", "-no-color"])).code;
const instance = (): Promise<Record<string, unknown>> => workspace.attributes("machine", "alicloud_instance.i");

test("is made, with an address, a role and a disk, and needs no change afterwards", async () => {
  workspace.write("machine", machine());
  expect((await workspace.terraform("machine", ["init", "-no-color"])).code).toBe(0);
  await apply();
  expect(await planCode()).toBe(0);
  const { id: vpcId } = await workspace.attributes("machine", "alicloud_vpc.v");
  expect(await instance()).toMatchObject({
    image_id: "m-first",
    vpc_id: vpcId,
    private_ip: "172.16.4.1",
    availability_zone: "cn-hangzhou-i",
    role_name: "machine-role",
    system_disk_category: "cloud_essd",
    user_data: "#cloud-config",
    status: "Running",
  });
});

test("takes another image, name, user data, tags and security group in place", async () => {
  const before = await instance();
  const text = await apply({
    image: "m-second",
    name: "two",
    userData: "#!/bin/sh",
    tags: '{ team = "b", env = "dev" }',
    groups: ["b"],
  });
  expect(text).toContain("3 changed, 0 destroyed");
  const after = await instance();
  expect(after["id"]).toBe(before["id"]);
  expect(after["system_disk_id"]).not.toBe(before["system_disk_id"]);
  expect(after).toMatchObject({
    image_id: "m-second",
    instance_name: "app-two",
    user_data: "#!/bin/sh",
    tags: { team: "b", env: "dev" },
    status: "Running",
  });
  expect(await planCode()).toBe(0);
});

test("stops and starts", async () => {
  const now = { image: "m-second", name: "two", userData: "#!/bin/sh", groups: ["b"] };
  await apply({ ...now, status: "Stopped" });
  expect(await instance()).toMatchObject({ status: "Stopped" });
  await apply(now);
  expect(await instance()).toMatchObject({ status: "Running" });
});

test("tells what the stand-in does not change", async () => {
  workspace.write(
    "machine",
    machine({ image: "m-second", name: "two", userData: "#!/bin/sh", groups: ["b"], type: "ecs.g7.large" }),
  );
  const { code, text } = await workspace.terraform("machine", ["apply", "-auto-approve", "-no-color"]);
  expect(code).toBe(1);
  expect(text).toContain("the stand-in does not change instance_type");
  expect(text).toContain("-replace=ADDRESS");
});

test("is found gone after a deletion elsewhere, and made again", async () => {
  const { id } = await instance();
  await workspace.api.ecs("DeleteInstance", { InstanceId: String(id), Force: "true" });
  await apply({ image: "m-second", name: "two", userData: "#!/bin/sh", groups: ["b"] });
  expect((await instance())["id"]).not.toBe(id);
});

test("goes, with all around it", async () => {
  const { code, text } = await workspace.terraform("machine", ["destroy", "-auto-approve", "-no-color"]);
  expect(text).toContain("6 destroyed");
  expect(code).toBe(0);
  const left = await workspace.api.vpc("DescribeVpcs", {});
  expect(left["TotalCount"]).toBe(0);
});
