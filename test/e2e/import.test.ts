/** `cdktf-sls import` of a project that the Python SDK filled by itself: the written app synthesises, and both plans are empty. */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify, stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, expect } from "vitest";
import { findTerraform } from "../../deploy";
import { localEnv } from "../../scripts/demo/world";
import { jsonLine } from "../../scripts/demo/world";
import { start, stopAll } from "../../scripts/demo/processes";
import { dist, pythonWithSdk, repository, testWith } from "../support/tools";

const project = "filled-by-python";
const python = pythonWithSdk();
const terraform = findTerraform(process.env);
const test = testWith("Python with aliyun-log-python-sdk, or terraform", python && terraform);
const folder = mkdtempSync(join(tmpdir(), "cdktf-sls-import-"));
const app = join(folder, "app");
const run = promisify(execFile);
let env: NodeJS.ProcessEnv = {};

beforeAll(async () => {
  mkdirSync(join(folder, "home"));
  // As `npm install` would leave it.
  mkdirSync(join(folder, "node_modules/@types"), { recursive: true });
  symlinkSync(repository, join(folder, "node_modules/cdktf-sls"));
  for (const name of ["cdktf", "constructs", "ts-node", "typescript", "@types/node"]) {
    symlinkSync(join(repository, "node_modules", name), join(folder, "node_modules", name));
  }
  const logFile = join(folder, "local.log");
  const state = join(folder, "local");
  const args = [dist("cli/main.js"), "local", "run", "--json", "--state", state];
  await jsonLine(logFile, start(process.execPath, args, { logFile }), (json) => json["ready"] === true);
  env = { ...process.env, ...(await localEnv(state)), HOME: join(folder, "home"), CI: "1", NO_COLOR: "1" };
});
afterAll(async () => {
  await stopAll();
  rmSync(folder, { recursive: true, force: true });
});

interface Ended {
  readonly code: number;
  readonly text: string;
}

async function ended(program: string, args: readonly string[], cwd: string): Promise<Ended> {
  const options = { cwd, env, maxBuffer: 64 << 20 };
  try {
    const { stdout, stderr } = await run(program, [...args], options);
    return { code: 0, text: stripVTControlCharacters(stdout + stderr) };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, text: stripVTControlCharacters(`${stdout}${stderr}`) };
  }
}

const cli = (cwd: string, ...args: string[]): Promise<Ended> =>
  ended(process.execPath, [dist("cli/main.js"), ...args], cwd);
const cdktf = (...args: string[]): Promise<Ended> => ended(join(repository, "node_modules/.bin/cdktf"), args, app);

test("writes an app that type-checks, imports everything, changes nothing, and plans nothing", async () => {
  const filled = await ended(
    python ?? "",
    [join(__dirname, "fill_project.py"), "cn-hangzhou.log.aliyuncs.com", project],
    folder,
  );
  expect(filled.code, filled.text).toBe(0);

  const imported = await cli(folder, "import", project, "--out", app);
  expect(imported.code, imported.text).toBe(0);
  expect(imported.text).toContain("3 logstores, 2 machine groups, 12 Logtail configs found");
  expect(imported.text).not.toContain("not declared");
  const code = readFileSync(join(app, "main.ts"), "utf8");
  expect(code).toContain('LogFormat.syslog({ tag: "sys_tag" })');
  expect(code).toContain("allowUnbound: true");
  expect(code).toContain('Type: "input_container_stdio"');
  expect(await cli(folder, "import", project, "--out", app)).toMatchObject({
    code: 1,
    text: expect.stringContaining("main.ts is there already") as string,
  });

  const checked = await ended(join(repository, "node_modules/.bin/tsc"), ["--noEmit", "-p", "."], app);
  expect(checked.code, checked.text + code).toBe(0);

  const deployed = await cdktf("deploy", "--auto-approve", "--skip-provider-lock");
  expect(deployed.code, deployed.text).toBe(0);
  // Project, three logstores, two indexes, two groups.
  expect(deployed.text).toMatch(/Plan: 8 to import, 0 to add, 0 to change, 0 to destroy/);

  const plan = await cli(app, "plan");
  expect(plan.text).toContain("No changes: the service holds what the code says.");
  expect(plan.code).toBe(0);
  const taken = await cli(app, "deploy");
  expect(taken.code, taken.text).toBe(0);
  expect((await cli(app, "deploy")).text).toContain("0 writes sent.");
});
