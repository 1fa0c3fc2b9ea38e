import { Token, type ITerraformDependable } from "cdktf";
import { Construct, type IConstruct } from "constructs";
import { configNameProblem } from "../sls/model/names";
import { isPipeline, type AnyConfigBody } from "../sls/model/config-form";
import { logtailConfigProblems, type LogtailConfigBody } from "../sls/model/logtail-config";
import { pipelineProblems, type PipelineConfigBody } from "../sls/model/logtail-pipeline";
import type { LogFormat } from "./log-format";
import type { LogMask } from "./log-mask";
import type { ILogProject } from "./log-project";
import { LogSource } from "./log-source";
import type { ILogStore } from "./log-store";
import { LogTopic } from "./log-topic";
import type { IMachineGroup } from "./machine-group";
import { check, differ, invalidValue } from "./private/check";
import { declareInProject } from "./private/declared-names";
import { deliveryProblem } from "./private/delivery-problem";
import { DeployManifestOutput } from "./private/deploy-manifest-output";
import { sampleProblem, type LogSample } from "./private/log-sample";
import { logtailInput } from "./private/logtail-body";
import { wishesProblem } from "./private/logtail-problems";
import type { LogtailWishes, SendRate } from "./private/logtail-wishes";
import { pipelineOf } from "./private/pipeline-body";
import { stringMapProblem } from "./private/string-map";
import { literal } from "./private/template-text";
import { attachment, logtailConfigResource, pipelineConfigResource } from "./private/terraform-delivery";

export type { LogSample } from "./private/log-sample";
export type { SendRate } from "./private/logtail-wishes";

export interface LogtailConfigOptions {
  readonly format: LogFormat;
  /** Where the agent takes the logs from. @default LogSource.syslog() with LogFormat.syslog; other formats but plugin need one */
  readonly source?: LogSource;
  /** A log as it is in the file or on the wire, taken apart at synth; an error shows where it stops to fit. @default - none */
  readonly logSample?: string | LogSample;
  /** @default LogTopic.none(); logs that are sent have the topic of their machine group */
  readonly topic?: LogTopic;
  /** Field -> regular expression: a log is collected only if each field is matched as a whole. @default - all logs */
  readonly filters?: Readonly<Record<string, string>>;
  /** What is hidden on the machine. @default - nothing */
  readonly masks?: readonly LogMask[];
  /** The log as it was is sent too, in the field `__raw__`. @default false */
  readonly uploadRaw?: boolean;
  /** @default - no limit */
  readonly sendRate?: SendRate;
  /** Logs that do not fit the format are lost; otherwise they are sent whole, in the field `__raw_log__`. @default false */
  readonly discardUnmatched?: boolean;
  /** Logs with bytes that are not UTF-8 are lost. @default false */
  readonly discardNonUtf8?: boolean;
  /** Fields of the service's `inputDetail` for which there is no prop; they win over what the props say. Not with form `pipeline`. @default - none */
  readonly inputDetail?: Readonly<Record<string, unknown>>;
  /**
   * `deploy`: by `cdktf-sls deploy`, from the stack's output. `terraform`: by the resources `alicloud_logtail_config` and
   * `alicloud_logtail_attachment`, which take no LogFormat.syslog. @default "deploy"; "terraform" for form `pipeline`
   */
  readonly delivery?: "deploy" | "terraform";
  /**
   * `pipeline` is LoongCollector's form; by Terraform it is the resource `alicloud_sls_logtail_pipeline_config`.
   * @default "logtail", but "pipeline" with the inputs of LogFormat.asFound
   */
  readonly form?: "logtail" | "pipeline";
}

export interface LogtailConfigProps extends LogtailConfigOptions {
  /** 2 to 128 lower-case letters, digits, hyphens and underscores; unique in the project. */
  readonly configName: string;
  /** Where the logs go. Its project is the config's too. */
  readonly logstore: ILogStore;
  /** Groups whose machines collect by this config; more can be bound with bindTo. @default - none yet */
  readonly machineGroups?: readonly IMachineGroup[];
  /** It may be bound to no group, so that no machine collects by it. @default false: that is an error */
  readonly allowUnbound?: boolean;
}

const otherProject = (config: IConstruct, group: IMachineGroup, project: string): Error =>
  invalidValue(
    config,
    `machine group ${JSON.stringify(group.givenName)} is in project ${JSON.stringify(group.project.givenName)}, but the logstore ` +
      `is in ${JSON.stringify(project)}; a config, its logstore and its machine groups must share a project`,
  );
const declaredTwice = "give one of them another configName";
const boundToNone =
  "bound to no machine group, so no machine would collect by it; give machineGroups, or call bindTo, or set allowUnbound";

/**
 * A Logtail config: what the machines of its groups collect, and where it goes. 200 in a project at most. No Terraform resource takes the
 * syslog kind, so by default it is written down in the stack's output `cdktf_sls`, and `cdktf-sls deploy` makes the service equal to that.
 */
export class LogtailConfig extends Construct {
  readonly configName: string;
  readonly project: ILogProject;
  readonly logstore: ILogStore;
  readonly format: LogFormat;
  /** undefined for LogFormat.plugin. */
  readonly source: LogSource | undefined;
  readonly delivery: "deploy" | "terraform";
  readonly form: "logtail" | "pipeline";
  /** As `/configs` takes it, with names by reference; undefined for form `pipeline`. */
  readonly body: LogtailConfigBody | undefined;
  /** As `/pipelineconfigs` takes it; undefined for form `logtail`. */
  readonly pipeline: PipelineConfigBody | undefined;
  private readonly groups: IMachineGroup[] = [];
  private readonly resource: ITerraformDependable | undefined;

