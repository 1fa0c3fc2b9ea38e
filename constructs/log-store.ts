import { LogStore as LogStoreResource } from "@cdktf/provider-alicloud/lib/log-store";
import { Construct, type IConstruct } from "constructs";
import {
  hotTtlProblem,
  infrequentAccessTtlProblem,
  maxSplitShardProblem,
  retentionDaysProblem,
  shardCountProblem,
} from "../sls/model/log-store";
import { logstoreNameProblem } from "../sls/model/names";
import type { ILogProject } from "./log-project";
import { check } from "./private/check";
import { declareInProject } from "./private/declared-names";
import { nameReference } from "./private/name-reference";
import { Retention } from "./retention";

/** Source: SLS, "Data encryption". */
export interface LogStoreEncryption {
  /** `default` is AES. @default "default" */
  readonly type?: "default" | "m4";
  /** A key of Key Management Service that the role may use. @default - a key of Log Service itself */
  readonly userKey?: { readonly keyId: string; readonly roleArn: string; readonly regionId: string };
}

/** What can be chosen about a logstore besides its place and name. Source: SLS, CreateLogStore. */
export interface LogStoreOptions {
  /** How long logs are kept. @default Retention.days(30) */
  readonly retention?: Retention;
  /** Shards at creation, 1 to 100; each takes 5 MB/s of writes. A later change has no effect: split or merge them. @default 2 */
  readonly shardCount?: number;
  /** The service splits a shard that has been too busy for 5 minutes. @default true, as in the console */
  readonly autoSplit?: boolean;
  /** Up to how many shards the service splits, from shardCount to 256. @default 64, or shardCount if that is more */
  readonly maxSplitShardCount?: number;
  /** The service adds the sender's public address and the time of arrival to each log. @default true */
  readonly appendMeta?: boolean;
  /** `query` costs half and knows neither SQL nor dashboards; it can become `standard` later, not the other way. @default "standard" */
  readonly mode?: "standard" | "query";
  /** Days in hot storage, 7 to the retention; after them logs cost less to keep and more to read. @default - all of the retention */
  readonly hotTtl?: number;
  /** Days in infrequent-access storage after hotTtl, 30 or more; after them logs are archived. @default - the rest of the retention */
  readonly infrequentAccessTtl?: number;
  /** Browsers and apps may write without a signature: anybody may. @default false */
  readonly webTracking?: boolean;
  /** Logs are encrypted where they are kept. It can be turned off later, and the kind can't be changed. @default - none */
  readonly encryption?: LogStoreEncryption;
  /** What is paid for: features, or bytes written. @default - the account's own */
  readonly meteringMode?: "ChargeByFunction" | "ChargeByDataIngest";
  /** Terraform refuses every plan that would destroy the logstore and its logs. @default false */
  readonly preventDestroy?: boolean;
}

export interface LogStoreProps extends LogStoreOptions {
  readonly project: ILogProject;
  /** 3 to 63 lower-case letters, digits, hyphens and underscores; unique in the project. */
  readonly logstoreName: string;
}

/** A logstore that exists or is made here: where logs are kept and searched. */
export interface ILogStore extends IConstruct {
  readonly project: ILogProject;
  /** To pass on: in the logstore's own stack a reference that makes Terraform create the logstore first. */
  readonly logstoreName: string;
  /** To read: the name as it was given. */
  readonly givenName: string;
}

const splitWithoutAutoSplit = (max: number): string =>
  `maxSplitShardCount is ${max}, but autoSplit is false, so no shard is ever split; leave one of the two out`;
const splitBelowStart = (max: number, start: number): string =>
  `maxSplitShardCount must be at least shardCount (${start}), got ${max}; raise it, or start with fewer shards`;

const declaredTwice =
  "give one of them another logstoreName, or write LogStore.fromName where the logstore is only used";

export class LogStore extends Construct implements ILogStore {
  /** A logstore that somebody else makes. */
  static fromName(scope: Construct, id: string, project: ILogProject, logstoreName: string): ILogStore {
    return new ImportedLogStore(scope, id, project, logstoreName);
  }

