import type { StackManifest } from "../read-outputs";

/** As the stack says, or else by its name: whether that ends in the environment's, as that of `sample-app-dev` does; `sample-app-pre-prod` is not of `prod`. */
function isOf({ stack, manifest }: StackManifest, environment: string): boolean {
  if (manifest.environment !== undefined) return manifest.environment === environment;
  if (stack !== environment && !stack.endsWith(`-${environment}`)) return false;
  return !(environment === "prod" && /(?:^|-)pre-prod$/.test(stack));
}

/** The stacks of an environment. Outputs that do not name their stack are taken as they are. Throws where there is none. */
export function selectEnvironment(stacks: readonly StackManifest[], environment: string): readonly StackManifest[] {
  const found = stacks.filter(
    (one) => isOf(one, environment) || (one.stack === "" && one.manifest.environment === undefined),
  );
  if (found.length > 0) return found;
  const names = stacks.map(({ stack }) => stack).join(", ");
  throw new Error(`--env ${environment}: no stack of it; there are: ${names}; name one with --stack`);
}
