/** By what the stack says of itself; where it says nothing, as manifests of 0.1 do, by its name. */
export const isProductionStack = (owner: string, environment: string | undefined): boolean =>
  environment === undefined ? isProduction(owner) : environment === "prod";

/** Whether a stack's name ends in `prod`, as the naming scheme of the constructs writes it; `pre-prod` is none, nor `nonprod`. */
export function isProduction(owner: string): boolean {
  const words = owner.toLowerCase().split(/[^a-z0-9]+/);
  const last = words.at(-1) ?? "";
  const before = words.at(-2) ?? "";
  return (last === "prod" || last === "production") && !["pre", "non", "not", "no"].includes(before);
}
