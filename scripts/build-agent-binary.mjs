// npm run build:agent [-- --arch x64,arm64] [--out FOLDER]: the agent as one executable that needs nothing on the machine, not even Node.
// It is Node itself (pinned in images/agent/node.json, taken from the npm registry and checked), with the bundled agent put in.
import { createHash } from "node:crypto";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
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

const root = fileURLToPath(new URL("..", import.meta.url));
const pins = JSON.parse(readFileSync(join(root, "images", "agent", "node.json"), "utf8"));
const known = Object.keys(pins.packages);
const host = process.arch;
/** In a Node that holds a program, this stands for "it does": a mark of Node's own, the same in every version. */
const fuse = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";

class Problem extends Error {}

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

function run(program, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: "utf8", ...options });
  if (status !== 0) throw new Problem(`${program} ${args[0]} failed: ${error?.message ?? `${stderr}${stdout}`.trim()}`);
  return stdout;
}

/** Node's program of the pinned package; from the cache where it lies there. Either way its integrity is checked. */
function nodeOf(arch) {
  const { name, integrity } = pins.packages[arch];
  const cache = join(root, ".cache", "node");
  const tarball = join(cache, `${name}-${pins.version}.tgz`);
  mkdirSync(cache, { recursive: true });
  if (!existsSync(tarball)) {
    console.log(`fetching ${name}@${pins.version} from the npm registry`);
    run("npm", ["pack", `${name}@${pins.version}`, "--silent", "--pack-destination", cache], { cwd: root });
  }
  const found = `sha512-${createHash("sha512").update(readFileSync(tarball)).digest("base64")}`;
  if (found !== integrity) {
    rmSync(tarball);
    throw new Problem(
      `${name}@${pins.version} is not what images/agent/node.json names: integrity ${found}, expected ${integrity}`,
    );
  }
  const folder = join(cache, `${name}-${pins.version}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  run("tar", ["-xzf", tarball, "-C", folder, "--strip-components=1", "package/bin/node"]);
  return join(folder, "bin", "node");
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
  const node = nodeOf(arch);
  const work = mkdtempSync(join(tmpdir(), "sls-agent-binary-"));
  try {
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
    const maker = arch === host ? node : nodeOf(host);
    run(maker, ["--experimental-sea-config", config]);
    mkdirSync(values.out, { recursive: true });
    const out = join(values.out, `sls-agent-linux-${arch}`);
    copyFileSync(node, out);
    chmodSync(out, 0o755);
    const small = stripped(out, arch);
    await inject(out, "NODE_SEA_BLOB", readFileSync(blob), { sentinelFuse: fuse });
    tell(out, arch, small);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function tell(file, arch, small) {
  const sha256 = createHash("sha256").update(readFileSync(file)).digest("hex");
  const mib = (statSync(file).size / 1024 / 1024).toFixed(1);
  const times = arch === host ? Array.from({ length: 5 }, () => startOf(file)).sort((a, b) => a - b) : [];
  const start = times.length > 0 ? `, version in ${times[0]} ms (min), ${times[2]} ms (median)` : "";
  console.log(
    `${relative(process.cwd(), file)}: Node ${pins.version}, ${mib} MiB${small ? "" : " (not stripped: no strip for it here)"}${start}\n  sha256 ${sha256}`,
  );
  writeFileSync(`${file}.sha256`, `${sha256}  sls-agent-linux-${arch}\n`);
}

function startOf(file) {
  const begin = performance.now();
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const said = run(file, ["version"]).trim();
  if (said !== version) throw new Problem(`${file} says version ${said}, expected ${version}`);
  return Math.round(performance.now() - begin);
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
