/** Makes the packages into a folder: what build.ts runs. Arguments: --arch LIST --out FOLDER; temporary files go to TMPDIR. */
import { createHash } from "node:crypto";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { deb, rpm, tarball, type Architecture, type Format } from "./formats";
import { Problem, run } from "./run";
import { packagedFiles, stage } from "./tree";

const root = resolve(__dirname, "../..");
const formats: readonly Format[] = [deb, rpm, tarball];

function main(): void {
  const { values } = parseArgs({ options: { arch: { type: "string" }, out: { type: "string" } } });
  const out = values.out ?? "";
  const time = sourceTime();
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  const archs = (values.arch ?? "").split(",") as Architecture[];
  const names = archs.flatMap((one) => packagesOf(one, version, time, out));
  writeFileSync(join(out, "SHA256SUMS"), names.map((name) => `${sha256(join(out, name))}  ${name}\n`).join(""));
}

function packagesOf(arch: Architecture, version: string, time: number, out: string): string[] {
  print(`making the agent's executable for ${arch}`);
  // Anew each time: an old one would go unnoticed. postject warns of sections that strip took away: told only where it failed.
  const { status, stderr } = spawnSync(
    process.execPath,
    [join(root, "scripts/build-agent-binary.mjs"), "--arch", arch, "--out", out],
    { stdio: ["ignore", "inherit", "pipe"], encoding: "utf8" },
  );
  if (status !== 0) throw new Problem(`the executable for ${arch} could not be made: ${stderr.trim()}`);
  const binary = join(out, `sls-agent-linux-${arch}`);
  const tree = mkdtempSync(join(tmpdir(), "sls-agent-tree-"));
  const files = packagedFiles(binary, nodeLicense(arch));
  stage(root, tree, files);
  for (const { to } of files) utimesSync(join(tree, to), time, time);
  print(`packing it: .deb, .rpm, .tar.gz`);
  return formats.map((format) => format({ root, tree, version, architecture: arch, time }, out));
}

/** Out of the package that the executable was made from. */
function nodeLicense(arch: Architecture): string {
  const { version, packages } = JSON.parse(readFileSync(join(root, "images/agent/node.json"), "utf8")) as {
    version: string;
    packages: Record<Architecture, { name: string }>;
  };
  const folder = join(tmpdir(), `license-${arch}`);
  mkdirSync(folder);
  const file = join(root, ".cache/node", `${packages[arch].name}-${version}.tgz`);
  run("tar", ["-xzf", file, "-C", folder, "--strip-components=1", "package/LICENSE"]);
  return join(folder, "LICENSE");
}

function sourceTime(): number {
  const given = process.env["SOURCE_DATE_EPOCH"];
  if (given !== undefined && !/^\d{1,10}$/.test(given)) {
    throw new Problem(`SOURCE_DATE_EPOCH must be unix seconds, got ${JSON.stringify(given)}`);
  }
  return Number(given ?? run("git", ["-C", root, "log", "-1", "--format=%ct"]).trim());
}

const sha256 = (file: string): string => createHash("sha256").update(readFileSync(file)).digest("hex");
const print = (text: string): void => void process.stdout.write(`${text}\n`);

try {
  main();
} catch (error) {
  if (!(error instanceof Problem)) throw error;
  process.stderr.write(`error: ${error.message}\n`);
  process.exitCode = 1;
}
