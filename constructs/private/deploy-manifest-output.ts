import type { AlicloudProvider } from "@cdktf/provider-alicloud/lib/provider";
import { Lazy, TerraformOutput, TerraformProvider, TerraformStack, Token } from "cdktf";
import type { IConstruct } from "constructs";
import { deployManifestOutput, type DeployManifest, type DeployManifestEntry } from "../../sls/model/deploy-manifest";
import { regionProblem } from "../../sls/model/endpoint";
import { environmentOf } from "./stack-environment";

/** A symbol instead of `instanceof`: an app may have two copies of this package on disk, and both write one output. */
const marker = Symbol.for("cdktf-sls.DeployManifestOutput");

const outputTaken = (path: string): Error =>
  new Error(
    `${path}: this id is kept for the output that the deploy step (cdktf-sls deploy) reads; give your construct another id`,
  );

/** The one Terraform output of a stack in which its Logtail configs are written down for the deploy step. */
export class DeployManifestOutput extends TerraformOutput {
  /** The output of the stack that `scope` is in; made at the first call. */
  static of(scope: IConstruct): DeployManifestOutput {
    const stack = TerraformStack.of(scope);
    const found = stack.node.tryFindChild(deployManifestOutput);
    if (found === undefined) return new DeployManifestOutput(stack);
    if (isDeployManifestOutput(found)) return found;
    throw outputTaken(found.node.path);
  }

  private readonly declared: (() => DeployManifestEntry)[] = [];

  private constructor(stack: TerraformStack) {
    super(stack, deployManifestOutput, {
      value: "",
      description: "Logtail configs of this stack, for cdktf-sls plan and cdktf-sls deploy",
      staticId: true,
    });
    Object.defineProperty(this, marker, { value: true });
    this.value = Lazy.anyValue({ produce: () => this.manifest() });
    this.node.addValidation({ validate: () => this.regionProblems() });
  }

  /** What the output says of one Logtail config; asked when the stack is synthesised. */
  declare(entry: () => DeployManifestEntry): void {
    this.declared.push(entry);
  }

  private manifest(): DeployManifest {
    const region = this.provider()?.regionInput;
    const environment = environmentOf(TerraformStack.of(this));
    return {
      version: 1,
      ...(region === undefined ? {} : { region }),
      ...(environment === undefined ? {} : { environment }),
      logtailConfigs: this.declared.map((entry) => entry()),
    };
  }

  private regionProblems(): string[] {
    const provider = this.provider();
    const region = provider?.regionInput;
    if (provider === undefined || region === undefined || Token.isUnresolved(region)) return [];
    const problem = regionProblem(region);
    return problem === undefined ? [] : [`${provider.node.path}: ${problem}`];
  }

  /** The stack's own AlicloudProvider: the one without an alias, else the first. */
  private provider(): AlicloudProvider | undefined {
    const stack = TerraformStack.of(this);
    const providers = stack.node
      .findAll()
      .filter((one) => TerraformProvider.isTerraformProvider(one) && one.terraformResourceType === "alicloud")
      .filter((one) => TerraformStack.of(one) === stack) as AlicloudProvider[];
    return providers.find(({ alias }) => alias === undefined) ?? providers[0];
  }
}

function isDeployManifestOutput(found: IConstruct): found is DeployManifestOutput {
  return marker in found;
}
