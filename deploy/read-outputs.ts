/**
 * Where the wanted state comes from: the output `cdktf_sls` that the constructs declare, out of
 * a file (`cdktf deploy --outputs-file`, or `terraform output -json > FILE`) or, without one, from terraform itself.
 */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import {
  deployManifestOutput as outputName,
  parseDeployManifest,
  type DeployManifest,
} from "../sls/model/deploy-manifest";
import { findTerraform, terraformMissing } from "./terraform-binary";

const run = promisify(execFile);

export interface OutputsFrom {
  /** File with outputs; without it the synthesised stacks are asked. */
  readonly outputsFile?: string;
  /** Folder of `cdktf synth`. @default "cdktf.out" */
  readonly cdktfOut?: string;
  /** Only this stack. @default all that declare a Logtail config */
  readonly stack?: string;
  readonly env: NodeJS.ProcessEnv;
}

export interface StackManifest {
  readonly stack: string;
  readonly manifest: DeployManifest;
}

/** Never empty: that no stack declares a Logtail config is an error with its remedy. */
export async function readManifests(from: OutputsFrom): Promise<StackManifest[]> {
  const found = from.outputsFile ? await fromFile(from.outputsFile) : await fromStacks(from);
  const where = from.outputsFile ?? join(from.cdktfOut ?? "cdktf.out", "stacks");
  if (found.length === 0) {
    throw new Error(
      `${where}: no output "${outputName}"; it is declared by LogtailConfig and LogCollection and exists after ` +
        `\`cdktf deploy\`; run that first, or give its --outputs-file`,
    );
  }
  // What `terraform output -json` wrote holds one stack, and does not name it.
  const chosen = found.filter(({ stack }) => from.stack === undefined || stack === from.stack || stack === "");
  if (chosen.length > 0) return chosen;
  throw new Error(
    `${where}: no stack ${JSON.stringify(from.stack)}; there are: ${found.map(({ stack }) => stack).join(", ")}`,
  );
}

async function fromFile(file: string): Promise<StackManifest[]> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    throw new Error(
      `${file}: ${(error as Error).message}; write it with \`cdktf deploy --outputs-file ${file}\` ` +
        `or \`terraform output -json > ${file}\``,
    );
  }
  if (typeof json !== "object" || json === null) throw new Error(`${file}: must hold a JSON object of outputs`);
  const outputs = json as Record<string, unknown>;
  if (outputName in outputs) return [manifestOf("", outputs[outputName], file)];
  return Object.entries(outputs).flatMap(([stack, values]) =>
    typeof values === "object" && values !== null && outputName in values
      ? [manifestOf(stack, (values as Record<string, unknown>)[outputName], file)]
      : [],
  );
}

/** `terraform output -json` wraps each value: {value, type, sensitive}. */
function manifestOf(stack: string, output: unknown, where: string): StackManifest {
  const wrapped = typeof output === "object" && output !== null && "value" in output && "type" in output;
  try {
    return { stack, manifest: parseDeployManifest(wrapped ? (output as { value: unknown }).value : output) };
  } catch (error) {
    throw new Error(`${where}${stack ? `, stack ${stack}` : ""}: ${(error as Error).message}`);
  }
}

interface SynthManifest {
  readonly stacks: Readonly<Record<string, { readonly name: string; readonly workingDirectory: string }>>;
}

async function fromStacks(from: OutputsFrom): Promise<StackManifest[]> {
  const folder = from.cdktfOut ?? "cdktf.out";
  let synth: SynthManifest;
  try {
    synth = JSON.parse(await readFile(join(folder, "manifest.json"), "utf8")) as SynthManifest;
  } catch {
    throw new Error(
      `${join(folder, "manifest.json")} cannot be read; run \`cdktf deploy\` in this folder first, ` +
        `or name the outputs with --outputs-file FILE`,
    );
  }
  const terraform = findTerraform(from.env);
  if (terraform === undefined) throw terraformMissing(from.env);
  const all = Object.values(synth.stacks);
  const stacks = all.filter(({ name }) => from.stack === undefined || name === from.stack);
  if (stacks.length === 0) {
    throw new Error(
      `${folder}: no stack ${JSON.stringify(from.stack)}; there are: ${all.map(({ name }) => name).join(", ")}`,
    );
  }
  const found = await Promise.all(
    stacks.map(async ({ name, workingDirectory }) => {
      const outputs = await terraformOutputs(terraform, resolve(folder, workingDirectory), name, from.env);
      return outputName in outputs ? [manifestOf(name, outputs[outputName], folder)] : [];
    }),
  );
  return found.flat();
}

async function terraformOutputs(
  terraform: string,
  cwd: string,
  stack: string,
  env: NodeJS.ProcessEnv,
): Promise<Record<string, unknown>> {
  try {
    const { stdout } = await run(terraform, ["output", "-json", "-no-color"], { cwd, env, maxBuffer: 64 << 20 });
    return JSON.parse(stdout) as Record<string, unknown>;
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    throw new Error(
      `stack ${stack}: \`terraform output -json\` failed in ${cwd}: ${(stderr || message).trim()}; ` +
        `was \`cdktf deploy ${stack}\` run here?`,
    );
  }
}
