import { execFile, spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
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

testWith("packer", tool("packer"))("image build --collector logtail needs no package of the agent", async () => {
  const args = ["build", "app", "--env", "dev", "--outputs-file", outputs, "--collector", "logtail", "--dry-run"];
  const url = "https://mirror.example/logtail.sh?Signature=geheim";
  const { code, stdout, stderr } = await image(
    ...args,
    "--var",
    `logtail_url=${url}`,
    "--var",
    "logtail_version=1.8.7",
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  for (const value of ["collector=logtail", "logtail_version=1.8.7", "user_defined_id=logtail-id-dev"]) {
    expect(stdout).toContain(`-var ${value} `);
  }
  expect(stdout).not.toContain("agent_package");
  expect(stdout).toContain("PKR_VAR_logtail_url=*** ");
  expect(stdout).not.toContain("geheim");
});

test.each([
  [["--agent-package", agent], "--agent-package is for sls-agent; leave it out, or use --collector agent"],
  [["--var", "rsyslog=relp"], "--var rsyslog=relp is for sls-agent: Logtail takes lines over TCP alone; leave it out"],
  [
    ["--var", "ca_file=ca.pem"],
    "--var ca_file=… is for sls-agent: Logtail trusts the certificates that it brings; leave it out",
  ],
  [
    ["--var", "logtail_version=1.4.9"],
    '--var logtail_version=… must be 1.5.0 or newer, such as 1.8.7, or left out for the newest; got "1.4.9"',
  ],
  [["--var", "collector=agent"], "--var collector=… cannot be given; use --collector"],
] as const)("image build --collector logtail %j says what is wrong", async (args, said) => {
  const target = ["build", "app", "--env", "dev", "--outputs-file", outputs];
  const { code, stderr } = await image(...target, "--collector", "logtail", "--dry-run", ...args);
  expect(code).toBe(1);
  expect(stderr).toContain(said);
});

test.each([
  [
    ["--env", "prod"],
    "no deployed stack is of environment prod: their names end in it; there are: sample-app-dev; choose with --stack",
  ],
  [
    ["--env", "dev", "--group", "x"],
    "no Logtail config of environment dev is bound to such a machine group; there are: test-project/my-group",
  ],
  [
    ["--env", "dev", "--user-defined-id", "my id"],
    'a user-defined id must be of 1 to 128 printable ASCII characters without spaces, got "my id"',
  ],
  [["--env", "dev", "--var", "region=cn-beijing"], "--var region=… cannot be given; use --region"],
  [
    ["--env", "dev", "--agent-package", "nothing.deb"],
    "the agent's package must be a file that ends in .deb or .rpm, got nothing.deb; `npm run build:packages` in a clone of cdktf-sls makes them in build/",
  ],
  [
    ["--env", "dev", "--var", "logtail_version=1.8.7"],
    "--var logtail_version=… is for Logtail; leave it out, or use --collector logtail",
  ],
  [["--env", "dev", "--collector", "fluentd"], "argument 'fluentd' is invalid. Allowed choices are agent, logtail."],
  [["--env", "dev", "--source", "qemu"], "argument 'qemu' is invalid. Allowed choices are alicloud-ecs, null."],
] as const)("image build %j says what is wrong", async (args, said) => {
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
    /build has no sls-agent_\*_\w+\.deb; make it with `npm run build:packages` in a clone of cdktf-sls, or name a package/,
  );
});

testWith("packer", tool("packer"))(
  "a proxy's password is neither shown nor an argument, and with --json nothing but JSON is printed",
  async () => {
    const args = ["build", "app", "--env", "dev", "--outputs-file", outputs, "--agent-package", agent, "--dry-run"];
    const proxy = ["--var", "proxy_url=http://user:geheim@10.0.0.5:3128"];
    const shown = await image(...args, ...proxy);
    expect(shown.stdout).toContain("PKR_VAR_proxy_url=*** packer build");
    const { stdout, stderr } = await image(...args, ...proxy, "--json");
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toMatchObject({ environment: ["PKR_VAR_proxy_url"] });
    expect(shown.stdout + stdout).not.toContain("geheim");
  },
);

testWith("packer", tool("packer"))("an interrupted build ends Packer, and leaves nothing", async () => {
  const temporary = mkdtempSync(join(folder, "tmp-"));
  const key = join(folder, "key");
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  writeFileSync(key, privateKey.export({ type: "pkcs1", format: "pem" }), { mode: 0o600 });
  const target = ["--project", "p-dev", "--user-defined-id", "x", "--region", "cn-hangzhou", "--source", "null"];
  // Nobody answers there: it tries again and again.
  const machine = ["--var", "ssh_host=127.0.0.1", "--var", "ssh_port=9", "--var", `ssh_key_file=${key}`];
  const child = spawn(
    process.execPath,
    [dist("cli/main.js"), "image", "build", "app", ...target, "--agent-package", agent, ...machine],
    { env: { ...process.env, TMPDIR: temporary }, stdio: ["ignore", "pipe", "inherit"] },
  );
  const ended = once(child, "exit");
  for await (const chunk of child.stdout) if (String(chunk).includes("Waiting for SSH")) break;
  child.kill("SIGTERM");
  expect(await ended).toEqual([null, "SIGTERM"]);
  expect(readdirSync(temporary)).toEqual([]);
});
