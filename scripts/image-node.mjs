// The Node that the images carry: pinned in images/agent/node.json, taken from the npm registry and checked.
import { createHash } from "node:crypto";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
export const pins = JSON.parse(readFileSync(join(root, "images", "agent", "node.json"), "utf8"));

/** Something that whoever called can mend: its message is all that is to be shown. */
export class Problem extends Error {}

export function run(program, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: "utf8", ...options });
  if (status !== 0) throw new Problem(`${program} ${args[0]} failed: ${error?.message ?? `${stderr}${stdout}`.trim()}`);
  return stdout;
}

/** Unpacks the program of the pinned package into `work`; from the cache where it lies there. Either way its integrity is checked. */
export function nodeOf(arch, work) {
  const { name, integrity } = pins.packages[arch];
  const cache = join(root, ".cache", "node");
  const tarball = join(cache, `${name}-${pins.version}.tgz`);
  mkdirSync(cache, { recursive: true });
  if (!existsSync(tarball)) {
    console.log(`fetching ${name}@${pins.version} from the npm registry`);
    // Elsewhere first: another build may look for it at this moment, and this one may be ended.
    const folder = mkdtempSync(join(cache, "fetching-"));
    try {
      run("npm", ["pack", `${name}@${pins.version}`, "--silent", "--pack-destination", folder], { cwd: root });
      renameSync(join(folder, basename(tarball)), tarball);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  const found = `sha512-${createHash("sha512").update(readFileSync(tarball)).digest("base64")}`;
  if (found !== integrity) {
    rmSync(tarball);
    throw new Problem(
      `${name}@${pins.version} is not what images/agent/node.json names: integrity ${found}, expected ${integrity}`,
    );
  }
  const folder = join(work, name);
  mkdirSync(folder, { recursive: true });
  run("tar", ["-xzf", tarball, "-C", folder, "--strip-components=1", "package/bin/node"]);
  return join(folder, "bin", "node");
}
