/**
 * The real alicloud provider against the local cloud, as its judge. Needs a binary of version 1.285.0: put its path in
 * CDKTF_SLS_REAL_PROVIDER. No registry that CI can reach has it, so that elsewhere this is skipped, also with CI=true.
 */
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { start } from "../../scripts/demo/processes";
import { writeCdktfJson } from "../../scripts/demo/world";
import { testCloud, type TestCloud } from "../support/local-cloud";
import { repository } from "../support/tools";

const binary = process.env["CDKTF_SLS_REAL_PROVIDER"];
const folder = mkdtempSync(join(tmpdir(), "cdktf-sls-real-"));
let cloud: TestCloud;
let env: NodeJS.ProcessEnv;

async function run(program: string, args: readonly string[], cwd = folder): Promise<{ code: number; text: string }> {
  const lines: string[] = [];
  const child = start(program, args, { cwd, env, onLine: (line) => lines.push(line) });
  return { code: await child.exited, text: lines.join("\n") };
}
const cdktf = (...args: string[]): Promise<{ code: number; text: string }> =>
  run(join(repository, "node_modules/.bin/cdktf"), [...args, "--auto-approve", "--skip-provider-lock"]);

describe.skipIf(binary === undefined)("the real provider", () => {
  beforeAll(async () => {
    cloud = await testCloud();
    const platform = `${process.platform}_${process.arch === "x64" ? "amd64" : process.arch}`;
    const mirror = join(folder, "mirror/registry.terraform.io/aliyun/alicloud/1.285.0", platform);
    mkdirSync(mirror, { recursive: true });
    const copy = join(mirror, "terraform-provider-alicloud_v1.285.0");
    copyFileSync(binary ?? "", copy);
    chmodSync(copy, 0o755);
    const config = join(folder, "terraform.rc");
    writeFileSync(
      config,
      `provider_installation {\n  filesystem_mirror { path = ${JSON.stringify(join(folder, "mirror"))} }\n}\n`,
    );
    env = { ...process.env, ...cloud.env(), TF_CLI_CONFIG_FILE: config, CI: "1", NO_COLOR: "1" };
    // These two alone must do, and the credentials.
    for (const name of ["HTTP_PROXY", "http_proxy", "https_proxy", "ALIBABA_CLOUD_ACCOUNT_TYPE"]) delete env[name];
    writeCdktfJson(folder);
  });
  afterAll(async () => {
    await cloud.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("applies the sample app, then plans nothing, and destroys it", async () => {
    expect((await cdktf("deploy")).text).toContain("Apply complete! Resources: 6 added, 0 changed, 0 destroyed.");
    const stack = join(folder, "cdktf.out/stacks/sample-app-dev");
    const plan = await run("terraform", ["plan", "-detailed-exitcode", "-no-color"], stack);
    expect(plan.text).toContain("No changes.");
    expect(plan.code).toBe(0);
    expect((await cdktf("destroy")).text).toContain("Destroy complete! Resources: 6 destroyed.");
    const failed = cloud.requests
      .filter(({ status }) => status >= 400)
      .map(({ operation, errorCode }) => `${operation} ${errorCode}`);
    // The provider looks before it leaps, and after.
    expect([...new Set(failed)].sort()).toEqual([
      "GetIndex IndexConfigNotExist",
      "GetMachineGroup MachineGroupNotExist",
    ]);
  });
});
