/** CDK Terrain, the kept fork of CDKTF, under CDKTF's name: the published tarball works in it unchanged. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { run } from "../../scripts/demo/processes";
import { repository } from "../support/tools";

const folder = mkdtempSync(join(tmpdir(), "cdktf-sls-cdktn-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const app = `
import { App, TerraformStack } from "cdktf";
import { Environment, LogAssertions, LogCollection, LogFormat, LogSource } from "cdktf-sls";
import { AlicloudProvider } from "cdktf-sls/provider-alicloud/provider";

const app = new App();
const stack = new TerraformStack(app, "theirs");
new AlicloudProvider(stack, "alicloud", { region: "cn-hangzhou" });
new LogCollection(stack, "logs", {
  app: "other-app",
  environment: Environment.DEV,
  format: LogFormat.json(),
  logtailConfig: { source: LogSource.files({ directory: "/var/log", pattern: "*.log" }) },
  agentRole: true,
  dashboard: true,
  tags: { team: "theirs" },
});
LogAssertions.fromStack(stack).hasLogtailConfig({ inputDetail: { logType: "json_log" } });
app.synth();
`;

test("an app under cdktn 0.24 compiles against the constructs and synthesises the same", async () => {
  await run("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder], { cwd: repository });
  const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "theirs", version: "1.0.0", private: true }));
  const packages = [`./${tarball}`, "cdktf@npm:cdktn@0.24.0", "constructs@10.7", "typescript@5.9", "@types/node@20"];
  await run("npm", ["install", "--ignore-scripts", "--no-audit", "--prefer-offline", ...packages], { cwd: folder });
  const { name } = JSON.parse(readFileSync(join(folder, "node_modules/cdktf/package.json"), "utf8")) as {
    name: string;
  };
  expect(name).toBe("cdktn");
  writeFileSync(join(folder, "app.ts"), app);
  const options = ["--module", "node16", "--target", "es2022", "--strict", "--skipLibCheck", "app.ts"];
  await run("npx", ["tsc", ...options], { cwd: folder });
  await run(process.execPath, ["app.js"], { cwd: folder });
  const stack = JSON.parse(readFileSync(join(folder, "cdktf.out/stacks/theirs/cdk.tf.json"), "utf8")) as {
    resource: Record<string, Record<string, object>>;
    output: Record<string, object>;
  };
  expect(Object.keys(stack.resource).sort()).toEqual([
    "alicloud_log_dashboard",
    "alicloud_log_machine_group",
    "alicloud_log_project",
    "alicloud_log_store",
    "alicloud_log_store_index",
    "alicloud_ram_policy",
    "alicloud_ram_role",
    "alicloud_ram_role_policy_attachment",
  ]);
  expect(Object.keys(stack.resource["alicloud_log_project"] ?? {})).toEqual(["logs_project_18230934"]);
  expect(Object.keys(stack.output)).toContain("cdktf_sls");
});
