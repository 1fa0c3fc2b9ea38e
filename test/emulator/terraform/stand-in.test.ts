/** The stand-in as a process: how it starts, how Terraform meets it, and that nothing of it stays. */
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isAlive } from "../../../emulator/other-process";
import { installStandIn } from "../../../emulator/terraform";
import { run, testWithTerraform, Workspace } from "./workspace";

const cookie = { TF_PLUGIN_MAGIC_COOKIE: "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2" };
let workspace: Workspace;

const twoRegions = `
provider "alicloud" {
  region = "cn-hangzhou"
}
provider "alicloud" {
  alias  = "north"
  region = "cn-beijing"
}
resource "alicloud_log_project" "south" {
  project_name = "project-in-hangzhou"
}
resource "alicloud_log_project" "north" {
  provider     = alicloud.north
  project_name = "project-in-beijing"
}
`;

describe("the stand-in's process", () => {
  beforeAll(async () => {
    workspace = await Workspace.open();
  });
  afterAll(() => workspace?.close());

  test("started by hand it says what it is, and exits 1", async () => {
    const { code, text } = await run(process.execPath, [workspace.main], { cwd: workspace.folder, env: process.env });
    expect(code).toBe(1);
    expect(text).toContain("Run Terraform inside the local cloud: cdktf-sls local exec -- terraform plan");
  });

  test("started by Terraform it writes one line on stdout, and ends with the one that started it", async () => {
    const sockets = join(workspace.folder, "sockets");
    mkdirSync(sockets, { recursive: true });
    const command = `"${process.execPath}" "${workspace.main}" & echo $! ; wait`;
    const env = { ...workspace.env, ...cookie, PLUGIN_UNIX_SOCKET_DIR: sockets };
    const parent = spawn("/bin/sh", ["-c", command], { env, stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    let logged = "";
    parent.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
    parent.stderr.on("data", (chunk: Buffer) => (logged += chunk.toString()));
    while (!said.includes("grpc")) await sleep(20);
    const [pid = "", line = ""] = said.trim().split("\n");
    expect(line).toMatch(/^1\|5\|unix\|\/.*\/sockets\/alicloud-\d+\.sock\|grpc$/);
    expect(JSON.parse(logged)).toMatchObject({
      "@level": "warn",
      "@message": expect.stringContaining("offline stand-in") as string,
    });
    parent.kill("SIGKILL");
    await expect.poll(() => isAlive(Number(pid))).toBe(false);
  });

  testWithTerraform("serves two regions in one configuration", async () => {
    workspace.write("regions", twoRegions);
    expect((await workspace.terraform("regions", ["init"])).code).toBe(0);
    expect((await workspace.terraform("regions", ["apply", "-auto-approve"])).text).toContain("2 added");
    const made = workspace.cloud.requests
      .filter(({ operation }) => operation === "CreateProject")
      .map(({ host }) => host);
    expect(made.sort()).toEqual(["cn-beijing.log.aliyuncs.com", "cn-hangzhou.log.aliyuncs.com"]);
    expect((await workspace.terraform("regions", ["plan", "-detailed-exitcode"])).code).toBe(0);
    expect((await workspace.terraform("regions", ["destroy", "-auto-approve"])).text).toContain("2 destroyed");
  });

  test("a mirror is the same wherever it is written, so that lock files stay good", () => {
    const program = (dir: string): string => {
      installStandIn(dir, { main: workspace.main });
      const platform = `${process.platform}_${process.arch === "x64" ? "amd64" : process.arch}`;
      const version = "registry.opentofu.org/aliyun/alicloud/1.285.0";
      return readFileSync(
        join(dir, "terraform-mirror", version, platform, "terraform-provider-alicloud_v1.285.0"),
        "utf8",
      );
    };
    const one = program(join(workspace.folder, "mirror one"));
    expect(program(join(workspace.folder, "mirror two"))).toBe(one);
    expect(one).toBe(`#!/bin/sh\nexec '${process.execPath}' '${workspace.main}' "$@"\n`);
  });
});
