import type { Command } from "commander";
import { isProductionStack, ownerProblem, type StackManifest } from "../deploy";
import { addServiceOptions, type ServiceFlags } from "./service-options";

/** Flags of plan and deploy. */
export interface DeployFlags extends ServiceFlags {
  readonly only?: readonly string[];
  readonly prune?: boolean;
  readonly pruneProd?: string;
  readonly force?: boolean;
  readonly owner?: string;
  readonly gitlabReport?: string;
}

export function addDeployOptions(command: Command): Command {
  return addServiceOptions(command)
    .option("--only <names...>", "only these Logtail configs (default: all)")
    .option("--prune", "remove what this stack's deploys made and the code no longer declares")
    .option("--prune-prod <stack>", "the same for a production stack, which has to be named")
    .option("--force", "overwrite what others changed since the last deploy")
    .option("--owner <name>", "whose marks count (default: the stack's name)")
    .option("--gitlab-report <file>", "write {create, update, delete} for GitLab's artifacts:reports:terraform");
}

/** Who deploys: what is written into the marks. */
export function ownerOf(flags: DeployFlags, { stack }: StackManifest): string {
  const owner = flags.owner ?? (stack || flags.stack);
  if (owner === undefined || owner === "") {
    throw new Error(
      `${flags.outputsFile ?? "the outputs"} does not say of which stack it is, and deploys mark what they make with the stack's name; ` +
        `give --stack NAME, or use the file of \`cdktf deploy --outputs-file\``,
    );
  }
  const problem = ownerProblem(owner);
  if (problem !== undefined) throw new Error(problem);
  return owner;
}

/** Of each stack. What one owner's stack declares would look left over to the next one of that owner. */
export function ownersOf(flags: DeployFlags, stacks: readonly StackManifest[]): string[] {
  if (flags.owner !== undefined && stacks.length > 1) {
    const names = stacks.map(({ stack }) => stack).join(", ");
    throw new Error(`--owner is for one stack, and there are: ${names}; give --stack too`);
  }
  return stacks.map((stack) => ownerOf(flags, stack));
}

/** A misspelt --only must not look like "nothing to change". With --prune a name may be one that is declared no longer. */
export function checkNames(flags: DeployFlags, stacks: readonly StackManifest[]): void {
  if (flags.only === undefined || flags.prune === true || flags.pruneProd !== undefined) return;
  const names = stacks.flatMap(({ manifest }) => manifest.logtailConfigs.map(({ config }) => config.configName));
  const unknown = flags.only.find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw new Error(`--only: no Logtail config ${JSON.stringify(unknown)} is declared; there are: ${names.join(", ")}`);
}

/** Whether to prune; in production only where the stack is named. */
export function prunes(flags: DeployFlags, owner: string, environment: string | undefined): boolean {
  if (flags.pruneProd === owner) return true;
  if (flags.prune !== true) return false;
  if (!isProductionStack(owner, environment)) return true;
  throw new Error(
    `--prune does not remove anything in production; look at \`cdktf-sls plan --prune\`, then give --prune-prod ${owner}`,
  );
}

/** A misspelt --prune-prod must not look like "nothing to remove". */
export function checkPruneProd(flags: DeployFlags, owners: readonly string[]): void {
  if (flags.pruneProd === undefined || owners.includes(flags.pruneProd)) return;
  throw new Error(`--prune-prod: no stack ${JSON.stringify(flags.pruneProd)}; there are: ${owners.join(", ")}`);
}
