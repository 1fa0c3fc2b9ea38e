/** `npm run build:packages [-- --arch x64,arm64] [--out FOLDER]`: .deb, .rpm and tarball of the agent's executables, with SHA256SUMS. */
import { readFileSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { untilSignal } from "../../cli/until-signal";
import { buildPackages, root } from "./build";
import type { Architecture } from "./formats";
import { Problem } from "./run";

const help = `npm run build:packages [-- --arch x64,arm64] [--out FOLDER]
Makes the executable as build:agent does, and .deb, .rpm and .tar.gz of it, in build/ or in FOLDER.
SOURCE_DATE_EPOCH: unix seconds that the files are dated with; else those of the last commit.`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      arch: { type: "string", default: process.arch },
      out: { type: "string", default: join(root, "build") },
      help: { type: "boolean" },
    },
  });
  if (values.help) return print(help);
  const out = resolve(values.out);
  const archs = values.arch.split(",").map(architecture);
  await untilSignal((signal) => buildPackages(out, archs, signal));
  for (const line of readFileSync(join(out, "SHA256SUMS"), "utf8").trimEnd().split("\n")) {
    const [sum = "", name = ""] = line.split("  ");
    const mib = (statSync(join(out, name)).size / 1024 / 1024).toFixed(1);
    print(`${relative(process.cwd(), join(out, name))}: ${mib} MiB\n  sha256 ${sum}`);
  }
}

function architecture(text: string): Architecture {
  if (text === "x64" || text === "arm64") return text;
  throw new Problem(`--arch must be of x64, arm64, got ${JSON.stringify(text)}`);
}

const print = (text: string): void => void process.stdout.write(`${text}\n`);

main().catch((error: unknown) => {
  if (!(error instanceof Problem)) throw error;
  process.stderr.write(`error: ${error.message}\n`);
  process.exitCode = 1;
});
