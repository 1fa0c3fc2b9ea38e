/**
 * `npm run test:stalled [-- VITEST ARGUMENTS]`: the tests on a machine that has others to serve. Again and again one of their processes is
 * stopped for 50 to 800 ms, so that a test that hangs on speed shows. Linux. For a hunt, not for CI: util-linux's `script` (test/cli) may
 * never end once what it runs was stopped. Exit code: vitest's.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { descendants } from "./process-tree";

const root = join(__dirname, "..");

async function stall(pid: number): Promise<never> {
  for (;;) {
    await sleep(600 * Math.random());
    // Not those that a test has stopped itself.
    const running = descendants(pid).filter(({ state }) => state !== "T" && state !== "Z");
    const one = running[Math.floor(running.length * Math.random())];
    if (one === undefined) continue;
    signal(one.pid, "SIGSTOP");
    await sleep(50 + 750 * Math.random());
    signal(one.pid, "SIGCONT");
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended.
  }
}

const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
const child = spawn(process.execPath, [vitest, "run", ...process.argv.slice(2)], { cwd: root, stdio: "inherit" });
child.on("exit", (code) => process.exit(code ?? 1));
if (child.pid !== undefined) void stall(child.pid);
