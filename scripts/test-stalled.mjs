// npm run test:stalled [-- [--seed N] VITEST ARGUMENTS]: the tests on a machine that has others to serve: again and again one of their
// processes is stopped for 50 to 800 ms, so that a test that hangs on speed shows. Linux. For a hunt, not for CI: util-linux's `script`
// (test/cli) may never end once what it runs was stopped. Exit code: vitest's.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const args = process.argv.slice(2);
const at = args.indexOf("--seed");
const seed = at < 0 ? Date.now() % 100_000 : Number(args.splice(at, 2)[1]);
if (process.platform !== "linux" || !Number.isInteger(seed)) {
  console.error("usage, on Linux: npm run test:stalled -- [--seed WHOLE NUMBER] [VITEST ARGUMENTS]");
  process.exit(2);
}
console.log(`seed ${seed}`);

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
let state = seed;
function random() {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}

/** Processes that this one has started, and theirs; not those that a test has stopped itself. */
function descendants(of) {
  const children = new Map();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const [run, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      children.set(Number(parent), [...(children.get(Number(parent)) ?? []), { pid: Number(pid), run }]);
    } catch {
      // It has ended.
    }
  }
  const below = (pid) => (children.get(pid) ?? []).flatMap((child) => [child, ...below(child.pid)]);
  return below(of)
    .filter(({ run }) => run !== "T" && run !== "Z")
    .map(({ pid }) => pid);
}

function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended.
  }
}

const vitest = spawn(process.execPath, [join(root, "node_modules", "vitest", "vitest.mjs"), "run", ...args], {
  cwd: root,
  stdio: "inherit",
});
vitest.on("exit", (code) => process.exit(code ?? 1));
for (;;) {
  await sleep(600 * random());
  const pids = descendants(vitest.pid);
  const pid = pids[Math.floor(pids.length * random())];
  if (pid === undefined) continue;
  signal(pid, "SIGSTOP");
  await sleep(50 + 750 * random());
  signal(pid, "SIGCONT");
}
