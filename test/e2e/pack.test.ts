/** The published tarball in a stranger's CDKTF app: it carries the provider's bindings. */
import { spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { run } from "../../scripts/demo/processes";
import { repository, tool } from "../support/tools";

const folder = mkdtempSync(join(tmpdir(), "cdktf-sls-pack-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const app = `
import { App, TerraformStack } from "cdktf";
import { Environment, LogCollection } from "cdktf-sls";
import { AlicloudProvider } from "cdktf-sls/provider-alicloud/provider";

const app = new App();
const stack = new TerraformStack(app, "theirs");
new AlicloudProvider(stack, "alicloud", { region: "cn-hangzhou" });
new LogCollection(stack, "logs", { app: "other-app", environment: Environment.DEV });
app.synth();
`;

test("a throw-away app installs the tarball, compiles against its types, and synthesises LogCollection", async () => {
  await run("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder], { cwd: repository });
  const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "theirs", version: "1.0.0", private: true }));
  const packages = [`./${tarball}`, "cdktf@0.21.0", "constructs@10.4.2", "typescript@5.9", "@types/node@20"];
  await run("npm", ["install", "--ignore-scripts", "--no-audit", "--prefer-offline", ...packages], { cwd: folder });
  writeFileSync(join(folder, "app.ts"), app);
  const options = ["--module", "node16", "--target", "es2022", "--strict", "--skipLibCheck", "app.ts"];
  await run("npx", ["tsc", ...options], { cwd: folder });
  await run(process.execPath, ["app.js"], { cwd: folder });
  const stack = JSON.parse(readFileSync(join(folder, "cdktf.out/stacks/theirs/cdk.tf.json"), "utf8")) as {
    resource: Record<string, object>;
    output: Record<string, object>;
  };
  expect(Object.keys(stack.resource)).toContain("alicloud_log_project");
  expect(Object.keys(stack.output)).toContain("cdktf_sls");
  const help = await run("npx", ["cdktf-sls", "--help"], { cwd: folder });
  expect(help).toContain("Usage: cdktf-sls");

  // What makes images is not TypeScript, and partly links in a clone.
  if (tool("packer") === undefined) {
    if (process.env["CI"] === "true") throw new Error("packer is missing; run scripts/ci-setup.sh");
    return;
  }
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  writeFileSync(join(folder, "key"), privateKey.export({ type: "pkcs1", format: "pem" }), { mode: 0o600 });
  writeFileSync(join(folder, "sls-agent_1.0_amd64.deb"), "");
  for (const image of ["app", "certman", "proxy"]) expect(await imageBuild(image)).toContain("Waiting for SSH");
});

/** What it says until it waits for a machine that does not answer: by then Packer has found all that the templates name. */
async function imageBuild(image: string): Promise<string> {
  const target = ["--project", "p-dev", "--user-defined-id", "x", "--region", "cn-hangzhou", "--source", "null"];
  const machine = ["--var", "ssh_host=127.0.0.1", "--var", "ssh_port=9", "--var", "ssh_key_file=key"];
  const args = ["image", "build", image, ...target, ...machine, "--agent-package", "sls-agent_1.0_amd64.deb"];
  const child = spawn(join(folder, "node_modules/.bin/cdktf-sls"), args, { cwd: folder });
  const ended = once(child, "close");
  let said = "";
  const take = (chunk: Buffer): void => {
    said += String(chunk);
    if (said.includes("Waiting for SSH")) child.kill("SIGTERM");
  };
  child.stdout.on("data", take);
  child.stderr.on("data", take);
  await ended;
  return said;
}