  constructor(scope: Construct, id: string, props: LogtailConfigProps) {
    super(scope, id);
    this.configName = props.configName;
    this.logstore = props.logstore;
    this.project = props.logstore.project;
    this.format = props.format;
    this.source = props.source ?? (this.format.definition.kind === "syslog" ? LogSource.syslog() : undefined);
    this.form = props.form ?? (isFoundPipeline(this.format) ? "pipeline" : "logtail");
    this.delivery = props.delivery ?? (this.form === "pipeline" ? "terraform" : "deploy");
    const wishes = this.wishes(props);
    this.checkWishes(props, wishes);
    const config = this.form === "pipeline" ? this.pipelineOf(props, wishes) : this.bodyOf(props, wishes);
    this.body = isPipeline(config) ? undefined : config;
    this.pipeline = isPipeline(config) ? config : undefined;
    declareInProject(this, "Logtail config", this.configName, this.project.givenName, declaredTwice);
    this.resource = this.deliver(config);
    for (const group of props.machineGroups ?? []) this.bindTo(group);
    this.node.addValidation({
      validate: () =>
        this.groups.length > 0 || props.allowUnbound === true ? [] : [`${this.node.path}: ${boundToNone}`],
    });
  }

  get machineGroups(): readonly IMachineGroup[] {
    return this.groups;
  }

  /** The machines of the group collect by this config too. The group must be in the config's project. */
  bindTo(group: IMachineGroup): void {
    if (differ(group.project.givenName, this.project.givenName))
      throw otherProject(this, group, this.project.givenName);
    if (this.groups.some((one) => one === group || one.givenName === group.givenName)) return;
    this.groups.push(group);
    if (this.resource !== undefined) attachment(this, this.resource, this.project.projectName, this.configName, group);
  }

  private wishes(props: LogtailConfigOptions): LogtailWishes {
    return {
      format: this.format.definition,
      source: this.source?.definition,
      topic: props.topic ?? LogTopic.none(),
      filters: props.filters ?? {},
      masks: props.masks ?? [],
      uploadRaw: props.uploadRaw ?? false,
      sendRate: props.sendRate,
      discardUnmatched: props.discardUnmatched ?? false,
      discardNonUtf8: props.discardNonUtf8 ?? false,
    };
  }

  private checkWishes(props: LogtailConfigOptions, wishes: LogtailWishes): void {
    check(this, this.configName, configNameProblem);
    const { logSample } = props;
    const sample = typeof logSample === "string" ? { text: logSample } : logSample;
    const problem =
      wishesProblem(wishes) ??
      deliveryProblem(wishes, { ...this, hasInputDetail: props.inputDetail !== undefined }) ??
      (sample === undefined || isUnknown([sample, wishes.format]) ? undefined : sampleProblem(sample, wishes));
    if (problem !== undefined) throw invalidValue(this, problem);
  }

  private bodyOf(props: LogtailConfigOptions, wishes: LogtailWishes): LogtailConfigBody {
    const { inputType, inputDetail, outputDetail } = logtailInput(wishes);
    const body: LogtailConfigBody = {
      configName: this.configName,
      ...sampleField(props),
      inputDetail: { ...inputDetail, ...props.inputDetail },
      inputType,
      outputDetail: { ...outputDetail, logstoreName: this.logstore.logstoreName },
      outputType: "LogService",
    };
    const [problem] = logtailConfigProblems(withoutTokens(body));
    if (problem !== undefined) throw invalidValue(this, problem);
    return body;
  }

  private pipelineOf(props: LogtailConfigOptions, wishes: LogtailWishes): PipelineConfigBody {
    const { flusher, ...pipeline } = pipelineOf(wishes);
    const body: PipelineConfigBody = {
      configName: this.configName,
      ...sampleField(props),
      ...pipeline,
      flushers: [{ Type: "flusher_sls", ...flusher, Logstore: this.logstore.logstoreName }],
    };
    const plugins = [...body.inputs, ...(body.processors ?? []), ...(body.aggregators ?? []), ...body.flushers];
    const asText = this.delivery === "terraform" ? plugins.map(stringMapProblem) : [];
    const problem = asText.find((one) => one !== undefined) ?? pipelineProblems(withoutTokens(body))[0];
    if (problem !== undefined) throw invalidValue(this, problem);
    return body;
  }

  /** Returns the Terraform resource, if it is one. */
  private deliver(config: AnyConfigBody): ITerraformDependable | undefined {
    if (this.delivery === "deploy") {
      DeployManifestOutput.of(this).declare(() => ({
        project: this.project.projectName,
        config: literal(config),
        machineGroups: this.groups.map(({ groupName }) => groupName),
      }));
      return undefined;
    }
    const project = this.project.projectName;
    if (isPipeline(config)) return pipelineConfigResource(this, project, config);
    return logtailConfigResource(this, project, config);
  }
}

const isFoundPipeline = ({ definition }: LogFormat): boolean =>
  definition.kind === "asFound" && "inputs" in definition.found;

function sampleField({ logSample }: LogtailConfigOptions): { readonly logSample?: string } {
  if (logSample === undefined) return {};
  return { logSample: typeof logSample === "string" ? logSample : logSample.text };
}

/** Whether a text in it is known only at apply. */
const isUnknown = (value: unknown): boolean => Token.isUnresolved(JSON.stringify(value));

/** For the check: a name that is not known yet stands for a legal one. */
function withoutTokens<Body extends AnyConfigBody>(body: Body): Body {
  const text = JSON.stringify(body, (_key, value: unknown) =>
    typeof value === "string" && Token.isUnresolved(value) ? "token" : value,
  );
  return JSON.parse(text) as Body;
}
