/** How the agent's process ends, whatever its threads do. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { repository } from "../support/tools";

const module = JSON.stringify(join(repository, "agent", "end-process.ts"));
/** Node 20 has no way past a thread that does not end. */
const testSure = it.skipIf(!("execve" in process));

describe("endProcess", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "sls-end-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs this program to its end. Status null: it had to be killed. */
  const run = (program: string): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(process.execPath, ["-r", "ts-node/register/transpile-only", "-e", program], {
      cwd: repository,
      encoding: "utf8",
      timeout: 60_000,
      killSignal: "SIGKILL",
    });

  it("ends with the code", () => {
    expect(run(`process.stdout.write("said\\n"); require(${module}).endProcess(4);`)).toMatchObject({
      status: 4,
      stdout: "said\n",
      stderr: "",
    });
  });

  testSure("ends while the kernel holds one of its threads, which process.exit waits for", () => {
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    // Nobody ever writes to it, so that it is never open.
    const held = `require("node:fs").open(${JSON.stringify(pipe)}, () => undefined);`;
    expect(run(`${held} require(${module}).endProcess(4);`)).toMatchObject({ status: 4, stderr: "" });
  });

  it("ends with the code where the shell is there and does not run", () => {
    const broken = JSON.stringify(join(folder, "broken"));
    writeFileSync(join(folder, "broken"), "no program\0", { mode: 0o755 });
    expect(run(`require(${module}).endProcess(4, ${broken});`)).toMatchObject({ status: 4, stderr: "" });
  });
});
