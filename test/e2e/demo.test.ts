/** Ctrl-C at any moment of the demo leaves no process and no file behind. (That the demo finds its lines is what `npm run demo` shows.) */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { findTerraform } from "../../deploy";
import { repository, testWith } from "../support/tools";

const test = testWith("terraform", findTerraform(process.env));

/** Processes that run in the folder, or name it. */
function processesOf(folder: string): string[] {
  return readdirSync("/proc").flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " ");
      const cwd = readlinkSync(`/proc/${pid}/cwd`);
      return command.includes(folder) || cwd.startsWith(folder) ? [`${pid} ${command}`] : [];
    } catch {
      return [];
    }
  });
}

interface Ended {
  readonly signal: NodeJS.Signals | null;
  readonly text: string;
}

/** In the demo itself: whoever only reads what it prints may be late, and the moment over. */
const interruption = (moment: RegExp): string => `
const { stdout } = process;
const write = stdout.write;
let text = "";
stdout.write = (chunk, ...rest) => {
  const interrupted = ${moment}.test(text);
  text += chunk;
  const taken = write.call(stdout, chunk, ...rest);
  if (!interrupted && ${moment}.test(text)) process.kill(process.pid, "SIGINT");
  return taken;
};
`;

/** Runs the demo with its temporary folder in `folder`, and interrupts it once `moment` is printed. */
function interrupt(folder: string, moment: RegExp): Promise<Ended> {
  const hook = join(folder, "interrupt.cjs");
  writeFileSync(hook, interruption(moment));
  return new Promise((resolve, reject) => {
    const args = ["--require", hook, "node_modules/ts-node/dist/bin.js", "scripts/demo/main.ts"];
    const child = spawn(process.execPath, args, {
      cwd: repository,
      env: { ...process.env, TMPDIR: folder, NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
    child.on("error", reject);
    child.on("close", (_code, signal) => resolve({ signal, text }));
  });
}

describe.skipIf(process.platform !== "linux")("the demo, interrupted", () => {
  test.each([
    ["while the local cloud starts", /1\. start the local cloud/],
    ["while terraform deploys", /alicloud_\S+: Creation complete/],
    ["while the agent starts", /4\. start the agent/],
    ["while it searches", /6\. search/],
    ["while terraform destroys", /alicloud_\S+: Destruction complete/],
  ])("%s", async (_when, moment) => {
    const folder = mkdtempSync(join(tmpdir(), "interrupt-"));
    const { signal, text } = await interrupt(folder, moment);
    expect(text).toContain("SIGINT: stopping what was started");
    expect(signal).toBe("SIGINT");
    // A provider whose Terraform was killed looks for it each second.
    await expect.poll(() => processesOf(folder)).toEqual([]);
    expect(readdirSync(folder).filter((name) => name.startsWith("cdktf-sls-demo-"))).toEqual([]);
    rmSync(folder, { recursive: true, force: true });
  });
});
