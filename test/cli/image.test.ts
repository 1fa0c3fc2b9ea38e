import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bindSyslogConfig, clientOf, testCloud, withLogstore, type TestCloud } from "../support/local-cloud";
import { dist, testWith, tool } from "../support/tools";

const folder = mkdtempSync(join(tmpdir(), "cdktf-sls-image-cli-"));
const outputs = join(folder, "outputs.json");
const agent = join(folder, "sls-agent_1.0_amd64.deb");
let cloud: TestCloud;

beforeAll(async () => {
  cloud = await testCloud();
  const { project, logstore } = await withLogstore(cloud);
  const client = clientOf(cloud);
  await bindSyslogConfig(client, project, logstore);
  client.close();
  const config = {
    configName: "my-config",
    inputType: "syslog",
    inputDetail: { tag: "sys_tag" },
    outputType: "LogService",
    outputDetail: { logstoreName: logstore },
  };
  const collection = { project, config, machineGroups: ["my-group"] };
  const manifest = { version: 1, region: "cn-hangzhou", logtailConfigs: [collection] };
  writeFileSync(outputs, JSON.stringify({ "sample-app-dev": { cdktf_sls: manifest } }));
  writeFileSync(agent, "");
});
afterAll(async () => {
  await cloud.close();
  rmSync(folder, { recursive: true, force: true });
});

async function image(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { ...process.env, ...cloud.env(), NO_COLOR: "1", ENV_NAME: "" };
  return promisify(execFile)(process.execPath, [dist("cli/main.js"), "image", ...args], { env, cwd: folder }).then(
    (out) => ({ code: 0, ...out }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
}

testWith("packer", tool("packer"))(
  "image build takes region, project and user-defined id from the stack and its machine group",
  async () => {
    const args = ["build", "app", "--env", "dev", "--outputs-file", outputs, "--agent-package", agent, "--dry-run"];
    const { code, stdout, stderr } = await image(...args, "--var", "source_image=ubuntu.vhd");
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(stdout).toContain("-only=alicloud-ecs.production");
    for (const value of [
      "env=dev",
      "region=cn-hangzhou",
      "project=test-project",
      "user_defined_id=logtail-id-dev",
      "source_image=ubuntu.vhd",
    ]) {
      expect(stdout).toContain(`-var ${value} `);
    }
    expect(stdout).not.toContain(cloud.credentials.accessKeySecret);
  },
);

test.each([
  [
    ["--env", "prod"],
    "no deployed stack is of environment prod: their names end in it; there are: sample-app-dev; choose with --stack",
  ],
  [
    ["--env", "dev", "--group", "x"],
    "no Logtail config of environment dev is bound to such a machine group; there are: test-project/my-group",
  ],
  [["--env", "dev", "--source", "qemu"], "argument 'qemu' is invalid. Allowed choices are alicloud-ecs, null."],
])("image build %j says what is wrong", async (args, said) => {
  const { code, stderr } = await image(
    "build",
    "app",
    "--outputs-file",
    outputs,
    "--agent-package",
    agent,
    "--dry-run",
    ...args,
  );
  expect(code).toBe(1);
  expect(stderr).toContain(said);
});

testWith("packer", tool("packer"))("a package that is not there is told with how to make it", async () => {
  const { stderr } = await image("build", "app", "--env", "dev", "--outputs-file", outputs, "--dry-run");
  expect(stderr).toMatch(
    /build has no sls-agent_\*_\w+\.deb; make it with `npm run build:packages`, or name a package/,
  );
});
