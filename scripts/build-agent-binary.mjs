// npm run build:agent [-- --arch x64,arm64] [--out FOLDER]: the agent as one executable that needs nothing on the machine, not even Node.
// It is Node itself (pinned in images/agent/node.json, taken from the npm registry and checked), with the bundled agent put in.
import { createHash } from "node:crypto";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { inject } from "postject";
import { agentFigures } from "./agent-figures.mjs";
import { nodeOf, pins, Problem, run } from "./image-node.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const known = Object.keys(pins.packages);
const host = process.arch;
/** In a Node that holds a program, this stands for "it does": a mark of Node's own, the same in every version. */
const fuse = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";

const { values } = parseArgs({
  options: {
    arch: { type: "string", default: host },
    out: { type: "string", default: join(root, "build") },
    help: { type: "boolean" },
  },
});
if (values.help) {
  console.log(
    "npm run build:agent [-- --arch x64,arm64] [--out FOLDER]\nMakes sls-agent-linux-ARCH in build/, or in FOLDER.",
  );
  process.exit(0);
}

/** Symbols are of no use on a machine without a debugger. GNU strip knows its own architecture only. */
function stripped(file, arch) {
  const program = [
    arch === host ? "strip" : `${arch === "arm64" ? "aarch64" : "x86_64"}-linux-gnu-strip`,
    "llvm-strip",
  ].find((one) => spawnSync(one, ["--version"]).status === 0);
  if (program === undefined) return false;
  run(program, [file]);
  return true;
}

async function build(arch, bundle) {
  const work = mkdtempSync(join(tmpdir(), "sls-agent-binary-"));
  try {
    const node = nodeOf(arch, work);
    const blob = join(work, "agent.blob");
    const config = join(work, "sea.json");
    // A cache of compiled code or a snapshot would start faster, but hold this machine's processor in it, and differ from build to build.
    writeFileSync(
      config,
      JSON.stringify({
        main: bundle,
        output: blob,
        disableExperimentalSEAWarning: true,
        useCodeCache: false,
        useSnapshot: false,
      }),
    );
    const maker = arch === host ? node : nodeOf(host, work);
    run(maker, ["--experimental-sea-config", config]);
    mkdirSync(values.out, { recursive: true });
    const out = join(values.out, `sls-agent-linux-${arch}`);
    copyFileSync(node, out);
    chmodSync(out, 0o755);
    const small = stripped(out, arch);
    await inject(out, "NODE_SEA_BLOB", readFileSync(blob), { sentinelFuse: fuse });
    await tell(out, arch, small);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** What an image can bear: bytes on disk, from start to ready, resident. */
const bars = { bytes: 110e6, readyMs: 300, residentBytes: 80e6 };
const over = (value, bar, unit) => (value > bar ? ` (over the bar of ${bar / unit})` : "");

async function tell(file, arch, small) {
  const sha256 = createHash("sha256").update(readFileSync(file)).digest("hex");
  const { size } = statSync(file);
  const unstripped = small ? "" : " (not stripped: no strip for it here)";
  console.log(
    `${relative(process.cwd(), file)}: Node ${pins.version}, ${mb(size)} MB${over(size, bars.bytes, 1e6)}${unstripped}`,
  );
  if (arch === host) await tellFigures(file);
  console.log(`  sha256 ${sha256}`);
  writeFileSync(`${file}.sha256`, `${sha256}  sls-agent-linux-${arch}\n`);
}

async function tellFigures(file) {
  checkVersion(file);
  const { readyMs, cpuMs, residentBytes } = await agentFigures(file);
  const ms = Math.round(readyMs.median);
  console.log(
    `  ready in ${ms} ms${over(ms, bars.readyMs, 1)}, ${Math.round(readyMs.least)} at best, ${cpuMs.median} of them its own; ` +
      `${mb(residentBytes.median)} MB resident${over(residentBytes.median, bars.residentBytes, 1e6)}`,
  );
}

const mb = (bytes) => (bytes / 1e6).toFixed(1);

function checkVersion(file) {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const said = run(file, ["version"]).trim();
  if (said !== version) throw new Problem(`${file} says version ${said}, expected ${version}`);
}

try {
  const archs = values.arch.split(",");
  const unknown = archs.find((arch) => !known.includes(arch));
  if (unknown !== undefined) throw new Problem(`--arch must be of ${known.join(", ")}, got ${JSON.stringify(unknown)}`);
  const bundle = join(root, "dist", "sls-agent.cjs");
  run(process.execPath, [join(root, "scripts", "prepare.mjs")], { cwd: root });
  for (const arch of archs) await build(arch, bundle);
} catch (error) {
  if (!(error instanceof Problem)) throw error;
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
}
