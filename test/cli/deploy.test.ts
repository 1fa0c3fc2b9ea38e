/** The commands as people and pipelines run them, without terraform: outputs from a file, the local cloud, a terminal of `script`. */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { markOfTags, ownerTag } from "../../deploy";
import type { SlsClient } from "../../sls";
import { clientOf, testCloud, type TestCloud } from "../support/local-cloud";
import { dist, testWith, tool } from "../support/tools";

const folder = mkdtempSync(join(tmpdir(), "cdktf-sls-cli-"));
const outputs = join(folder, "outputs.json");
let cloud: TestCloud;
let client: SlsClient;
let env: NodeJS.ProcessEnv;
let project: string;
let n = 0;

beforeAll(async () => {
  cloud = await testCloud();
  client = clientOf(cloud);
  env = {
    PATH: process.env["PATH"],
    HOME: folder,
    TERM: "xterm",
    HTTP_PROXY: cloud.url,
    ALIBABA_CLOUD_ENDPOINT_SLS: `http://${cloud.region}.log.aliyuncs.com`,
    ALIBABA_CLOUD_ACCESS_KEY_ID: cloud.credentials.accessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: cloud.credentials.accessKeySecret,
  };
});
afterAll(async () => {
  client.close();
  await cloud.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  project = `cli-${++n}`;
  await client.createProject(project, {});
  await client.createLogStore(project, "logs", { ttl: 30, shardCount: 1 });
  for (const groupName of ["g1", "theirs"]) {
    const machines = { machineIdentifyType: "userdefined", machineList: [groupName] } as const;
    await client.createMachineGroup(project, { groupName, groupType: "", ...machines, groupAttribute: {} });
  }
});

const configOf = (configName: string, tag: string) => ({
  configName,
  inputType: "syslog" as const,
  inputDetail: { tag, localStorage: true },
  outputType: "LogService" as const,
  outputDetail: { logstoreName: "logs" },
});
const manifest = (...configs: readonly ReturnType<typeof configOf>[]) => ({
  version: 1,
  region: "cn-hangzhou",
  logtailConfigs: configs.map((config) => ({ project, config, machineGroups: ["g1"] })),
});
/** As `cdktf deploy --outputs-file` writes it. */
const declare = (stacks: Readonly<Record<string, ReturnType<typeof manifest>>>): void =>
  writeFileSync(
    outputs,
    JSON.stringify(Object.fromEntries(Object.entries(stacks).map(([name, one]) => [name, { cdktf_sls: one }]))),
  );

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function ended(child: ChildProcess): Promise<Ended> {
  const text = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]?.setEncoding("utf8").on("data", (part: string) => (text[name] += part));
  }
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, ...text })));
}

const cli = (args: readonly string[], extra: NodeJS.ProcessEnv = {}): Promise<Ended> =>
  ended(
    spawn(process.execPath, [dist("cli/main.js"), ...args, "--outputs-file", outputs], {
      cwd: folder,
      env: { ...env, ...extra },
      stdio: ["ignore", "pipe", "pipe"],
    }),
  );

const tagOf = async (name: string): Promise<unknown> =>
  (await client.getLogtailConfig(project, name)).inputDetail["tag"];

