/**
 * What a stack says to the deploy step: the Logtail configs that it declares. The constructs write it as the
 * Terraform output `cdktf_sls`; the deploy step reads it once `apply` has resolved every name in it.
 */
import type { AnyConfigBody } from "./config-form";
import { regionProblem } from "./endpoint";
import { logtailConfigProblems, type LogtailConfigBody } from "./logtail-config";
import { pipelineProblems, type PipelineConfigBody, type PipelinePlugin } from "./logtail-pipeline";
import { machineGroupNameProblem, projectNameProblem } from "./names";

/** Logical id of the Terraform output; the same in every stack. */
export const deployManifestOutput = "cdktf_sls";

export interface DeployManifest {
  readonly version: 1;
  /** Region of the stack's provider; absent when only the environment names it. */
  readonly region?: string;
  /** `dev`, `pre-prod` or `prod`: the most guarded of the stack's collections; absent where it has none, and in manifests of 0.1. */
  readonly environment?: string;
  readonly logtailConfigs: readonly DeployManifestEntry[];
}

export interface DeployManifestEntry {
  readonly project: string;
  /** As `/configs` takes it, or `/pipelineconfigs`. */
  readonly config: AnyConfigBody;
  /** Names of the groups that the config is bound to, all in `project`. */
  readonly machineGroups: readonly string[];
}

const wrong = (where: string, problem: string): Error => new Error(`${where}: ${problem}`);
const otherVersion = (where: string, version: unknown): Error =>
  wrong(
    `${where}.version`,
    `must be 1, got ${show(version)}; synthesise and deploy the stack with the release of cdktf-sls that reads it`,
  );

/** The value of the output, checked throughout; the error says which value is wrong and what is allowed. */
export function parseDeployManifest(value: unknown): DeployManifest {
  const root = deployManifestOutput;
  const manifest = asObject(value, root);
  if (manifest["version"] !== 1) throw otherVersion(root, manifest["version"]);
  const region = manifest["region"] ?? undefined;
  const environment = manifest["environment"] ?? undefined;
  const logtailConfigs = asList(manifest["logtailConfigs"], `${root}.logtailConfigs`).map((entry, i) =>
    parseEntry(entry, `${root}.logtailConfigs[${i}]`),
  );
  return {
    version: 1,
    ...(region === undefined ? {} : { region: asLegal(region, `${root}.region`, regionProblem) }),
    ...(environment === undefined ? {} : { environment: asString(environment, `${root}.environment`) }),
    logtailConfigs,
  };
}

function parseEntry(value: unknown, where: string): DeployManifestEntry {
  const entry = asObject(value, where);
  const groups = asList(entry["machineGroups"], `${where}.machineGroups`);
  return {
    project: asLegal(entry["project"], `${where}.project`, projectNameProblem),
    config: parseConfig(entry["config"], `${where}.config`),
    machineGroups: groups.map((group, i) => asLegal(group, `${where}.machineGroups[${i}]`, machineGroupNameProblem)),
  };
}

function parseConfig(value: unknown, where: string): AnyConfigBody {
  const config = asObject(value, where);
  if ("inputs" in config) return parsePipeline(config, where);
  const outputDetail = asObject(config["outputDetail"], `${where}.outputDetail`);
  const body = {
    ...config,
    configName: asString(config["configName"], `${where}.configName`),
    inputDetail: asObject(config["inputDetail"], `${where}.inputDetail`),
    inputType: asString(config["inputType"], `${where}.inputType`),
    outputDetail: {
      ...outputDetail,
      logstoreName: asString(outputDetail["logstoreName"], `${where}.outputDetail.logstoreName`),
    },
    outputType: asString(config["outputType"], `${where}.outputType`),
  } as LogtailConfigBody;
  const [problem] = logtailConfigProblems(body);
  if (problem !== undefined) throw wrong(where, problem);
  return body;
}

function parsePipeline(config: Readonly<Record<string, unknown>>, where: string): PipelineConfigBody {
  const plugins = (name: string): readonly PipelinePlugin[] =>
    asList(config[name], `${where}.${name}`).map((plugin, i) => {
      const at = `${where}.${name}[${i}]`;
      const settings = asObject(plugin, at);
      return { ...settings, Type: asString(settings["Type"], `${at}.Type`) };
    });
  const lists = ["processors", "aggregators"].filter((name) => config[name] !== undefined);
  const body: PipelineConfigBody = {
    ...config,
    configName: asString(config["configName"], `${where}.configName`),
    inputs: plugins("inputs"),
    ...Object.fromEntries(lists.map((name) => [name, plugins(name)])),
    flushers: plugins("flushers"),
  };
  const [problem] = pipelineProblems(body);
  if (problem !== undefined) throw wrong(where, problem);
  return body;
}

function show(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}

function asObject(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw wrong(where, `must be an object, got ${show(value)}`);
}

function asList(value: unknown, where: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw wrong(where, `must be a list, got ${show(value)}`);
}

function asString(value: unknown, where: string): string {
  if (typeof value === "string") return value;
  throw wrong(where, `must be a text, got ${show(value)}`);
}

function asLegal(value: unknown, where: string, problemOf: (text: string) => string | undefined): string {
  const text = asString(value, where);
  const problem = problemOf(text);
  if (problem !== undefined) throw wrong(where, problem);
  return text;
}
