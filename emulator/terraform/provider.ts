/** The calls of the protocol, for one configured provider. A failure is a diagnostic in the reply, never a failed gRPC call. */
import { Cloud } from "./cloud";
import { diagnosticOf } from "./errors";
import type { ResourceKind } from "./kind";
import { planResource } from "./plan";
import { attributePath, type Call, type Diagnostic, type Reply, type Request } from "./protocol";
import { providerVersion, schemaMessage, schemaMessages, type Block, type ProviderSchema } from "./schema";
import { settingsOf } from "./settings";
import { conform, deprecatedIn, stateOf, stateWithId } from "./state";
import { readObject, writeDynamic, type ValueMap } from "./values";

const standInNotice: Diagnostic = {
  severity: 2,
  summary: "Offline stand-in for the alicloud provider",
  detail: "Resources are made in the local cloud of cdktf-sls, not in Alibaba Cloud.",
};

interface Served {
  readonly kind: ResourceKind;
  readonly block: Block;
}

export class Provider {
  private readonly stop = new AbortController();
  private cloud: Cloud | undefined;

  constructor(
    private readonly schema: ProviderSchema,
    private readonly kinds: readonly ResourceKind[],
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  close(): void {
    this.stop.abort();
    this.cloud?.close();
  }

  /** Never rejects. */
  async answer(call: Call, request: Request): Promise<Reply> {
    try {
      return await this[call](request);
    } catch (error) {
      const { typeName = "" } = request;
      return { diagnostics: [diagnosticOf(error, typeName || "alicloud", this.kindOf(typeName)?.idForm)] };
    }
  }

  private async GetSchema(): Promise<Reply> {
    return {
      provider: schemaMessage(this.schema.provider),
      resourceSchemas: schemaMessages(this.schema.resource_schemas),
      dataSourceSchemas: schemaMessages(this.schema.data_source_schemas),
      serverCapabilities: { getProviderSchemaOptional: true },
    };
  }

  private async PrepareProviderConfig({ config }: Request): Promise<Reply> {
    return { preparedConfig: config };
  }

  private async Configure({ config }: Request): Promise<Reply> {
    this.cloud?.close();
    this.cloud = new Cloud(settingsOf(readObject(config) ?? {}, this.env), this.stop.signal);
    return { diagnostics: [standInNotice] };
  }

  private async ValidateResourceTypeConfig({ typeName, config: sent }: Request): Promise<Reply> {
    const config = readObject(sent) ?? {};
    const kind = this.kindOf(typeName);
    if (kind === undefined) return { diagnostics: [this.notServed(typeName)] };
    const problems = (kind.checks ?? []).map((check) => check(config)).filter((problem) => problem !== undefined);
    const errors = problems.map(({ message, attribute }): Diagnostic => ({
      severity: 1,
      summary: `${typeName}: ${attribute ? `${attribute} cannot be this` : "arguments do not fit together"}`,
      detail: message,
      ...(attribute ? { attribute: attributePath(attribute) } : {}),
    }));
    const warnings = deprecatedIn(this.schema.resource_schemas[typeName]?.block ?? {}, config).map(
      (name): Diagnostic => ({
        severity: 2,
        summary: `${typeName}: "${name}" is deprecated`,
        detail: `The provider's documentation of ${typeName} names the argument that took its place.`,
        attribute: attributePath(name),
      }),
    );
    return { diagnostics: [...errors, ...warnings] };
  }

  private async ValidateDataSourceConfig({ typeName }: Request): Promise<Reply> {
    return { diagnostics: [this.notServed(typeName)] };
  }

  private async ReadDataSource({ typeName }: Request): Promise<Reply> {
    return { diagnostics: [this.notServed(typeName)] };
  }

  private async UpgradeResourceState({ typeName, rawState }: Request): Promise<Reply> {
    const raw = JSON.parse(Buffer.from(rawState?.json ?? []).toString("utf8") || "{}") as ValueMap;
    return { upgradedState: writeDynamic(conform(this.schema.resource_schemas[typeName]?.block ?? {}, raw)) };
  }

  private async ImportResourceState({ typeName, id }: Request): Promise<Reply> {
    const { block } = this.served(typeName);
    return { importedResources: [{ typeName, state: writeDynamic(stateWithId(block, id)) }] };
  }

  private async ReadResource({ typeName, currentState, private: kept }: Request): Promise<Reply> {
    const state = readObject(currentState);
    if (state === undefined) return { newState: writeDynamic(null), private: kept };
    const { kind, block } = this.served(typeName);
    const found = await kind.read(this.configured(), String(state["id"]), state);
    return { newState: writeDynamic(found ? stateOf(block, state, found) : null), private: kept };
  }

  private async PlanResourceChange(request: Request): Promise<Reply> {
    const { kind, block } = this.served(request.typeName);
    const common = { plannedPrivate: request.priorPrivate, legacyTypeSystem: true };
    const proposed = readObject(request.proposedNewState);
    if (proposed === undefined) return { plannedState: writeDynamic(null), ...common };
    const prior = readObject(request.priorState);
    const plan = planResource(kind, block, prior, proposed, readObject(request.config) ?? {});
    const paths = [...new Set(plan.requiresReplace.map((path) => path.split(".")[0] ?? path))];
    return { plannedState: writeDynamic(plan.planned), requiresReplace: paths.map(attributePath), ...common };
  }

  private async ApplyResourceChange(request: Request): Promise<Reply> {
    const served = this.served(request.typeName);
    const prior = readObject(request.priorState);
    const planned = readObject(request.plannedState);
    const common = { private: request.plannedPrivate, legacyTypeSystem: true };
    const { state, error } = await this.apply(served, prior, planned);
    const diagnostics = error === undefined ? [] : [diagnosticOf(error, served.kind.type, served.kind.idForm)];
    return { newState: writeDynamic(state ?? null), diagnostics, ...common };
  }

  /** What is there afterwards, whether or not something went wrong on the way: what was made is never forgotten. */
  private async apply(
    { kind, block }: Served,
    prior: ValueMap | undefined,
    planned: ValueMap | undefined,
  ): Promise<{ state?: ValueMap | undefined; error?: unknown }> {
    let state = prior;
    try {
      const cloud = this.configured();
      if (planned === undefined) {
        await kind.remove(cloud, String(prior?.["id"]), prior ?? {});
        return {};
      }
      const wanted = stateOf(block, planned, {});
      const made = prior === undefined ? await kind.create(cloud, wanted) : String(prior["id"]);
      const { id, told } = typeof made === "string" ? { id: made, told: {} } : made;
      if (prior === undefined) state = { ...wanted, ...told, id };
      await kind.update?.(cloud, id, wanted, prior);
      state = { ...wanted, ...told, id };
      const found = await kind.read(cloud, id, state);
      if (found === undefined)
        throw new Error(`${kind.type} ${id} was written, but is not found when it is read back.`);
      return { state: stateOf(block, state, found) };
    } catch (error) {
      return { state, error };
    }
  }

  private async Stop(): Promise<Reply> {
    this.stop.abort();
    return {};
  }

  private kindOf(typeName: string): ResourceKind | undefined {
    return this.kinds.find(({ type }) => type === typeName);
  }

  private served(typeName: string): Served {
    const kind = this.kindOf(typeName);
    const block = this.schema.resource_schemas[typeName]?.block;
    if (kind === undefined || block === undefined) throw new Error(this.notServed(typeName).detail);
    return { kind, block };
  }

  private configured(): Cloud {
    if (this.cloud === undefined) throw new Error("Terraform has not configured the provider.");
    return this.cloud;
  }

  private notServed(typeName: string): Diagnostic {
    const served = this.kinds.map(({ type }) => type).join(", ");
    return {
      severity: 1,
      summary: `The offline stand-in does not serve ${typeName}`,
      detail:
        `It serves ${served}, and no data sources. Leave ${typeName} out of the offline run, or use the real provider ` +
        `aliyun/alicloud ${providerVersion}: where the public registry can be reached, unset TF_CLI_CONFIG_FILE and ` +
        "run `terraform init -upgrade`.",
    };
  }
}