describe("at a terminal", () => {
  const script = tool("script");
  const onTerminal = testWith("script (of util-linux)", script);

  /** Types the keys once the question stands there. */
  async function answered(args: string, keys: string): Promise<Ended> {
    const command = `${process.execPath} ${dist("cli/main.js")} ${args} --outputs-file ${outputs}`;
    const child = spawn(script ?? "", ["-qec", command, "/dev/null"], { cwd: folder, env });
    const end = ended(child);
    let seen = "";
    let typed = false;
    child.stdout.on("data", (part: Buffer) => {
      seen += part.toString();
      if (typed || !seen.includes('Only "yes" goes on: ')) return;
      typed = true;
      child.stdin.write(keys);
    });
    return end;
  }

  onTerminal.each([
    ["no", "no\r"],
    ["nothing", "\r"],
    ["YES, which is not yes", "YES\r"],
    ["Ctrl-C", "\x03"],
    ["Ctrl-D", "\x04"],
  ])("%s changes nothing, says so and exits 1", async (_what, keys) => {
    declare({ "shop-dev": manifest(configOf("c1", "a")) });
    const { code, stdout } = await answered("deploy", keys);
    expect(stdout).toMatch(/\n0 writes sent\.\r\n.*error:.* not confirmed: nothing of stack shop-dev was changed\r\n$/);
    expect(stdout).not.toContain("AbortError");
    expect(code).toBe(1);
    expect(await client.allLogtailConfigs(project)).toEqual([]);
  });

  onTerminal("yes goes on, in colours; a second run asks nothing; --prune says what it would remove", async () => {
    declare({ "shop-dev": manifest(configOf("c1", "a"), configOf("c2", "a")) });
    const first = await answered("deploy", "yes\r");
    expect(first.stdout).toContain("\x1b[32m  created Logtail config c1");
    expect(first.code).toBe(0);
    expect((await answered("deploy", "")).stdout).toContain("0 writes sent.");
    declare({ "shop-dev": manifest(configOf("c1", "a")) });
    const removal = await answered("deploy --prune", "no\r");
    expect(removal.stdout).toContain("Remove or unbind c2?");
    expect(await client.allLogtailConfigs(project)).toContain("c2");
    expect((await answered("deploy --prune", "yes\r")).code).toBe(0);
    expect(await client.allLogtailConfigs(project)).toEqual(["c1"]);
  });

  onTerminal("what somebody changes while the question stands there is not overwritten", async () => {
    declare({ "shop-dev": manifest(configOf("c1", "a")) });
    await cli(["deploy", "--yes"]);
    declare({ "shop-dev": manifest(configOf("c1", "b")) });
    const command = `${process.execPath} ${dist("cli/main.js")} deploy --outputs-file ${outputs}`;
    const child = spawn(script ?? "", ["-qec", command, "/dev/null"], { cwd: folder, env });
    const end = ended(child);
    await new Promise<void>((resolve) => {
      let seen = "";
      child.stdout.on("data", (part: Buffer) => {
        if ((seen += part.toString()).includes('Only "yes" goes on: ')) resolve();
      });
    });
    await client.updateLogtailConfig(project, configOf("c1", "by_hand"));
    child.stdin.write("yes\r");
    expect(await end).toMatchObject({
      code: 1,
      stdout: expect.stringContaining("somebody made, changed or removed it since the plan was made") as string,
    });
    expect(await tagOf("c1")).toBe("by_hand");
  });

  onTerminal.each([
    ["NO_COLOR", { NO_COLOR: "1" }],
    ["FORCE_COLOR=0", { FORCE_COLOR: "0" }],
    ["TERM=dumb", { TERM: "dumb" }],
  ])("%s shows no colours", async (_what, extra) => {
    declare({ "shop-dev": manifest(configOf("c1", "a")) });
    const command = `${process.execPath} ${dist("cli/main.js")} plan --outputs-file ${outputs}`;
    const child = spawn(script ?? "", ["-qec", command, "/dev/null"], { cwd: folder, env: { ...env, ...extra } });
    const { stdout } = await ended(child);
    expect(stdout).toContain("+ create Logtail config c1");
    expect(stdout).not.toContain("\x1b[");
  });
});

