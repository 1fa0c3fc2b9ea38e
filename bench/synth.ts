/**
 * How long synthesis takes: the sample app as its users run it (a process of its own, main.ts by ts-node with swc, the constructs from their sources and as
 * they are published), the same without swc and with type checks, and 100 collections in one app. The bars: 1 s for the first, 3 s for the last; an idle
 * machine is meant.
 */
import { AlicloudProvider } from "@cdktf/provider-alicloud/lib/provider";
import { App, TerraformStack } from "cdktf";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Environment, LogCollection } from "../constructs";
import { measure, type Contestant } from "./measure";

const root = resolve(__dirname, "..");
const sampleBarMs = 1000;
const manyBarMs = 3000;
const collections = 100;

function program(name: string, args: readonly string[], cwd: string): Contestant {
  return {
    name,
    run: () => {
      const env = { ...process.env, CDKTF_OUTDIR: join(cwd, "cdktf.out") };
      const { status, stderr } = spawnSync(process.execPath, args, { cwd, env, encoding: "utf8" });
      if (status !== 0) throw new Error(`${name} ended with ${status}: ${stderr}`);
    },
  };
}

function many(outdir: string): void {
  const app = new App({ outdir });
  for (let i = 0; i < collections; i++) {
    const stack = new TerraformStack(app, `stack-${i}`);
    new AlicloudProvider(stack, "alicloud", { region: "cn-hangzhou" });
    new LogCollection(stack, "logs", {
      app: `app-${i}`,
      environment: Environment.PROD,
      agentRole: true,
      dashboard: true,
    });
  }
  app.synth();
}

export function benchSynth(rounds: number): void {
  // Inside the repository, where the app finds its packages.
  mkdirSync(join(root, ".cache"), { recursive: true });
  const folder = mkdtempSync(join(root, ".cache/bench-synth-"));
  try {
    const tsNode = join(root, "node_modules/ts-node/dist/bin.js");
    const main = join(folder, "main.ts");
    const published = JSON.stringify(join(root, "dist/constructs"));
    writeFileSync(main, readFileSync(join(root, "main.ts"), "utf8").replace('"./constructs"', published));
    const project = (name: string, options: object): string => {
      const file = join(folder, `tsconfig.${name}.json`);
      writeFileSync(file, JSON.stringify({ extends: "../../tsconfig.json", include: ["main.ts"], "ts-node": options }));
      return file;
    };
    const swc = project("swc", { swc: true });
    const plain = project("plain", { swc: false, transpileOnly: true });
    const checked = project("checked", { swc: false, transpileOnly: false });
    const sample = [
      program("sample app, ts-node with swc", [tsNode, "--project", swc, join(root, "main.ts")], folder),
      program("  with the published constructs", [tsNode, "--project", swc, main], folder),
      program("  published, without swc", [tsNode, "--project", plain, main], folder),
      program("  published, with type checks", [tsNode, "--project", checked, main], folder),
    ];
    const together: Contestant = { name: `${collections} collections`, run: () => many(join(folder, "many")) };
    const results = [...measure(sample, rounds), ...measure([together], rounds)];
    const out = ["\nSynthesis", "                                       min ms   median ms"];
    for (const { name, min, median } of results) {
      out.push(`  ${name.padEnd(34)} ${min.toFixed(0).padStart(8)}  ${median.toFixed(0).padStart(10)}`);
    }
    const bars = { sampleBarMs, manyBarMs };
    process.stdout.write(`${out.join("\n")}\n${JSON.stringify({ question: "Synthesis", results, ...bars })}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
