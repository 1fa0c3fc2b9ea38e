import { Token } from "cdktf";
import { dashboardNameProblem } from "../sls/model/jobs";
import { userDefinedIdProblem } from "../sls/model/machine-group";
import {
  configNameProblem,
  logstoreNameProblem,
  machineGroupNameProblem,
  projectNameProblem,
  suggestName,
  type NameProblem,
} from "../sls/model/names";
import { policyNameProblem, roleNameProblem } from "../sls/model/ram";
import type { Environment } from "./environment";

/** Names to use instead of those of the scheme; any of them may be left out. */
export interface LogNameOverrides {
  /** @default `${app}-log-project-${environment}` */
  readonly project?: string;
  /** @default `${app}-log-store-${environment}` */
  readonly logstore?: string;
  /** @default `${app}-log-machine-group-${environment}` */
  readonly machineGroup?: string;
  /** @default `${app}-logtail-config-${environment}` */
  readonly logtailConfig?: string;
  /** @default `logtail-id-${environment}` */
  readonly userDefinedId?: string;
  /** @default `${app}-log-dashboard-${environment}` */
  readonly dashboard?: string;
  /** @default `${app}-log-agent-${environment}` */
  readonly agentRole?: string;
  /** @default `${app}-log-reader-${environment}` */
  readonly readerPolicy?: string;
}

/** What a name is made from. */
export interface LogNameParts {
  readonly app: string;
  /** What the name is for: `log-project`, `log-store`, `log-machine-group`, `logtail-config`, `log-dashboard`, `log-agent`, `log-reader`. */
  readonly noun: string;
  readonly environment: Environment;
}

/** Makes a name; names of different environments must differ. */
export type LogNameScheme = (parts: LogNameParts) => string;

const seedScheme: LogNameScheme = ({ app, noun, environment }) => `${app}-${noun}-${environment.name}`;

const illegalName = (app: string, environment: Environment, problem: string): Error =>
  new Error(`names of app ${JSON.stringify(app)} in ${environment.name}: ${problem}`);

/**
 * What the log resources of an app are called in one environment, checked when they are made.
 * The project name must differ from all others in Alibaba Cloud, of any account; the rest are unique within the project.
 */
export class LogNames {
  /** By the scheme, `${app}-log-project-${environment}` and so on unless another is given, except for what `overrides` names. */
  static of(
    app: string,
    environment: Environment,
    overrides: LogNameOverrides = {},
    scheme: LogNameScheme = seedScheme,
  ): LogNames {
    return new LogNames(app, environment, overrides, scheme);
  }

  /** @default `sample-app-log-project-dev` */
  readonly project: string;
  /** @default `sample-app-log-store-dev` */
  readonly logstore: string;
  /** @default `sample-app-log-machine-group-dev` */
  readonly machineGroup: string;
  /** @default `sample-app-logtail-config-dev` */
  readonly logtailConfig: string;
  /**
   * What the VMs of this environment say in `/etc/ilogtail/user_defined_id`. It does not contain the app: VMs that say it belong to
   * the groups of all apps that use it, so give each app its own where apps share VMs' images or account.
   * @default `logtail-id-dev`
   */
  readonly userDefinedId: string;
  /** @default `sample-app-log-dashboard-dev` */
  readonly dashboard: string;
  /** @default `sample-app-log-agent-dev` */
  readonly agentRole: string;
  /** @default `sample-app-log-reader-dev` */
  readonly readerPolicy: string;

  private constructor(
    private readonly app: string,
    private readonly environment: Environment,
    private readonly overrides: LogNameOverrides,
    private readonly scheme: LogNameScheme,
  ) {
    this.project = this.name("project", "log-project", projectNameProblem);
    this.logstore = this.name("logstore", "log-store", logstoreNameProblem);
    this.machineGroup = this.name("machineGroup", "log-machine-group", machineGroupNameProblem);
    this.logtailConfig = this.name("logtailConfig", "logtail-config", configNameProblem);
    this.userDefinedId = overrides.userDefinedId ?? `logtail-id-${environment.name}`;
    this.check(this.userDefinedId, userDefinedIdProblem(this.userDefinedId));
    this.dashboard = this.name("dashboard", "log-dashboard", dashboardNameProblem);
    this.agentRole = this.name("agentRole", "log-agent", roleNameProblem);
    this.readerPolicy = this.name("readerPolicy", "log-reader", policyNameProblem);
  }

  private name(key: keyof LogNameOverrides, noun: string, problemOf: NameProblem): string {
    const own = this.overrides[key];
    const { app, environment } = this;
    const name = own ?? this.scheme({ app, noun, environment });
    const ofSeeds = own === undefined && this.scheme === seedScheme;
    this.check(name, ofSeeds ? problemOf(name, this.remedy(name, key)) : problemOf(name));
    return name;
  }

  private check(name: string, problem: string | undefined): void {
    if (problem !== undefined && !Token.isUnresolved(name)) throw illegalName(this.app, this.environment, problem);
  }

  /** A name of the scheme is wrong only through its app; a name cut to length would lose its environment. */
  private remedy(name: string, key: keyof LogNameOverrides): string {
    const limit = key === "project" || key === "logstore" ? 63 : 128;
    const room = limit - (name.length - this.app.length);
    const legal = suggestName(this.app, Math.max(room, 0)).replaceAll("_", "-");
    const tooLong = name.length - limit;
    if (legal === "") return `give the app a name, or give names.${key}`;
    if (tooLong > 0) return `make the app's name ${tooLong} characters shorter, or give names.${key}`;
    return `try the app "${legal}", or give names.${key}`;
  }
}
