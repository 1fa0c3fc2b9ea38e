import type { StackManifest } from "../read-outputs";

/** Whether the stack's name ends in the environment's, as that of `sample-app-dev` does; `sample-app-pre-prod` is not of `prod`. */
function isOf(stack: string, environment: string): boolean {
  if (stack !== environment && !stack.endsWith(`-${environment}`)) return false;
  return !(environment === "prod" && /(?:^|-)pre-prod$/.test(stack));
}

/** The stacks of an environment. Outputs that do not name their stack are taken as they are. Throws where there is none. */
export function selectEnvironment(stacks: readonly StackManifest[], environment: string): readonly StackManifest[] {
  const found = stacks.filter(({ stack }) => stack === "" || isOf(stack, environment));
  if (found.length > 0) return found;
  const names = stacks.map(({ stack }) => stack).join(", ");
  throw new Error(
    `--env ${environment}: no stack whose name ends in -${environment}; there are: ${names}; name one with --stack`,
  );
}
