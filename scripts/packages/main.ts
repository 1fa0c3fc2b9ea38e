/** `npm run build:packages [-- --arch x64,arm64] [--out FOLDER]`: .deb, .rpm and tarball of the agent's executables, with SHA256SUMS. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { deb, rpm, tarball, type Architecture, type Format } from "./formats";
import { Problem, run } from "./run";
import { packagedFiles, stage } from "./tree";

const root = resolve(__dirname, "../..");
const formats: readonly Format[] = [deb, rpm, tarball];
const help = `npm run build:packages [-- --arch x64,arm64] [--out FOLDER]
Makes the executable as build:agent does, and .deb, .rpm and .tar.gz of it, in build/ or in FOLDER.
SOURCE_DATE_EPOCH: unix seconds that the files are dated with; else those of the last commit.`;

function main(): void {
  const { values } = parseArgs({
    options: {
      arch: { type: "string", default: process.arch },
      out: { type: "string", default: join(root, "build") },
      help: { type: "boolean" },
    },
  });
  if (values.help) return print(help);
  const out = resolve(values.out);
  const time = sourceTime();
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  mkdirSync(out, { recursive: true });
  const names = values.arch.split(",").flatMap((one) => packagesOf(architecture(one), version, time, out));
  const sums = names.map((name) => `${sha256(join(out, name))}  ${name}\n`);
  writeFileSync(join(out, "SHA256SUMS"), sums.join(""));
  for (const [i, name] of names.entries()) {
    const mib = (statSync(join(out, name)).size / 1024 / 1024).toFixed(1);
    print(`${relative(process.cwd(), join(out, name))}: ${mib} MiB\n  sha256 ${sums[i]?.split(" ")[0]}`);
  }
}

function packagesOf(arch: Architecture, version: string, time: number, out: string): string[] {
  // Anew each time: an old one would go unnoticed.
  print(run(process.execPath, [join(root, "scripts/build-agent-binary.mjs"), "--arch", arch, "--out", out]).trimEnd());
  const binary = join(out, `sls-agent-linux-${arch}`);
  const tree = mkdtempSync(join(tmpdir(), "sls-agent-tree-"));
  try {
    const files = packagedFiles(binary, nodeLicense(arch));
    stage(root, tree, files);
    for (const { to } of files) utimesSync(join(tree, to), time, time);
    return formats.map((format) => format({ root, tree, version, architecture: arch, time }, out));
  } finally {
    rmSync(tree, { recursive: true });
  }
}

/** Out of the package that the executable was made from. */
function nodeLicense(arch: Architecture): string {
  const { version, packages } = JSON.parse(readFileSync(join(root, "images/agent/node.json"), "utf8")) as {
    version: string;
    packages: Record<Architecture, { name: string }>;
  };
  const folder = join(root, ".cache/node", `${packages[arch].name}-${version}`);
  if (!existsSync(join(folder, "LICENSE"))) {
    run("tar", ["-xzf", `${folder}.tgz`, "-C", folder, "--strip-components=1", "package/LICENSE"]);
  }
  return join(folder, "LICENSE");
}

function architecture(text: string): Architecture {
  if (text === "x64" || text === "arm64") return text;
  throw new Problem(`--arch must be of x64, arm64, got ${JSON.stringify(text)}`);
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
