import { Construct, type IConstruct } from "constructs";
import { Environment } from "./environment";
import { LogFormat } from "./log-format";
import { LogIndex, type LogIndexOptions } from "./log-index";
import { LogProject, type ILogProject, type LogProjectOptions } from "./log-project";
import { LogSecurityRules, type LogSecurityRulesProps } from "./log-security-rules";
import { LogStore, type ILogStore, type LogStoreOptions } from "./log-store";
import { LogtailConfig } from "./logtail-config";
import { MachineGroup, type IMachineGroup } from "./machine-group";
import { LogNames, type LogNameOverrides } from "./names";

/** What the names of a collection are made from. */
export interface LogCollectionName {
  /** Begins the names: lower-case letters, digits and hyphens, e.g. `sample-app`. */
  readonly app: string;
  /** Ends the names. */
  readonly environment: Environment;
  /** Names to use instead of the scheme's. @default - those of LogNames */
  readonly names?: LogNameOverrides;
}

export interface LogCollectionProps extends LogCollectionName {
  /** @default - a description with app and environment; preventDestroy as of the collection */
  readonly project?: LogProjectOptions;
  /** @default - as of LogStore; preventDestroy as of the collection */
  readonly logstore?: LogStoreOptions;
  /** @default - full text, and LogIndex.syslogFields() */
  readonly index?: LogIndexOptions;
  /** @default LogFormat.syslog() */
  readonly format?: LogFormat;
  /** The way from syslog senders to the agents. @default - no rule is made */
  readonly securityRules?: LogSecurityRulesProps;
  /** Terraform refuses every plan that would destroy the project or the logstore. @default - true in pre-prod and prod */
  readonly preventDestroy?: boolean;
}

/** A collection that exists or is made here: the parts that other stacks add to. */
export interface ILogCollection extends IConstruct {
  readonly names: LogNames;
  readonly project: ILogProject;
  readonly logstore: ILogStore;
  readonly machineGroup: IMachineGroup;
}

/** The logs of an app in one environment: project, logstore, index, machine group, Logtail config, and the security rules if asked for. */
export class LogCollection extends Construct implements ILogCollection {
  /** A collection that another stack makes, under the names that it gave. */
  static fromName(scope: Construct, id: string, name: LogCollectionName): ILogCollection {
    return new ImportedLogCollection(scope, id, name);
  }

  readonly names: LogNames;
  readonly environment: Environment;
  readonly project: LogProject;
  readonly logstore: LogStore;
  readonly index: LogIndex;
  readonly machineGroup: MachineGroup;
  readonly logtailConfig: LogtailConfig;
  readonly securityRules: LogSecurityRules | undefined;

  constructor(scope: Construct, id: string, props: LogCollectionProps) {
    super(scope, id);
    this.environment = props.environment;
    this.names = LogNames.of(props.app, this.environment, props.names);
    const preventDestroy = props.preventDestroy ?? this.environment.name !== Environment.DEV.name;
    this.project = new LogProject(this, "project", {
      description: props.project?.description ?? `Logs of ${props.app} (${this.environment.name} environment).`,
      preventDestroy: props.project?.preventDestroy ?? preventDestroy,
      projectName: this.names.project,
    });
    const project = this.project;
    this.logstore = new LogStore(this, "logstore", {
      ...props.logstore,
      preventDestroy: props.logstore?.preventDestroy ?? preventDestroy,
      project,
      logstoreName: this.names.logstore,
    });
    this.index = new LogIndex(this, "index", {
      ...props.index,
      fields: props.index?.fields ?? LogIndex.syslogFields(),
      logstore: this.logstore,
    });
    this.machineGroup = MachineGroup.ofUserDefinedId(this, "machine-group", {
      project,
      groupName: this.names.machineGroup,
      userDefinedId: this.names.userDefinedId,
    });
    this.logtailConfig = new LogtailConfig(this, "logtail-config", {
      configName: this.names.logtailConfig,
      logstore: this.logstore,
      format: props.format ?? LogFormat.syslog(),
      machineGroups: [this.machineGroup],
    });
    if (props.securityRules) this.securityRules = new LogSecurityRules(this, "security-rules", props.securityRules);
  }
}

class ImportedLogCollection extends Construct implements ILogCollection {
  readonly names: LogNames;
  readonly project: ILogProject;
  readonly logstore: ILogStore;
  readonly machineGroup: IMachineGroup;

  constructor(scope: Construct, id: string, { app, environment, names }: LogCollectionName) {
    super(scope, id);
    this.names = LogNames.of(app, environment, names);
    this.project = LogProject.fromName(this, "project", this.names.project);
    this.logstore = LogStore.fromName(this, "logstore", this.project, this.names.logstore);
    this.machineGroup = MachineGroup.fromName(this, "machine-group", this.project, this.names.machineGroup);
  }
}
