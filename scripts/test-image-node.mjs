// npm run test:image-node [-- VITEST ARGUMENTS]: the agent's own tests under the Node that the images carry, which need not be
// the one that runs here. Exit code: vitest's.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { nodeOf, pins, Problem } from "./image-node.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const given = process.argv.slice(2);
const tests = given.length > 0 ? given : ["test/agent", "test/parsers", "test/sls"];

const work = mkdtempSync(join(tmpdir(), "sls-image-node-"));
try {
  const node = nodeOf(process.arch, work);
  console.log(`Node ${pins.version}, as in images/agent/node.json`);
  const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
  // A Node 24 that compiles at its end may never end (agent/end-process.ts); the tests run in processes of their own.
  // The bundle asks for the first node there is.
  const env = { ...process.env, PATH: `${dirname(node)}:${process.env["PATH"]}` };
  const quiet = ["--no-opt", "--no-maglev"];
  const { status } = spawnSync(node, [...quiet, vitest, "run", ...tests], { cwd: root, stdio: "inherit", env });
  process.exitCode = status ?? 1;
} catch (error) {
  if (!(error instanceof Problem)) throw error;
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}
