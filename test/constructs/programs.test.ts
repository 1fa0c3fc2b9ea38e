/** main.ts and the examples, run as `cdktf synth` runs them. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Synthesised } from "../support/synth";

const root = resolve(__dirname, "../..");
let outdir: string;
beforeAll(async () => {
  outdir = await mkdtemp(join(tmpdir(), "cdktf-sls-synth-"));
});
afterAll(() => rm(outdir, { recursive: true }));

interface Run {
  readonly exitCode: number;
  readonly stderr: string;
}

function run(folder: string, env: Record<string, string>, cwd = join(root, folder)): Promise<Run> {
  const tsNode = join(root, "node_modules/ts-node/dist/bin.js");
  const { ENV_NAME: _name, ALICLOUD_REGION: _region, ...rest } = process.env;
  const options = { cwd, env: { ...rest, CDKTF_OUTDIR: outdir, ...env } };
  return new Promise((done) => {
    execFile(process.execPath, [tsNode, join(root, folder, "main.ts")], options, (error, _stdout, stderr) =>
      done({ exitCode: error === null ? 0 : Number(error.code), stderr }),
    );
  });
}

const stackNamed = async (stack: string): Promise<Synthesised> =>
  JSON.parse(await readFile(join(outdir, "stacks", stack, "cdk.tf.json"), "utf8")) as Synthesised;

test("The sample app is synthesised for dev unless told otherwise", async () => {
  expect(await run(".", {})).toEqual({ exitCode: 0, stderr: "" });
  const json = await stackNamed("sample-app-dev");
  expect(Object.keys(json.resource ?? {}).sort()).toEqual([
    "alicloud_log_machine_group",
    "alicloud_log_project",
    "alicloud_log_store",
    "alicloud_log_store_index",
    "alicloud_ram_policy",
    "alicloud_ram_role",
    "alicloud_ram_role_policy_attachment",
    "alicloud_security_group",
    "alicloud_security_group_rule",
    "alicloud_vpc",
    "alicloud_vswitch",
  ]);
  expect(Object.keys(json.output ?? {}).sort()).toEqual([
    "cdktf_sls",
    "log_machine_group",
    "log_project",
    "log_store",
    "user_defined_id",
  ]);
  expect(json.output?.["cdktf_sls"]?.value).toMatchObject({ region: "cn-hangzhou" });
});

test("The sample app takes environment and region from the pipeline's variables", async () => {
  const pipeline = { ENV_NAME: "pre-prod", ALICLOUD_REGION: "ap-southeast-1" };
  expect(await run(".", pipeline)).toEqual({ exitCode: 0, stderr: "" });
  const json = await stackNamed("sample-app-pre-prod");
  expect(json.output?.["cdktf_sls"]?.value).toMatchObject({ region: "ap-southeast-1" });
});

test("The machines of the sample app come with their images, each in a stack after the one before", async () => {
  const cwd = join(outdir, "with-images");
  await mkdir(join(cwd, "images/manifests"), { recursive: true });
  for (const image of ["app", "certman"]) {
    const manifest = { version: 1, image, env: "dev", region: "cn-hangzhou", imageId: `m-${image}1` };
    await writeFile(join(cwd, `images/manifests/${image}-dev.json`), JSON.stringify(manifest));
  }
  expect(await run(".", {}, cwd)).toEqual({ exitCode: 0, stderr: "" });
  const { stacks } = JSON.parse(await readFile(join(outdir, "manifest.json"), "utf8")) as {
    stacks: Record<string, { dependencies: string[] }>;
  };
  const after = Object.entries(stacks).map(([name, { dependencies }]) => [name, [...dependencies].sort()]);
  expect(Object.fromEntries(after)).toEqual({
    "sample-app-dev": [],
    "sample-app-webapp-dev": ["sample-app-dev"],
    "sample-app-certman-dev": ["sample-app-dev", "sample-app-webapp-dev"],
  });
  const webapp = await stackNamed("sample-app-webapp-dev");
  expect(Object.values(webapp.resource?.["alicloud_instance"] ?? {})).toEqual([
    expect.objectContaining({ image_id: "m-app1", role_name: "sample-app-log-agent-dev" }),
  ]);
});

test("An ENV_NAME that is no environment ends with its message", async () => {
  const { exitCode, stderr } = await run(".", { ENV_NAME: "prd" });
  expect(exitCode).toBe(1);
  expect(stderr).toContain('Error: environment must be one of dev, pre-prod, prod, got "prd"; did you mean "prod"?\n');
});

test("An ALICLOUD_REGION that is no region ends with its message", async () => {
  const { exitCode, stderr } = await run(".", { ALICLOUD_REGION: "Hangzhou" });
  expect(exitCode).toBe(1);
  expect(stderr).toContain(
    'sample-app-dev/alicloud: region must be an Alibaba Cloud region id such as "cn-hangzhou" or "ap-southeast-1", got "Hangzhou"',
  );
});

test("The example of another stack adds a logstore and a config to the imported collection", async () => {
  expect(await run("examples/import-into-other-stack", {})).toEqual({ exitCode: 0, stderr: "" });
  const json = await stackNamed("payments-dev");
  expect(Object.keys(json.resource ?? {}).sort()).toEqual(["alicloud_log_store", "alicloud_log_store_index"]);
  expect(json.output?.["cdktf_sls"]?.value).toMatchObject({
    logtailConfigs: [
      {
        project: "sample-app-log-project-dev",
        config: { configName: "payments-audit-logtail-config-dev", inputDetail: { tag: "payments_audit" } },
        machineGroups: ["sample-app-log-machine-group-dev"],
      },
    ],
  });
});
