import { AlicloudProvider } from "@cdktf/provider-alicloud/lib/provider";
import { TerraformProvider, TerraformStack, Testing } from "cdktf";
import { LogProject, LogStore, type ILogProject, type ILogStore } from "../../constructs";

type Attributes = Record<string, unknown>;

/** What Terraform would read, by type and logical id. */
export interface Synthesised {
  readonly resource?: Record<string, Record<string, Attributes>>;
  readonly output?: Record<string, { value: unknown }>;
}

/** Synthesises a stack named `stack`, with its validations, as `cdktf synth` does. A provider is added where there is none. */
export function synth(build: (stack: TerraformStack) => void): Synthesised {
  const stack = new TerraformStack(Testing.app(), "stack");
  build(stack);
  if (!stack.node.children.some(TerraformProvider.isTerraformProvider)) new AlicloudProvider(stack, "alicloud", {});
  return JSON.parse(Testing.synth(stack, true)) as Synthesised;
}

/** The same, with a project `acme-logs` and its logstore `web` that somebody else makes. */
export function withStore(
  build: (stack: TerraformStack, logstore: ILogStore, project: ILogProject) => void,
): Synthesised {
  return synth((stack) => {
    const project = LogProject.fromName(stack, "project", "acme-logs");
    build(stack, LogStore.fromName(stack, "store", project, "web"), project);
  });
}

/** The only resource of a type; an error where there is none or more. */
export function only(synthesised: Synthesised, type: string): Attributes {
  const found = Object.values(synthesised.resource?.[type] ?? {});
  if (found.length !== 1 || found[0] === undefined) throw new Error(`${found.length} resources of type ${type}`);
  return found[0];
}

/** The message of what `act` throws. */
export function messageOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("nothing was thrown");
}
