import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { findTerraform } from "../../../deploy";
import { repository } from "../../../scripts/demo/world";

export interface RolesProgram {
  /** The program that declares them, and where it runs. */
  readonly program: string;
  readonly cwd: string;
  readonly stack: string;
  /** The account's own key is in it. */
  readonly env: NodeJS.ProcessEnv;
}

/** Synthesises and applies, as the person who may manage RAM does once; returns the outputs. A second plan must be empty. */
export function deployRoles({ program, cwd, stack, env }: RolesProgram): Record<string, string> {
  const outdir = join(cwd, "roles.out");
  mkdirSync(outdir, { recursive: true });
  const run = (file: string, ...args: string[]): string =>
    execFileSync(file, args, {
      cwd,
      env: { ...env, CDKTF_OUTDIR: outdir },
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  run(process.execPath, join(repository, "node_modules/ts-node/dist/bin.js"), "-T", program);
  const terraform = (...args: string[]): string =>
    run(findTerraform(process.env) ?? "", `-chdir=${join(outdir, "stacks", stack)}`, ...args);
  terraform("init", "-no-color");
  terraform("apply", "-auto-approve", "-no-color");
  terraform("plan", "-detailed-exitcode", "-no-color");
  const outputs = JSON.parse(terraform("output", "-json")) as Record<string, { readonly value: string }>;
  return Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value]));
}