  readonly project: ILogProject;
  readonly logstoreName: string;
  readonly givenName: string;
  readonly retention: Retention;
  readonly shardCount: number;
  readonly autoSplit: boolean;
  /** undefined without autoSplit. */
  readonly maxSplitShardCount: number | undefined;
  readonly appendMeta: boolean;
  readonly mode: "standard" | "query";
  /** undefined: all logs stay in hot storage. */
  readonly hotTtl: number | undefined;
  readonly infrequentAccessTtl: number | undefined;
  readonly webTracking: boolean;
  readonly encryption: LogStoreEncryption | undefined;
  readonly preventDestroy: boolean;

  constructor(scope: Construct, id: string, props: LogStoreProps) {
    super(scope, id);
    this.project = props.project;
    this.givenName = props.logstoreName;
    this.retention = props.retention ?? Retention.days(30);
    this.shardCount = props.shardCount ?? 2;
    this.autoSplit = props.autoSplit ?? true;
    this.maxSplitShardCount = props.maxSplitShardCount ?? (this.autoSplit ? Math.max(64, this.shardCount) : undefined);
    this.appendMeta = props.appendMeta ?? true;
    this.mode = props.mode ?? "standard";
    this.hotTtl = props.hotTtl;
    this.infrequentAccessTtl = props.infrequentAccessTtl;
    this.webTracking = props.webTracking ?? false;
    this.encryption = props.encryption;
    this.preventDestroy = props.preventDestroy ?? false;
    this.checkValues();
    declareInProject(this, "logstore", this.givenName, this.project.givenName, declaredTwice);
    const resource = new LogStoreResource(this, "Resource", {
      projectName: this.project.projectName,
      logstoreName: this.givenName,
      retentionPeriod: this.retention.inDays,
      shardCount: this.shardCount,
      autoSplit: this.autoSplit,
      ...(this.maxSplitShardCount === undefined ? {} : { maxSplitShardCount: this.maxSplitShardCount }),
      appendMeta: this.appendMeta,
      ...(this.mode === "standard" ? {} : { mode: this.mode }),
      ...(this.hotTtl === undefined ? {} : { hotTtl: this.hotTtl }),
      ...(this.infrequentAccessTtl === undefined ? {} : { infrequentAccessTtl: this.infrequentAccessTtl }),
      ...(this.webTracking ? { enableWebTracking: true } : {}),
      ...(props.meteringMode === undefined ? {} : { meteringMode: props.meteringMode }),
      ...(this.encryption === undefined ? {} : { encryptConf: encryptConf(this.encryption) }),
      ...(this.preventDestroy ? { lifecycle: { preventDestroy: true } } : {}),
    });
    this.logstoreName = nameReference(resource, resource.logstoreName, this.givenName);
  }

  private checkValues(): void {
    check(this, this.givenName, logstoreNameProblem);
    if (!this.retention.isForever) check(this, this.retention.inDays, retentionDaysProblem);
    check(this, this.shardCount, shardCountProblem);
    const { inDays } = this.retention;
    if (this.hotTtl !== undefined) check(this, this.hotTtl, (days) => hotTtlProblem(days, inDays));
    if (this.infrequentAccessTtl !== undefined) {
      check(this, this.infrequentAccessTtl, (days) => infrequentAccessTtlProblem(days, this.hotTtl, inDays));
    }
    if (this.maxSplitShardCount === undefined) return;
    check(this, this.maxSplitShardCount, (max) => {
      if (!this.autoSplit) return splitWithoutAutoSplit(max);
      return max < this.shardCount ? splitBelowStart(max, this.shardCount) : maxSplitShardProblem(max);
    });
  }
}

const encryptConf = ({ type, userKey }: LogStoreEncryption) => ({
  enable: true,
  encryptType: type ?? "default",
  ...(userKey === undefined
    ? {}
    : { userCmkInfo: { cmkKeyId: userKey.keyId, arn: userKey.roleArn, regionId: userKey.regionId } }),
});

class ImportedLogStore extends Construct implements ILogStore {
  readonly givenName: string;

  constructor(
    scope: Construct,
    id: string,
    readonly project: ILogProject,
    readonly logstoreName: string,
  ) {
    super(scope, id);
    check(this, logstoreName, logstoreNameProblem);
    this.givenName = logstoreName;
  }
}
