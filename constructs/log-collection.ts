import { Construct, type IConstruct } from "constructs";
import { AgentRole, type AgentRoleProps } from "./agent-role";
import { Environment } from "./environment";
import type { LogChart } from "./log-chart";
import { LogDashboard } from "./log-dashboard";
import { LogFormat } from "./log-format";
import { LogIndex, type LogIndexOptions } from "./log-index";
import { LogProject, type ILogProject, type LogProjectOptions } from "./log-project";
import { LogReaderPolicy, type LogReaderPolicyProps } from "./log-reader-policy";
import { LogSecurityRules, type LogSecurityRulesProps } from "./log-security-rules";
import { LogStore, type ILogStore, type LogStoreOptions } from "./log-store";
import { LogTags } from "./log-tags";
import { LogtailConfig, type LogtailConfigOptions } from "./logtail-config";
import { MachineGroup, type IMachineGroup } from "./machine-group";
import { LogNames, type LogNameOverrides, type LogNameScheme } from "./names";

/** What the names of a collection are made from. */
export interface LogCollectionName {
  /** Begins the names: lower-case letters, digits and hyphens, e.g. `sample-app`. */
  readonly app: string;
  /** Ends the names. */
  readonly environment: Environment;
  /** Names to use instead of the scheme's. @default - those of LogNames */
  readonly names?: LogNameOverrides;
  /** Makes the other names. @default - `${app}-${noun}-${environment}` */
  readonly nameScheme?: LogNameScheme;
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
  /** Where the logs come from, and what happens to them on their way; `format` goes before. @default - as of LogtailConfig */
  readonly logtailConfig?: Partial<LogtailConfigOptions>;
  /** Topic of the logs of the machine group. @default - none */
  readonly topic?: string;
  /** A RAM role for the machines, with which their agents may do what they need; `true`, or more about it. @default - none is made */
  readonly agentRole?: true | Partial<Pick<AgentRoleProps, "policyName" | "instanceIds">>;
  /** A RAM policy for people who read the logs; `true`, or who gets it. @default - none is made */
  readonly readerPolicy?: true | Pick<LogReaderPolicyProps, "users" | "roles">;
  /** Charts over the logs; `true` for those of rsyslog's lines, or charts of your own. @default - none is made */
  readonly dashboard?: true | ((logstore: ILogStore) => readonly LogChart[]);
  /** On every resource of the collection that can have tags. @default - none */
  readonly tags?: Readonly<Record<string, string>>;
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
  readonly agentRole: AgentRole | undefined;
  readonly readerPolicy: LogReaderPolicy | undefined;
  readonly dashboard: LogDashboard | undefined;

  constructor(scope: Construct, id: string, props: LogCollectionProps) {
    super(scope, id);
    this.environment = props.environment;
    this.environment.applyTo(this);
    this.names = LogNames.of(props.app, this.environment, props.names, props.nameScheme);
    const preventDestroy = props.preventDestroy ?? this.environment.name !== Environment.DEV.name;
    this.project = new LogProject(this, "project", {
      ...props.project,
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
      ...(props.topic === undefined ? {} : { topic: props.topic }),
    });
    this.logtailConfig = new LogtailConfig(this, "logtail-config", {
      ...props.logtailConfig,
      configName: this.names.logtailConfig,
      logstore: this.logstore,
      format: props.format ?? props.logtailConfig?.format ?? LogFormat.syslog(),
      machineGroups: [this.machineGroup],
    });
    if (props.securityRules) this.securityRules = new LogSecurityRules(this, "security-rules", props.securityRules);
    this.agentRole = this.makeAgentRole(props.agentRole);
    this.readerPolicy = this.makeReaderPolicy(props.readerPolicy);
    this.dashboard = this.makeDashboard(props.dashboard);
    if (props.tags !== undefined) LogTags.add(this, props.tags);
  }

  private makeAgentRole(wish: LogCollectionProps["agentRole"]): AgentRole | undefined {
    if (wish === undefined) return undefined;
    const { project, logstore } = this;
    const more = wish === true ? {} : wish;
    return new AgentRole(this, "agent-role", {
      roleName: this.names.agentRole,
      project,
      logstores: [logstore],
      ...more,
    });
  }

  private makeReaderPolicy(wish: LogCollectionProps["readerPolicy"]): LogReaderPolicy | undefined {
    if (wish === undefined) return undefined;
    const more = wish === true ? {} : wish;
    const policyName = this.names.readerPolicy;
    return new LogReaderPolicy(this, "reader-policy", { policyName, project: this.project, ...more });
  }

  private makeDashboard(wish: LogCollectionProps["dashboard"]): LogDashboard | undefined {
    if (wish === undefined) return undefined;
    const { project, logstore } = this;
    const charts = wish === true ? LogDashboard.syslogCharts(logstore) : wish(logstore);
    return new LogDashboard(this, "dashboard", { project, dashboardName: this.names.dashboard, charts });
  }
}

class ImportedLogCollection extends Construct implements ILogCollection {
  readonly names: LogNames;
  readonly project: ILogProject;
  readonly logstore: ILogStore;
  readonly machineGroup: IMachineGroup;

  constructor(scope: Construct, id: string, { app, environment, names, nameScheme }: LogCollectionName) {
    super(scope, id);
    environment.applyTo(this);
    this.names = LogNames.of(app, environment, names, nameScheme);
    this.project = LogProject.fromName(this, "project", this.names.project);
    this.logstore = LogStore.fromName(this, "logstore", this.project, this.names.logstore);
    this.machineGroup = MachineGroup.fromName(this, "machine-group", this.project, this.names.machineGroup);
  }
}
