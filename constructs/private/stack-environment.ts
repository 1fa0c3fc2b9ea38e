import { TerraformStack } from "cdktf";
import type { IConstruct } from "constructs";

/** Metadata instead of a field: an app may have two copies of this package on disk. */
const metadataType = "cdktf-sls:environment";

/** From the least guarded to the most. */
const order = ["dev", "pre-prod", "prod"];

/** The stack of `scope` holds something of this environment. */
export function declareEnvironment(scope: IConstruct, environment: string): void {
  TerraformStack.of(scope).node.addMetadata(metadataType, environment);
}

/** The most guarded environment of which a stack holds something; undefined where nothing says its own. */
export function environmentOf(stack: TerraformStack): string | undefined {
  const names = stack.node.metadata.filter(({ type }) => type === metadataType).map(({ data }) => String(data));
  return names.sort((a, b) => order.indexOf(b) - order.indexOf(a))[0];
}
