/** `cdktf deploy`, `cdktf-sls plan` and `deploy` as a pipeline runs them: real terraform, the local cloud, exit codes. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { noProxy, parseProxyAddress, SlsClient, staticCredentials } from "../../sls";
import { findTerraform, tagsOfMark } from "../../deploy";
import { hashOf } from "../../deploy/canonical";
import { start, stopAll, type Started } from "../../scripts/demo/processes";
import { jsonLine, localEnv, writeCdktfJson } from "../../scripts/demo/world";
import { dist, repository, testWith } from "../support/tools";

const folder = mkdtempSync(join(tmpdir(), "cdktf-sls-deploy-"));
const home = join(folder, "home");
const terraform = findTerraform(process.env);
const test = testWith("terraform", terraform);
let env: NodeJS.ProcessEnv = {};

interface Ended {
  readonly code: number;
  readonly text: string;
}

async function ended(program: string, args: readonly string[], extra: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const lines: string[] = [];
  const child: Started = start(program, args, {
    cwd: folder,
    env: { ...process.env, ...env, CI: "1", NO_COLOR: "1", ...extra },
    onLine: (line) => lines.push(line),
  });
  return { code: await child.exited, text: lines.join("\n") };
}

const cli = (args: readonly string[], extra?: NodeJS.ProcessEnv): Promise<Ended> =>
  ended(process.execPath, [dist("cli/main.js"), ...args], extra);
const cdktf = (...args: string[]): Promise<Ended> => ended(join(repository, "node_modules/.bin/cdktf"), args);

const project = "sample-app-log-project-dev";
const config = "sample-app-logtail-config-dev";

function client(): SlsClient {
  return new SlsClient({
    endpoint: "http://cn-hangzhou.log.aliyuncs.com",
    credentials: staticCredentials({
      accessKeyId: env["ALICLOUD_ACCESS_KEY"] ?? "",
      accessKeySecret: env["ALICLOUD_SECRET_KEY"] ?? "",
    }),
    proxy: { ...noProxy, http: parseProxyAddress("HTTP_PROXY", env["HTTP_PROXY"] ?? "") },
  });
}

describe("the deploy step", () => {
  beforeAll(async () => {
    if (terraform === undefined) return;
    mkdirSync(home);
    const logFile = join(folder, "local.log");
    const state = join(folder, "local");
    const args = [dist("cli/main.js"), "local", "run", "--json", "--state", state];
    const local = start(process.execPath, args, { logFile });
    await jsonLine(logFile, local, (json) => json["ready"] === true);
    // A home of its own: nothing of the stand-in may get into the user's.
    env = { ...(await localEnv(state)), HOME: home };
    writeCdktfJson(folder);
  });
  afterAll(async () => {
    await stopAll();
    rmSync(folder, { recursive: true, force: true });
  });

  test("before `cdktf deploy` says to run that first", async () => {
    const { code, text } = await cli(["plan"]);
    expect(code).toBe(1);
    expect(text).toContain("run `cdktf deploy` in this folder first");
  });

  test("plans 2 changes after `cdktf deploy`, and exits 2", async () => {
    const deployed = await cdktf("deploy", "--auto-approve", "--skip-provider-lock");
    expect(deployed.text).toContain("Apply complete!");
    expect(deployed.code).toBe(0);
    const { code, text } = await cli(["plan", "--json"]);
    expect(code).toBe(2);
    expect(JSON.parse(text)).toMatchObject({
      changes: 2,
      configs: [{ project, name: config, action: "create", bind: ["sample-app-log-machine-group-dev"] }],
    });
  });

  test("deploys, then plans nothing, exits 0, and a second deploy sends no write", async () => {
    const first = await cli(["deploy", "--json"]);
    expect(first.code).toBe(0);
    const { events } = JSON.parse(first.text) as { events: { type: string }[] };
    expect(events.map(({ type }) => type)).toEqual(["ConfigCreated", "ConfigMarked", "ConfigBound"]);
    const plan = await cli(["plan"]);
    expect(plan).toMatchObject({ code: 0, text: expect.stringContaining("No changes") as string });
    const second = await cli(["deploy", "--json"]);
    expect((JSON.parse(second.text) as { writes: number }).writes).toBe(0);
  });

  test("the config in the service has what the Python SDK's SyslogConfigDetail says", async () => {
    const sls = client();
    const found = await sls.getLogtailConfig(project, config);
    sls.close();
    expect(found).toMatchObject({
      configName: config,
      inputDetail: { tag: "sys_tag", localStorage: true },
      inputType: "syslog",
      outputDetail: { logstoreName: "sample-app-log-store-dev" },
      outputType: "LogService",
    });
  });

  test("sees a change by hand as drift, exits 2, leaves it, and mends it with --force", async () => {
    const sls = client();
    const found = await sls.getLogtailConfig(project, config);
    await sls.updateLogtailConfig(project, { ...found, inputDetail: { ...found.inputDetail, tag: "by_hand" } });
    await sls.removeConfigFromMachineGroup(project, config, "sample-app-log-machine-group-dev");
    sls.close();
    const plan = await cli(["plan", "--json"]);
    expect(plan.code).toBe(2);
    expect(JSON.parse(plan.text)).toMatchObject({
      changes: 2,
      configs: [{ action: "update", fields: [{ field: "inputDetail.tag", before: "by_hand", after: "sys_tag" }] }],
    });
    const left = await cli(["deploy"]);
    expect(left).toMatchObject({
      code: 1,
      text: expect.stringContaining(`left as others made it: ${config}`) as string,
    });
    const report = join(folder, "report.json");
    expect((await cli(["deploy", "--force", "--gitlab-report", report])).code).toBe(0);
    expect(readFileSync(report, "utf8")).toBe('{"create":0,"update":1,"delete":0}\n');
    expect((await cli(["plan"])).code).toBe(0);
  });

  test("removes what is declared no longer: only with --prune, and without anybody to ask only with --yes", async () => {
    const sls = client();
    const found = await sls.getLogtailConfig(project, config);
    const leftOver = { ...found, configName: "left-over" };
    await sls.createLogtailConfig(project, leftOver);
    const mark = { owner: "sample-app-dev", applied: [hashOf(leftOver)], groups: [] };
    await sls.tagResource(project, "logtailconfig", "left-over", tagsOfMark(mark, undefined));
    expect(await cli(["plan"])).toMatchObject({
      code: 0,
      text: expect.stringContaining("--prune removes it") as string,
    });
    expect(await cli(["deploy", "--prune"])).toMatchObject({
      code: 1,
      text: expect.stringContaining("machines would no longer collect by: left-over") as string,
    });
    expect((await cli(["plan", "--prune"])).code).toBe(2);
    expect((await cli(["deploy", "--prune", "--yes"])).code).toBe(0);
    expect(await sls.allLogtailConfigs(project)).toEqual([config]);
    sls.close();
  });

  test("lists the versions, and puts back one that others had made and one that was removed", async () => {
    const sls = client();
    const tag = async (): Promise<unknown> => (await sls.getLogtailConfig(project, config)).inputDetail["tag"];
    const listed = JSON.parse((await cli(["rollback", config, "--json"])).text) as { what: string; current: boolean }[];
    expect(listed.map(({ what, current }) => [what, current])).toEqual([
      ["applied", true],
      ["found", false],
      ["applied", true],
    ]);
    expect(await cli(["rollback", config, "--to", "2"])).toMatchObject({
      code: 1,
      text: expect.stringContaining("nothing was changed; if it is meant, give --yes") as string,
    });
    expect((await cli(["rollback", config, "--to", "2", "--yes"])).code).toBe(0);
    expect(await tag()).toBe("by_hand");
    // The code still says otherwise, and a rollback is no change by others.
    expect((await cli(["plan"])).code).toBe(2);
    expect((await cli(["deploy"])).code).toBe(0);
    expect(await tag()).toBe("sys_tag");
    expect((await cli(["rollback", "left-over", "--to", "1", "--yes"])).code).toBe(0);
    expect(await sls.allLogtailConfigs(project)).toContain("left-over");
    expect((await cli(["deploy", "--prune", "--yes"])).code).toBe(0);
    expect(await cli(["rollback", config, "--to", "99"])).toMatchObject({
      code: 1,
      text: expect.stringMatching(/--to must be a number from 1 to \d/) as string,
    });
    sls.close();
  });

  test.each([
    [
      "a wrong secret",
      { ALICLOUD_SECRET_KEY: "wrong-secret-0123456789", ALIBABA_CLOUD_ACCESS_KEY_SECRET: "wrong-secret-0123456789" },
      /SignatureNotMatch.*the access key secret does not belong to this access key id/,
    ],
    [
      "no credential",
      { ALICLOUD_ACCESS_KEY: "", ALIBABA_CLOUD_ACCESS_KEY_ID: "" },
      /no access key id: set ALIBABA_CLOUD_ACCESS_KEY_ID or ALICLOUD_ACCESS_KEY/,
    ],
    [
      "a proxy that is not there",
      { HTTPS_PROXY: "http://127.0.0.1:9", https_proxy: "http://127.0.0.1:9" },
      /could not reach https:\/\/.* through the proxy http:\/\/127\.0\.0\.1:9: ECONNREFUSED/,
    ],
  ])("%s exits 1 with one clear message, and without the secret", async (_what, extra, message) => {
    const { code, text } = await cli(["plan"], extra);
    expect(code).toBe(1);
    expect(text).toMatch(message);
    expect(text.trim().split("\n")).toHaveLength(1);
    expect(text).not.toContain("wrong-secret");
  });

  test.each([
    [["--endpoint", "http://127.0.0.1:1"], "--endpoint: endpoint must be a host name"],
    [["--endpoint", "a b"], "--endpoint: endpoint must be a host such as"],
    [["--stack", "nope"], 'no stack "nope"; there are: sample-app-dev'],
    [["--only", "nope"], '--only: no Logtail config "nope" is declared; there are: sample-app-logtail-config-dev'],
    [["--owner", "a b"], 'got "a b"; rename the stack, or give --owner'],
  ])("%j exits 1 and says %s", async (args, message) => {
    const { code, text } = await cli(["plan", ...args]);
    expect(code).toBe(1);
    expect(text).toContain(message);
  });

  test("a wrong region exits 1 and says what a region looks like", async () => {
    const { code, text } = await cli(["plan", "--region", "Hangzhou"]);
    expect(code).toBe(1);
    expect(text).toContain('region must be an Alibaba Cloud region id such as "cn-hangzhou"');
  });

  test("reads an outputs file, also one that is no such thing", async () => {
    const file = join(folder, "outputs.json");
    writeFileSync(file, "{}");
    expect(await cli(["plan", "--outputs-file", file])).toMatchObject({
      code: 1,
      text: expect.stringContaining('no output "cdktf_sls"') as string,
    });
    const again = await cdktf("deploy", "--auto-approve", "--skip-provider-lock", "--outputs-file", "outputs.json");
    expect(again.code).toBe(0);
    expect(Object.keys(JSON.parse(readFileSync(file, "utf8")) as object)).toEqual(["sample-app-dev"]);
    expect((await cli(["plan", "--outputs-file", file])).code).toBe(0);
  });

  test("without terraform says how to install it", async () => {
    const { code, text } = await cli(["plan"], { PATH: "/nonexistent", TERRAFORM_BINARY_NAME: "" });
    expect(code).toBe(1);
    expect(text).toContain("neither terraform nor tofu is on PATH; install Terraform");
  });

  test("nothing is left in the user's home folder", () => {
    expect(readdirSync(home)).not.toContain(".terraform.d");
  });

  test("`cdktf destroy` takes everything away", async () => {
    const { code, text } = await cdktf("destroy", "--auto-approve", "--skip-provider-lock");
    expect(text).toContain("Destroy complete!");
    expect(code).toBe(0);
    const sls = client();
    await expect(sls.getProject(project)).rejects.toMatchObject({ code: "ProjectNotExist" });
    sls.close();
  });
});