describe("in a pipeline", () => {
  test("no colours unless forced, and what --json prints is JSON, whatever happens", async () => {
    declare({ "shop-dev": manifest(configOf("c1", "a")) });
    expect((await cli(["plan"])).stdout).not.toContain("\x1b[");
    expect((await cli(["plan"], { FORCE_COLOR: "1" })).stdout).toContain("\x1b[32m");
    const plan = await cli(["plan", "--json"]);
    expect([plan.code, plan.stderr]).toEqual([2, ""]);
    expect(JSON.parse(plan.stdout)).toMatchObject({ changes: 2 });
    cloud.faults.add({ operation: "CreateConfig", error: { status: 401, code: "Unauthorized", message: "no" } });
    const failed = await cli(["deploy", "--json"]);
    cloud.faults.clear();
    expect([failed.code, failed.stderr]).toEqual([1, expect.stringMatching(/^error: .*Unauthorized/)]);
    expect(JSON.parse(failed.stdout)).toMatchObject({ results: [{ name: "c1", status: "failed" }] });
    const done = await cli(["deploy", "--json"]);
    expect([done.code, done.stderr]).toEqual([0, ""]);
    expect(JSON.parse(done.stdout)).toMatchObject({ results: [{ name: "c1", status: "done" }] });
    declare({ "shop-dev": manifest(configOf("c1", "b")) });
    await cli(["deploy"]);
    const back = await cli(["rollback", "c1", "--to", "2", "--yes", "--json"]);
    expect([back.code, back.stderr]).toEqual([0, ""]);
    expect(JSON.parse(back.stdout)).toMatchObject({
      results: [{ name: "c1", status: "done" }],
      plans: [{ update: 1 }],
    });
    expect(await tagOf("c1")).toBe("a");
  });

  test("a step that fails is told with what is done and what is not, and the next run goes on from there", async () => {
    declare({ "shop-dev": manifest(...["c1", "c2", "c3"].map((name) => configOf(name, "a"))) });
    const error = { status: 400, code: "ProjectQuotaExceed", message: "config count exceeds 200" };
    cloud.faults.add({ operation: "CreateConfig", error, after: 1 });
    const first = await cli(["deploy", "--concurrency", "1"]);
    cloud.faults.clear();
    expect(first.code).toBe(1);
    expect(first.stdout).toMatch(/c1 +cli-\d+ +created, bound to 1\nc2 +cli-\d+ +failed\nc3 +cli-\d+ +not reached\n/);
    expect(first.stderr).toMatch(/ProjectQuotaExceed: config count exceeds 200/);
    const second = await cli(["deploy"]);
    expect([second.code, second.stderr]).toEqual([0, ""]);
    expect((await client.getAppliedConfigs(project, "g1")).sort()).toEqual(["c1", "c2", "c3"]);
    expect((await cli(["deploy"])).stdout).toContain("0 writes sent.");
  });

  test("who reads only its first line does not stop it half-way", async () => {
    const names = Array.from({ length: 40 }, (_, i) => `c${i + 10}`);
    declare({ "shop-dev": manifest(...names.map((name) => configOf(name, "a"))) });
    const child = spawn(process.execPath, [dist("cli/main.js"), "deploy", "--yes", "--outputs-file", outputs], {
      cwd: folder,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.destroy();
    const code = await new Promise((resolve) => child.on("exit", resolve));
    expect(code).toBe(0);
    expect((await client.getAppliedConfigs(project, "g1")).sort()).toEqual(names);
  });

  test("outputs that do not name their stack need --stack or --owner", async () => {
    writeFileSync(outputs, JSON.stringify({ cdktf_sls: { value: manifest(configOf("c1", "a")), type: "dynamic" } }));
    const plan = await cli(["plan"]);
    expect([plan.code, plan.stdout]).toEqual([1, ""]);
    expect(plan.stderr).toBe(
      `error: ${outputs} does not say of which stack it is, and deploys mark what they make with the stack's name; ` +
        "give --stack NAME, or use the file of `cdktf deploy --outputs-file`\n",
    );
    expect((await cli(["plan", "--stack", "shop-dev"])).code).toBe(2);
    expect((await cli(["plan", "--owner", "shop-dev"])).code).toBe(2);
  });

  test("one owner for several stacks is refused: each would prune what the others declare", async () => {
    declare({ a: manifest(configOf("c1", "a")), b: manifest(configOf("c2", "a")) });
    for (const command of ["plan", "deploy"]) {
      const { code, stderr } = await cli([command, "--owner", "both", "--prune"]);
      expect([code, stderr]).toEqual([1, "error: --owner is for one stack, and there are: a, b; give --stack too\n"]);
    }
    expect((await cli(["deploy"])).code).toBe(0);
    expect((await cli(["deploy", "--prune", "--yes"])).stdout).toContain("0 writes sent.");
  });

  test("plan and deploy agree about what another stack declares", async () => {
    declare({ a: manifest(configOf("c1", "a")), b: manifest(configOf("c1", "a")) });
    expect((await cli(["deploy"])).code).toBe(0);
    expect((await cli(["plan"])).code).toBe(0);
    declare({ b: manifest(configOf("c1", "b")) });
    expect((await cli(["plan"])).code).toBe(2);
    expect((await cli(["deploy"])).code).toBe(1);
    expect(await tagOf("c1")).toBe("a");
  });

  test("--no-history does not take over what somebody else made", async () => {
    await client.createLogtailConfig(project, configOf("c1", "by_hand"));
    declare({ "shop-dev": manifest(configOf("c1", "a")) });
    const refused = await cli(["deploy", "--no-history"]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("--no-history would lose what somebody else made: c1; nothing was changed");
    expect(await tagOf("c1")).toBe("by_hand");
    expect((await cli(["deploy", "--no-history", "--force"])).code).toBe(0);
    expect(await tagOf("c1")).toBe("a");
  });

  test("a report that cannot be written is known before anything is sent", async () => {
    declare({ "shop-dev": manifest(configOf("c1", "a")) });
    const { code, stderr } = await cli(["deploy", "--gitlab-report", join(folder, "no-such", "report.json")]);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/--gitlab-report: .*name a file in a folder that is there/),
    ]);
    expect(await client.allLogtailConfigs(project)).toEqual([]);
    const report = join(folder, "report.json");
    await cli(["deploy", "--gitlab-report", report]);
    expect(readFileSync(report, "utf8")).toBe('{"create":1,"update":0,"delete":0}\n');
  });
});

