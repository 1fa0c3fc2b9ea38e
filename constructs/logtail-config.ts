import { Token } from "cdktf";
import { Construct, type IConstruct } from "constructs";
import { logtailConfigProblems, type LogtailConfigBody } from "../sls/model/logtail-config";
import type { LogFormat } from "./log-format";
import type { ILogProject } from "./log-project";
import type { ILogStore } from "./log-store";
import type { IMachineGroup } from "./machine-group";
import { differ, invalidValue } from "./private/check";
import { DeployManifestOutput } from "./private/deploy-manifest-output";

export interface LogtailConfigProps {
  /** 2 to 128 lower-case letters, digits, hyphens and underscores; unique in the project. */
  readonly configName: string;
  /** Where the logs go. Its project is the config's too. */
  readonly logstore: ILogStore;
  readonly format: LogFormat;
  /** Groups whose machines collect by this config; more can be bound with bindTo. @default - none yet */
  readonly machineGroups?: readonly IMachineGroup[];
}

const declaredTwice = (config: IConstruct, name: string, project: string, before: string): Error =>
  invalidValue(
    config,
    `Logtail config ${JSON.stringify(name)} of project ${JSON.stringify(project)} is declared already at ${before}; ` +
      `give one of them another configName`,
  );
const otherProject = (config: IConstruct, group: IMachineGroup, project: string): Error =>
  invalidValue(
    config,
    `machine group ${JSON.stringify(group.givenName)} is in project ${JSON.stringify(group.project.givenName)}, but the logstore ` +
      `is in ${JSON.stringify(project)}; a config, its logstore and its machine groups must share a project`,
  );
const boundToNone = "bound to no machine group, so no machine would collect by it; give machineGroups, or call bindTo";

/**
 * A Logtail config: what the machines of its groups collect, and where it goes. No Terraform resource takes the syslog kind, so it is
 * written down in the stack's output `cdktf_sls`, and `cdktf-sls deploy` makes the service equal to that. 200 in a project at most.
 */
export class LogtailConfig extends Construct {
  readonly configName: string;
  readonly project: ILogProject;
  readonly logstore: ILogStore;
  readonly format: LogFormat;
  /** As the service takes it, with names by reference. */
  readonly body: LogtailConfigBody;
  private readonly groups: IMachineGroup[] = [];

  constructor(scope: Construct, id: string, props: LogtailConfigProps) {
    super(scope, id);
    this.configName = props.configName;
    this.logstore = props.logstore;
    this.project = props.logstore.project;
    this.format = props.format;
    this.body = {
      configName: this.configName,
      inputDetail: this.format.inputDetail,
      inputType: this.format.inputType,
      outputDetail: { logstoreName: this.logstore.logstoreName },
      outputType: "LogService",
    };
    const [problem] = logtailConfigProblems(withoutTokens(this.body));
    if (problem !== undefined) throw invalidValue(this, problem);
    this.declare();
    for (const group of props.machineGroups ?? []) this.bindTo(group);
    this.node.addValidation({
      validate: () => (this.groups.length > 0 ? [] : [`${this.node.path}: ${boundToNone}`]),
    });
  }

  get machineGroups(): readonly IMachineGroup[] {
    return this.groups;
  }

  /** The machines of the group collect by this config too. The group must be in the config's project. */
  bindTo(group: IMachineGroup): void {
    if (differ(group.project.givenName, this.project.givenName))
      throw otherProject(this, group, this.project.givenName);
    if (!this.groups.includes(group)) this.groups.push(group);
  }

  private declare(): void {
    const project = this.project.givenName;
    const before = DeployManifestOutput.of(this).declare({
      path: this.node.path,
      project,
      configName: this.configName,
      entry: () => ({
        project: this.project.projectName,
        config: this.body,
        machineGroups: this.groups.map(({ groupName }) => groupName),
      }),
    });
    if (before !== undefined) throw declaredTwice(this, this.configName, project, before.path);
  }
}

/** For the check: a name that is not known yet stands for a legal one. */
function withoutTokens(body: LogtailConfigBody): LogtailConfigBody {
  const text = JSON.stringify(body, (_key, value: unknown) =>
    typeof value === "string" && Token.isUnresolved(value) ? "token" : value,
  );
  return JSON.parse(text) as LogtailConfigBody;
}
