import { Testing, type TerraformStack } from "cdktf";
import { deployManifestOutput, type DeployManifest } from "../sls/model/deploy-manifest";
import { differences, type Difference } from "./private/differences";

type Json = Readonly<Record<string, unknown>>;

/** What Terraform would read. */
interface Synthesised {
  readonly resource?: Readonly<Record<string, Readonly<Record<string, Json>>>>;
  readonly output?: Readonly<Record<string, { readonly value: unknown }>>;
}

/** A Logtail config of a stack, whichever way it is delivered. Names are plain where the stack knows them. */
export interface FoundLogtailConfigJson extends Json {
  readonly project: string;
  readonly machineGroups: readonly string[];
}

const indent = (lines: readonly string[]): string => lines.map((line) => `  ${line}`).join("\n");

/**
 * For tests of apps: what a stack declares, with the validations that `cdktf synth` makes. What is expected is a part: fields that are not named may
 * be anything, lists must be equal. An error shows the nearest that there is, field by field.
 */
export class LogAssertions {
  static fromStack(stack: TerraformStack): LogAssertions {
    return new LogAssertions(JSON.parse(Testing.synth(stack, true)) as Synthesised);
  }

  private constructor(private readonly json: Synthesised) {}

  /**
   * A Logtail config with these fields of the service: `configName`, `inputType`, `inputDetail`, `outputDetail`, `logSample`, and with `project` and
   * `machineGroups`. A pipeline config has `inputs`, `processors` and `flushers` instead; those by Terraform as the provider takes them, with texts.
   */
  hasLogtailConfig(expected: Json): this {
    return this.has("Logtail config", this.logtailConfigs, expected, "configName");
  }

  /** A project with these attributes of `alicloud_log_project`, e.g. `{ project_name: "acme-logs" }`. */
  hasProject(expected: Json): this {
    return this.hasResource("alicloud_log_project", expected);
  }

  /** A logstore with these attributes of `alicloud_log_store`, e.g. `{ logstore_name: "web", retention_period: 90 }`. */
  hasLogstore(expected: Json): this {
    return this.hasResource("alicloud_log_store", expected);
  }

  /** A machine group with these attributes of `alicloud_log_machine_group`, e.g. `{ identify_list: ["web"] }`. */
  hasMachineGroup(expected: Json): this {
    return this.hasResource("alicloud_log_machine_group", expected);
  }

  /** Any resource by its Terraform type, with these attributes. */
  hasResource(type: string, expected: Json): this {
    return this.has(type, this.resources(type), expected, undefined);
  }

  /** So many resources of a Terraform type. */
  resourceCountIs(type: string, count: number): this {
    const found = this.resources(type).length;
    if (found === count) return this;
    const types = Object.keys(this.json.resource ?? {}).sort();
    throw new Error(
      `expected ${count} of ${type}, found ${found}; the stack has: ${types.join(", ") || "no resource"}`,
    );
  }

  get logtailConfigs(): readonly FoundLogtailConfigJson[] {
    return [...this.byDeploy(), ...this.byTerraform(), ...this.pipelines()];
  }

  private byDeploy(): FoundLogtailConfigJson[] {
    const manifest = this.plain(this.json.output?.[deployManifestOutput]?.value) as DeployManifest | undefined;
    return (manifest?.logtailConfigs ?? []).map(({ project, config, machineGroups }) => ({
      ...config,
      project,
      machineGroups,
    }));
  }

  private byTerraform(): FoundLogtailConfigJson[] {
    return this.resources("alicloud_logtail_config").map((found) => ({
      configName: found["name"],
      ...("log_sample" in found ? { logSample: found["log_sample"] } : {}),
      inputType: found["input_type"],
      inputDetail: JSON.parse(String(found["input_detail"])) as Json,
      outputType: found["output_type"],
      outputDetail: { logstoreName: found["logstore"] },
      project: String(found["project"]),
      machineGroups: this.groupsOf(found["name"]),
    }));
  }

  private pipelines(): FoundLogtailConfigJson[] {
    return this.resources("alicloud_sls_logtail_pipeline_config").map((found) => {
      const { config_name: configName, log_sample: logSample, ...rest } = found;
      const sample = logSample === undefined ? {} : { logSample };
      const project = String(found["project"]);
      return { configName, ...sample, ...rest, project, machineGroups: this.groupsOf(configName) };
    });
  }

  private groupsOf(config: unknown): string[] {
    return this.resources("alicloud_logtail_attachment")
      .filter((one) => one["logtail_config_name"] === config)
      .map((one) => String(one["machine_group_name"]));
  }

  private resources(type: string): readonly Json[] {
    return Object.values(this.json.resource?.[type] ?? {}).map((one) => this.plain(one) as Json);
  }

  /** References to the stack's own resources become their values; text that was escaped for Terraform's templates is as it was written. */
  private plain(value: unknown): unknown {
    if (typeof value === "string") return this.plainText(value);
    if (Array.isArray(value)) return value.map((item) => this.plain(item));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [this.plainText(key), this.plain(inner)]));
  }

  private plainText(text: string): string {
    const known = text.replace(/(?<!\$)\$\{(alicloud_\w+)\.([\w-]+)\.(\w+)\}/g, (reference, type, id, attribute) => {
      const value = this.json.resource?.[String(type)]?.[String(id)]?.[String(attribute)];
      return typeof value === "string" ? this.plainText(value) : String(reference);
    });
    return known.replaceAll("$${", "${").replaceAll("%%{", "%{");
  }

  private has(noun: string, found: readonly Json[], expected: Json, nameField: string | undefined): this {
    const all = found.map((one) => ({ one, wrong: differences(expected, one) }));
    if (all.some(({ wrong }) => wrong.length === 0)) return this;
    const [nearest] = all.sort((a, b) => a.wrong.length - b.wrong.length);
    if (nearest === undefined) {
      throw new Error(`the stack has no ${noun}; expected one with:\n${indent([JSON.stringify(expected)])}`);
    }
    const name = nameField === undefined ? "" : ` ${JSON.stringify(nearest.one[nameField])}`;
    const nearestIs = found.length === 1 ? `the only one${name}` : `the nearest of ${found.length}${name}`;
    throw new Error(`no ${noun} is as expected; ${nearestIs} differs:\n${indent(nearest.wrong.map(told))}`);
  }
}

const shown = (value: unknown): string => (value === undefined ? "nothing" : JSON.stringify(value));
const told = ({ field, expected, found }: Difference): string =>
  `${field}: expected ${shown(expected)}, found ${shown(found)}`;