describe("rollback", () => {
  const ownerOf = async (name: string): Promise<string | undefined> =>
    markOfTags((await client.listTagged(project, "logtailconfig", ownerTag)).get(name))?.owner;

  test("gives what nobody declares any more back to the stack that had it, not to another one of the project", async () => {
    declare({ a: manifest(configOf("c1", "a")), b: manifest(configOf("c2", "b"), configOf("gone", "b")) });
    await cli(["deploy"]);
    declare({ a: manifest(configOf("c1", "a")), b: manifest(configOf("c2", "b")) });
    await cli(["deploy", "--prune", "--yes"]);
    expect((await cli(["rollback", "gone", "--to", "1", "--yes"])).code).toBe(0);
    expect(await ownerOf("gone")).toBe("b");
  });

  test("binds to the groups of then, and the next deploy leaves those that others bound", async () => {
    declare({ a: manifest(configOf("c1", "a")) });
    await cli(["deploy"]);
    await client.applyConfigToMachineGroup(project, "c1", "theirs");
    await client.updateLogtailConfig(project, configOf("c1", "by_hand"));
    expect((await cli(["deploy", "--force"])).code).toBe(0);
    expect((await cli(["rollback", "c1", "--to", "2", "--yes"])).code).toBe(0);
    expect(await tagOf("c1")).toBe("by_hand");
    expect((await cli(["deploy", "--yes"])).code).toBe(0);
    expect((await client.getAppliedMachineGroups(project, "c1")).sort()).toEqual(["g1", "theirs"]);
  });

  test("refuses a version that is two, and a name that is none", async () => {
    declare({ a: manifest(configOf("c1", "a")) });
    await cli(["deploy"]);
    const widened = { ...manifest(configOf("c1", "a")) };
    declare({
      a: {
        ...widened,
        logtailConfigs: widened.logtailConfigs.map((one) => ({ ...one, machineGroups: ["g1", "theirs"] })),
      },
    });
    await cli(["deploy"]);
    const [newest] = JSON.parse((await cli(["rollback", "c1", "--json"])).stdout) as { version: string }[];
    const { code, stderr } = await cli(["rollback", "c1", "--to", newest?.version ?? "", "--yes"]);
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining("is numbers 1 and 2 of the list, which differ in their machine groups; give the number"),
    ]);
    expect((await cli(["rollback", 'c1" or *'])).stderr).toContain("Logtail config name must be 2 to 128");
  });
});
