import type { StackManifest } from "../read-outputs";

/**
 * Whether the stack says that it is of the environment. Where it says nothing its name tells: that of
 * `sample-app-dev` ends in it; `sample-app-pre-prod` is not of `prod`.
 */
function isOf({ stack, manifest: { environment } }: StackManifest, wanted: string): boolean {
  if (environment !== undefined) return environment === wanted;
  if (stack !== wanted && !stack.endsWith(`-${wanted}`)) return false;
  return !(wanted === "prod" && /(?:^|-)pre-prod$/.test(stack));
}

/** The stacks of an environment. Outputs that do not name their stack are taken as they are. Throws where there is none. */
export function selectEnvironment(stacks: readonly StackManifest[], environment: string): readonly StackManifest[] {
  const found = stacks.filter((one) => one.stack === "" || isOf(one, environment));
  if (found.length > 0) return found;
  const names = stacks.map(({ stack }) => stack).join(", ");
  throw new Error(`--env ${environment}: no stack is of this environment; there are: ${names}; name one with --stack`);
}
