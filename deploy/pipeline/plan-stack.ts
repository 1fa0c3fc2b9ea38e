/** Plans one synthesised stack with Terraform, as a job of a pipeline does: without a lock, so that it holds up no deploy. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { findTerraform, terraformMissing } from "../terraform-binary";
import type { TerraformPlan } from "./terraform-plan";

const run = promisify(execFile);

export interface PlanStackOptions {
  /** Folder of `cdktf synth`. */
  readonly cdktfOut: string;
  readonly stack: string;
  readonly env: NodeJS.ProcessEnv;
}

/** `notYet`: a stack that this one reads from has never been deployed, or not yet with what this one reads. */
export type StackPlan =
  | { readonly state: "planned"; readonly plan: TerraformPlan; readonly text: string }
  | { readonly state: "notYet"; readonly dependencies: readonly string[] };

interface SynthesisedStack {
  readonly name: string;
  readonly workingDirectory: string;
  readonly dependencies?: readonly string[];
}

async function synthesised({ cdktfOut, stack }: PlanStackOptions): Promise<SynthesisedStack> {
  const file = join(cdktfOut, "manifest.json");
  let stacks: readonly SynthesisedStack[];
  try {
    const manifest = JSON.parse(await readFile(file, "utf8")) as { stacks: Record<string, SynthesisedStack> };
    stacks = Object.values(manifest.stacks);
  } catch {
    throw new Error(`${file} cannot be read; run \`cdktf synth\` first`);
  }
  const found = stacks.find(({ name }) => name === stack);
  if (found !== undefined) return found;
  throw new Error(
    `${cdktfOut}: no stack ${JSON.stringify(stack)}; there are: ${stacks.map(({ name }) => name).join(", ")}; does ENV_NAME name the environment?`,
  );
}

/** What Terraform says when the state that a stack reads from is empty, or lacks an output. */
const notYet =
  /Unable to find remote state|data\.terraform_remote_state[\s\S]*(?:Unsupported attribute|no attribute named)/;

/** The plan itself, which may hold secrets, is read and removed. Throws what Terraform says. */
export async function planStack(options: PlanStackOptions): Promise<StackPlan> {
  const terraform = findTerraform(options.env);
  if (terraform === undefined) throw terraformMissing(options.env);
  const { name, workingDirectory, dependencies = [] } = await synthesised(options);
  const cwd = resolve(options.cdktfOut, workingDirectory);
  const folder = await mkdtemp(join(tmpdir(), "cdktf-sls-plan-"));
  const file = join(folder, "plan");
  const ask = async (...args: string[]): Promise<string> => {
    try {
      const { stdout } = await run(terraform, args, { cwd, env: options.env, maxBuffer: 256 << 20 });
      return stdout;
    } catch (error) {
      const { stderr, message } = error as { stderr?: string; message: string };
      throw new Error(`stack ${name}: \`terraform ${args[0] ?? ""}\` failed: ${(stderr || message).trim()}`, {
        cause: error,
      });
    }
  };
  try {
    await ask("init", "-input=false", "-no-color");
    await ask("plan", "-input=false", "-no-color", "-lock=false", `-out=${file}`);
    const plan = JSON.parse(await ask("show", "-json", file)) as TerraformPlan;
    return { state: "planned", plan, text: await ask("show", "-no-color", file) };
  } catch (error) {
    if (dependencies.length > 0 && notYet.test((error as Error).message)) return { state: "notYet", dependencies };
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
